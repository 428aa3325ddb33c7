import { useQuery } from '@tanstack/react-query'
import { Copy, FolderOpen } from 'lucide-react'
import type { ModelDetail } from '../../../main/contract/models.ts'
import { Said, useSaid } from '../../lib/backend-words.ts'
import { api } from '../../lib/client.ts'
import { desktop } from '../../lib/desktop.ts'
import { dateTime, gib, memory, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { Chip, Section } from '../../ui/bits.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import { LoadBar } from '../../ui/LoadBar.tsx'
import { useCopy } from '../../ui/use-copy.ts'
import { Card } from './Card.tsx'
import { inspectorText } from './inspector-text.ts'
import { modelsText, storedAs } from './text.ts'

/** The facts of a version, from its headers and from what people said of it. */
export function Overview({ model }: { readonly model: ModelDetail }) {
  const text = useText(inspectorText)
  const said = useSaid()
  const { summary } = model
  return (
    <div className="scroll grow">
      {(summary.warnings.length > 0 || summary.containsCode.length > 0) && (
        <section className="sec warnings">
          {summary.warnings.map(warning => (
            <p key={warning}>
              <Glyph state="warn" /> <span>{said(warning)}</span>
            </p>
          ))}
          {summary.containsCode.length > 0 && (
            <p>
              <Glyph state="warn" /> <span>{text.code(summary.containsCode.map(said).join(text.and))}</span>
            </p>
          )}
        </section>
      )}
      <section className="sec">
        <p className={model.description === '' ? 'dim' : 'prose'} dir="auto">
          {model.description === '' ? text.noDescription : model.description}
        </p>
        {model.labels.length > 0 && (
          <p className="chips">
            {model.labels.map(label => (
              <a key={label} href={hrefTo('models', { label: encodeURIComponent(label) })}>
                <Chip tone="line">{label}</Chip>
              </a>
            ))}
          </p>
        )}
        <Facts model={model} />
      </section>
      <MemoryBars model={model} />
      <Card id={model.id} />
    </div>
  )
}

function Facts({ model }: { readonly model: ModelDetail }) {
  const text = useText(inspectorText)
  const copy = useCopy()
  const names = useText(modelsText)
  const { summary, path } = model
  // The file of an adapter names a folder; the record of how it was made names the model.
  const base = model.lineage.madeBy.find(({ role }) => role === 'base')
  const { layers, hiddenSize, heads, kvHeads, contextLength, parameterCount, vocabSize } = summary
  const shape =
    layers !== undefined && hiddenSize !== undefined && heads !== undefined
      ? text.shapeOf(number(layers), number(hiddenSize), number(heads), number(kvHeads ?? heads))
      : undefined
  const facts: readonly (readonly [name: string, value: React.ReactNode])[] = [
    [text.architecture, summary.architecture],
    [text.parameters, parameterCount === undefined ? undefined : number(parameterCount)],
    [text.precision, storedAs(summary) || undefined],
    [text.context, contextLength === undefined ? undefined : text.tokens(number(contextLength))],
    [text.shape, shape],
    [text.vocabulary, vocabSize === undefined ? undefined : number(vocabSize)],
    [text.template, summary.format === 'adapter' ? undefined : summary.hasChatTemplate ? text.yes : text.no],
    [
      text.base,
      base === undefined ? (
        summary.baseModel
      ) : (
        <a key="base" className="link" dir="auto" href={hrefTo('models', base.id)}>
          {base.name}
        </a>
      ),
    ],
    [text.rank, summary.loraRank],
    [text.license, summary.license ?? text.notSaid],
    [text.source, names[model.source]],
    [text.created, dateTime(model.createdAt)],
    [text.changed, dateTime(model.updatedAt)],
  ]
  return (
    <dl className="kv facts">
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
      <div>
        <dt>{text.place}</dt>
        <dd className="place">
          <span className="mono" dir="ltr" title={path}>
            {path}
          </span>
          <button
            type="button"
            className="icon"
            aria-label={text.copyPath}
            title={text.copyPath}
            onClick={() => copy(path)}
          >
            <Copy size={13} />
          </button>
          {desktop && (
            <button
              type="button"
              className="icon"
              aria-label={text.showFolder}
              title={text.showFolder}
              onClick={() => void desktop?.showItemInFolder(path)}
            >
              <FolderOpen size={13} />
            </button>
          )}
        </dd>
      </div>
      <div>
        <dt>{text.id}</dt>
        <dd className="mono">{model.id}</dd>
      </div>
    </dl>
  )
}

/** What serving it takes of each device of this machine. Left out where nothing can be said of it. */
function MemoryBars({ model }: { readonly model: ModelDetail }) {
  const text = useText(inspectorText)
  const { data } = useQuery(api.models.fit.queryOptions({ input: { id: [model.id] } }))
  const item = data?.items[0]
  if (!data || !item) return null
  if (item.reason !== undefined)
    return (
      <Section title={text.memory}>
        <p className="dim">
          <Said>{item.reason}</Said>
        </p>
      </Section>
    )
  return (
    <Section title={text.memory}>
      <div className="fits">
        {item.devices.map(({ id, totalBytes, verdict, fitsNow }) => {
          const device = data.devices.find(each => each.id === id)
          if (!device) return null
          const tone = { fits: 'sub', tight: 'tx-warn', too_large: 'tx-err' }[verdict]
          const colour = { fits: 'var(--acc)', tight: 'var(--warn)', too_large: 'var(--err)' }[verdict]
          return (
            <div key={id}>
              <span className="ell" title={device.name}>
                {device.kind === 'cpu' ? 'CPU' : device.name}
              </span>
              <LoadBar
                limit={device.totalBytes}
                segments={[{ key: 'need', value: totalBytes, colour }]}
                label={`${memory(totalBytes)} / ${memory(device.totalBytes)}`}
              />
              <span className="fig">{`${gib(totalBytes)} / ${gib(device.totalBytes)} GiB`}</span>
              <span className={tone}>
                {text[verdict]}
                {verdict !== 'too_large' && !fitsNow ? `, ${text.notNow}` : ''}
              </span>
            </div>
          )
        })}
      </div>
      <p className="hint">{text.memoryNote}</p>
    </Section>
  )
}
