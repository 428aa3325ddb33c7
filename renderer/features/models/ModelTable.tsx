import { useMemo, useState } from 'react'
import type { ListedModel } from '../../../main/contract/models.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { useChosenRow } from '../../lib/chosen-row.ts'
import { useNow } from '../../lib/clock.ts'
import { ago, bytes, count, dateTime, gib, memory } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import type { PagedRows } from '../../lib/pages.ts'
import { hrefTo, type Query, setQuery, useRoute } from '../../lib/route.ts'
import { nextSort, sortedAs, sortOf } from '../../lib/sort.ts'
import { type Language, useView } from '../../lib/view.ts'
import { Glyph } from '../../ui/Glyph.tsx'
import { LoadBar } from '../../ui/LoadBar.tsx'
import { type Column, VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { facetText } from './Facets.tsx'
import { type SortKey, sortKeys } from './filters.ts'
import { formatNames, modelStateGlyph, modelsText, storedAs } from './text.ts'

/** What `fit` is told for: the roomiest device of this machine. */
export type FitDevice = { readonly id: string; readonly name: string; readonly totalBytes: number }

type Props = {
  readonly rows: PagedRows<ListedModel>
  readonly device: FitDevice | undefined
  /** CSS pixels that the table may take: columns go by rank when there are few. */
  readonly widthPx: number
  readonly openModelId: string | undefined
  readonly onSelect: (index: number) => void
  readonly onOpen: (index: number) => void
}

/** The list of models: a hundred thousand rows, of which the ones in view are read. */
export function ModelTable({ rows, device, widthPx, openModelId, onSelect, onOpen }: Props) {
  const text = useText(modelsText)
  // Kept here and not above: a step through the list draws the list alone.
  const [cursor, setCursor] = useState(-1)
  const [selected, remember] = useChosenRow(rows, cursor)
  const columns = useColumns(rows.at, device)
  const kept = useMemo(() => columns.filter(({ fromPx = 0 }) => widthPx >= fromPx), [columns, widthPx])
  return (
    <VirtualGrid
      label={text.models}
      count={rows.total ?? 0}
      columns={kept}
      selected={selected}
      onSelect={index => {
        setCursor(index)
        remember(index)
        onSelect(index)
      }}
      onOpen={onOpen}
      onRange={rows.onRange}
      isLoading={rows.isLoading}
      rowClass={index => (openModelId !== undefined && rows.at(index)?.modelId === openModelId ? 'on' : undefined)}
    />
  )
}

/** A column, and from which width of the table on it is shown. */
type Ranked = Column & { readonly fromPx?: number }

function useColumns(at: PagedRows<ListedModel>['at'], device: FitDevice | undefined): readonly Ranked[] {
  const text = useText(modelsText)
  const said = useSaid()
  const facets = useText(facetText)
  const language = useView(view => view.language)
  const nowMs = useNow()
  const { query } = useRoute()
  return useMemo(
    () => columnsOf({ at, device, text, said, facets, language, nowMs, query }),
    [at, device, text, said, facets, language, nowMs, query],
  )
}

type Drawn = {
  readonly at: PagedRows<ListedModel>['at']
  readonly device: FitDevice | undefined
  readonly text: ReturnType<typeof useText<typeof modelsText>>
  readonly said: ReturnType<typeof useSaid>
  readonly facets: ReturnType<typeof useText<typeof facetText>>
  readonly language: Language
  readonly nowMs: number
  readonly query: Query
}

function columnsOf({ at, device, text, said, facets, language, nowMs, query }: Drawn): readonly Ranked[] {
  const sort = sortOf(query, sortKeys)
  const sorted = (key: SortKey) => ({
    sorted: sortedAs(sort, key),
    onSort: () => setQuery(nextSort(sort, key)),
  })
  const cell = (draw: (model: ListedModel) => React.ReactNode) => (index: number) => {
    const model = at(index)
    return model ? draw(model) : <i className="bone" style={{ width: '60%' }} />
  }
  return [
    {
      key: 'name',
      title: text.name,
      width: 'minmax(180px,1fr)',
      ...sorted('name'),
      cell: cell(({ id, name, state, version, problem }) => (
        <span className="nm">
          <Glyph
            state={modelStateGlyph[state]}
            quiet={state === 'ready'}
            label={problem === undefined ? text[state] : named(text[state], said(problem))}
          />
          <a className="ell" dir="auto" title={name} href={hrefTo('models', id, query)} tabIndex={-1}>
            <b>{name}</b>
          </a>
          {version > 1 && <span className="dim">{text.version(version)}</span>}
        </span>
      )),
    },
    {
      key: 'task',
      title: text.task,
      width: '84px',
      fromPx: 960,
      cell: cell(({ task }) => <span className="sub">{facets[task]}</span>),
    },
    {
      key: 'format',
      title: text.format,
      width: '146px',
      fromPx: 430,
      cell: cell(({ summary }) => (
        <span className="sub">
          {formatNames[summary.format]}{' '}
          <span className="dim mono">
            {summary.format !== 'adapter' ? storedAs(summary) : summary.loraRank ? `r${summary.loraRank}` : ''}
          </span>
        </span>
      )),
    },
    {
      key: 'parameters',
      title: text.parameters,
      width: '80px',
      align: 'right',
      fromPx: 700,
      ...sorted('parameters'),
      cell: cell(({ summary: { parameterCount } }) => (parameterCount === undefined ? '–' : count(parameterCount))),
    },
    {
      key: 'size',
      title: text.size,
      width: '86px',
      align: 'right',
      ...sorted('size'),
      cell: cell(({ sizeBytes }) => bytes(sizeBytes)),
    },
    {
      key: 'memory',
      title: device ? facets.fit(device.id === 'cpu' ? 'CPU' : device.name) : '',
      width: '156px',
      fromPx: 560,
      ...sorted('memory'),
      cell: cell(model => <Fit model={model} device={device} />),
    },
    {
      key: 'license',
      title: text.license,
      width: '112px',
      fromPx: 800,
      cell: cell(({ summary: { license } }) => (
        <span className="sub" title={license}>
          {license ?? '–'}
        </span>
      )),
    },
    {
      key: 'from',
      title: text.from,
      width: '108px',
      fromPx: 1040,
      cell: cell(({ madeBy, source }) => (
        <span className="dim" dir="auto" title={madeBy?.name}>
          {madeBy?.name ?? text[source]}
        </span>
      )),
    },
    {
      key: 'updated',
      title: text.changed,
      width: '84px',
      align: 'right',
      fromPx: 760,
      ...sorted('updated'),
      cell: cell(({ updatedAt }) => (
        <span className="dim" title={dateTime(updatedAt)}>
          {ago(updatedAt, nowMs, language)}
        </span>
      )),
    },
  ]
}

/** The widest bar stands for half as much again as the device holds, so that "too large" can be seen past the mark. */
const spanOfLimit = 1.5

function Fit({ model, device }: { readonly model: ListedModel; readonly device: FitDevice | undefined }) {
  const { servingBytes, servingBytesAt4Bits } = model
  if (servingBytes === undefined || device === undefined) return <span className="dim">–</span>
  const limit = device.totalBytes
  const tone =
    servingBytes <= limit
      ? 'sub'
      : servingBytesAt4Bits !== undefined && servingBytesAt4Bits <= limit
        ? 'tx-warn'
        : 'tx-err'
  const colour = { sub: 'var(--t3)', 'tx-warn': 'var(--warn)', 'tx-err': 'var(--err)' }[tone]
  return (
    <span className="fit" title={`${memory(servingBytes)} / ${memory(limit)}`}>
      <LoadBar
        look="thin"
        heightPx={5}
        limit={limit}
        span={limit * spanOfLimit}
        segments={[{ key: 'need', value: Math.min(servingBytes, limit * spanOfLimit), colour }]}
        label={`${memory(servingBytes)} / ${memory(limit)}`}
      />
      <span className={tone}>{gib(servingBytes)} GiB</span>
    </span>
  )
}
