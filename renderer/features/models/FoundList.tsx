import { Button, Checkbox } from 'antd'
import { useState } from 'react'
import type { FoundModel } from '../../../main/contract/models.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { bytes, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Chip, ProgressLine } from '../../ui/bits.tsx'
import { Fault } from '../../ui/Fault.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import { type Column, VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { importText } from './import-text.ts'
import { type Registration, useRegistration } from './registration.ts'
import { formatNames, storedAs } from './text.ts'

type Props = { readonly items: readonly FoundModel[]; readonly onClose: () => void }
type Text = ReturnType<typeof useText<typeof importText>>

/** Whether it can be registered: it was read, and is not registered yet, nor just now. */
const isFresh = (model: FoundModel, outcomes: Registration['outcomes']): boolean =>
  model.summary !== undefined && model.registeredAs === undefined && outcomes.get(model.path)?.state !== 'done'

/** Models that were found, of which some are registered where they lie: one after the other, each with its outcome. */
export function FoundList({ items, onClose }: Props) {
  const text = useText(importText)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [cursor, setCursor] = useState(-1)
  const registration = useRegistration()
  const { outcomes } = registration
  const fresh = items.filter(model => isFresh(model, outcomes))
  const toggle = (index: number) => {
    const model = items[index]
    if (!model || !isFresh(model, outcomes) || registration.isRunning) return
    const next = new Set(chosen)
    if (!next.delete(model.path)) next.add(model.path)
    setChosen(next)
  }
  const isAll = fresh.length > 0 && chosen.size === fresh.length
  const start = () => {
    void registration.register(items.filter(({ path }) => chosen.has(path)))
    setChosen(new Set())
  }
  const failed = [...outcomes.values()].filter(outcome => outcome.state === 'failed')
  return (
    <>
      <div className="found-bar">
        <span className="sub">{text.found(number(items.length))}</span>
        <span className="grow" />
        {fresh.length > 0 && (
          <Button
            size="small"
            disabled={registration.isRunning}
            onClick={() => setChosen(isAll ? new Set() : new Set(fresh.map(({ path }) => path)))}
          >
            {isAll ? text.chooseNone : text.chooseAll(number(fresh.length))}
          </Button>
        )}
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the space bar ticks the row that the grid has chosen. */}
      <div
        className="found-grid col"
        onKeyDown={event => {
          if (event.key !== ' ' || event.target instanceof HTMLInputElement) return
          event.preventDefault()
          toggle(cursor)
        }}
      >
        <VirtualGrid
          label={text.findTitle}
          count={items.length}
          selected={cursor}
          onSelect={setCursor}
          onOpen={toggle}
          columns={columnsOf(items, chosen, registration, toggle, text)}
        />
      </div>
      {registration.isRunning && (
        <div className="job-line">
          <ProgressLine share={registration.done / Math.max(1, registration.all)} label={text.title} />
          <p role="status">{text.registering(number(registration.done), number(registration.all))}</p>
        </div>
      )}
      {!registration.isRunning && registration.all > 0 && (
        <p role="status" className="sub">
          {text.registeredMany(registration.all - failed.length)}
        </p>
      )}
      {failed.length > 0 && !registration.isRunning && (
        <Fault
          title={text.notRegistered(failed.length)}
          cause={failed[0]?.message ?? ''}
          remedy={failed[0]?.hint}
          raw={failed.map(each => `${each.path}: ${each.message}`).join('\n')}
        />
      )}
      <div className="acts end">
        <Button onClick={onClose}>{text.close}</Button>
        <ActionButton
          needs="write"
          type="primary"
          disabled={chosen.size === 0}
          loading={registration.isRunning}
          onClick={start}
        >
          {text.startMany(chosen.size)}
        </ActionButton>
      </div>
    </>
  )
}

function columnsOf(
  items: readonly FoundModel[],
  chosen: ReadonlySet<string>,
  { outcomes }: Registration,
  toggle: (index: number) => void,
  text: Text,
): readonly Column[] {
  const cell = (draw: (model: FoundModel, index: number) => React.ReactNode) => (index: number) => {
    const model = items[index]
    return model ? draw(model, index) : null
  }
  return [
    {
      key: 'chosen',
      title: <span className="visually-hidden">{text.chosen}</span>,
      width: '44px',
      cell: cell((model, index) => (
        <Checkbox
          aria-label={model.name}
          tabIndex={-1}
          disabled={!isFresh(model, outcomes)}
          checked={chosen.has(model.path)}
          onChange={() => toggle(index)}
        />
      )),
    },
    {
      key: 'model',
      title: text.model,
      width: 'minmax(180px,1fr)',
      cell: cell(model => (
        <span className="nm">
          <b className="ell" dir="auto" title={`${model.name}\n${model.path}`}>
            {model.name}
          </b>
          {model.summary && (
            <span className="dim mono">
              {formatNames[model.summary.format]} {storedAs(model.summary)}
            </span>
          )}
          {model.duplicates.length > 0 && (
            <Chip tone="line" title={text.duplicate(model.duplicates.join('\n'))}>
              {text.copies(model.duplicates.length)}
            </Chip>
          )}
        </span>
      )),
    },
    {
      key: 'store',
      title: text.store,
      width: '116px',
      cell: cell(model => (
        <span className="sub" title={model.path}>
          {storeName(model.store, text)}
        </span>
      )),
    },
    { key: 'size', title: text.size, width: '86px', align: 'right', cell: cell(model => bytes(model.sizeBytes)) },
    {
      key: 'state',
      title: text.state,
      width: 'minmax(220px,.8fr)',
      cell: cell(model => <State model={model} outcome={outcomes.get(model.path)} />),
    },
  ]
}

const storeName = (store: string, text: Text): string =>
  store === 'folder' || store === 'huggingface' || store === 'ollama' || store === 'lmstudio' ? text[store] : store

type StateProps = { readonly model: FoundModel; readonly outcome: ReturnType<Registration['outcomes']['get']> }
function State({ model, outcome }: StateProps) {
  const text = useText(importText)
  const said = useSaid()
  if (outcome)
    return (
      <span className="st" title={outcome.message && said(outcome.message)}>
        <Glyph state={outcome.state === 'failed' ? 'fail' : outcome.state === 'done' ? 'ok' : 'queue'} />
        {outcome.state === 'done' ? text.done : said(outcome.message ?? '')}
      </span>
    )
  if (model.problem !== undefined)
    return (
      <span className="st tx-warn" title={said(model.problem)}>
        <Glyph state="warn" />
        <span className="ell">{said(model.problem)}</span>
      </span>
    )
  return (
    <span className="dim" title={model.registeredAs}>
      {model.registeredAs !== undefined ? text.already(model.registeredAs) : text.fresh}
    </span>
  )
}
