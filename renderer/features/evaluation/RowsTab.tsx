import { useQuery } from '@tanstack/react-query'
import { Input, Segmented, Select } from 'antd'
import { Search } from 'lucide-react'
import { useState } from 'react'
import type { ComparedRow, EvaluationDetail, RowFilter } from '../../../main/contract/evaluation.ts'
import { api } from '../../lib/client.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import { usePagedRows } from '../../lib/pages.ts'
import { setQuery, useRoute } from '../../lib/route.ts'
import { useWidth } from '../../lib/width.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import { type Column, VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { letterOf, ObjectMark } from './objects.tsx'
import { RowDetail } from './RowDetail.tsx'
import { scoreWords } from './scores.ts'
import { rowsText } from './text.ts'
import { type MetricWords, useMetrics } from './use-metrics.ts'

// The contract's list would bring its schemas with it, and they ask for what the page's policy refuses.
const rowFilters = ['all', 'differ', 'first', 'second', 'errors'] as const satisfies readonly RowFilter[]

type Props = { readonly evaluation: EvaluationDetail }

/** Scores of these are 0 or 1, so who is better is who is right. */
const isRightOrWrong: ReadonlySet<string> = new Set([
  'exact_match',
  'accuracy',
  'contains',
  'json_equal',
  'regex_match',
])

/** Every question with every answer: filtered, searched and read beside the reference. The address keeps all of it. */
export function RowsTab({ evaluation }: Props) {
  const text = useText(rowsText)
  const { query } = useRoute()
  const { byName } = useMetrics()
  const { id, objects, metrics } = evaluation
  const place = (name: string | undefined, otherwise: number) => {
    const found = objects.findIndex(object => object.name === name)
    return found < 0 ? otherwise : found
  }
  const first = place(query.a, 0)
  const second = place(query.b, 1)
  const metricName = metrics.find(each => each === query.metric) ?? metrics[0]
  const metric = metricName === undefined ? undefined : byName.get(metricName)
  const filter = rowFilters.find(each => each === query.filter) ?? 'all'
  const sort = query.sort === 'difference' ? 'difference' : 'row'
  const q = query.q ?? ''
  const input = {
    id,
    filter,
    sort,
    ...(metricName && { metric: metricName }),
    ...(objects[first] && { first: objects[first].name }),
    ...(objects[second] && { second: objects[second].name }),
    ...(q.trim() !== '' && { q: q.trim() }),
  } as const
  const pageOf = (offset: number, limit: number) =>
    api.evaluation.rows.queryOptions({ input: { ...input, offset, limit } })
  const rows = usePagedRows<ComparedRow>(pageOf)
  const counts = useQuery({ ...pageOf(0, 100), select: answer => answer.counts }).data
  const selected = query.sel === undefined ? -1 : Number(query.sel)
  const [hasDiff, setHasDiff] = useState(true)
  const change = (part: Parameters<typeof setQuery>[0]) => setQuery({ sel: undefined, ...part })
  const row = selected >= 0 ? rows.at(selected) : undefined
  return (
    <div className={row ? 'body has-detail' : 'body'}>
      <div className="col grow">
        <div className="toolbar rows-toolbar">
          <div data-filter className="rows-search">
            <Input
              prefix={<Search size={13} />}
              allowClear
              value={q}
              aria-label={text.search}
              placeholder={text.search}
              onChange={event => change({ q: event.target.value })}
            />
          </div>
          <FilterChoice
            value={filter}
            counts={counts}
            isRightOrWrong={metricName !== undefined && isRightOrWrong.has(metricName)}
            first={first}
            second={objects.length > 1 ? second : undefined}
            onChange={next => change({ filter: next === 'all' ? undefined : next })}
          />
          <span className="grow" />
          {objects.length > 2 && <PairChoice evaluation={evaluation} first={first} second={second} onChange={change} />}
          {metrics.length > 1 && (
            <Select
              aria-label={text.metric}
              className="rows-select"
              value={metricName ?? null}
              options={metrics.map(each => ({ value: each as string, label: byName.get(each)?.title ?? each }))}
              onChange={next => change({ metric: next ?? undefined })}
            />
          )}
          {objects.length > 1 && (
            <Select
              aria-label={text.sort}
              className="rows-select"
              value={sort}
              options={[
                { value: 'row', label: text.sortRow },
                { value: 'difference', label: text.sortDifference },
              ]}
              onChange={next => change({ sort: next === 'row' ? undefined : next })}
            />
          )}
        </div>
        {rows.error ? (
          <div className="sec">
            <FailureFault error={rows.error} title={text.unreadable} onRetry={rows.retry} />
          </div>
        ) : rows.total === 0 ? (
          <p className="sec sub">{counts?.all === 0 && q.trim() === '' ? text.none : text.noneFound}</p>
        ) : (
          <RowGrid
            evaluation={evaluation}
            rows={rows}
            metric={metric}
            selected={selected}
            isShort={row !== undefined}
            onSelect={index => setQuery({ sel: String(index) })}
          />
        )}
      </div>
      {row && (
        <RowDetail
          row={row}
          evaluation={evaluation}
          metric={metric}
          hasDiff={hasDiff}
          onDiff={setHasDiff}
          onMove={step => {
            const next = Math.max(0, Math.min((rows.total ?? 1) - 1, selected + step))
            setQuery({ sel: String(next) })
          }}
          onClose={() => setQuery({ sel: undefined })}
        />
      )}
    </div>
  )
}

type FilterProps = {
  readonly value: RowFilter
  readonly counts: Readonly<Record<RowFilter, number>> | undefined
  readonly isRightOrWrong: boolean
  readonly first: number
  /** Undefined: there is no one to compare with. */
  readonly second: number | undefined
  readonly onChange: (filter: RowFilter) => void
}
function FilterChoice({ value, counts, isRightOrWrong: isBinary, first, second, onChange }: FilterProps) {
  const text = useText(rowsText)
  const better = isBinary ? text.firstRight : text.firstBetter
  const names: Record<RowFilter, string> = {
    all: text.all,
    differ: text.differ,
    first: better(letterOf(first)),
    second: better(letterOf(second ?? 1)),
    errors: text.errors,
  }
  const offered = rowFilters.filter(each => second !== undefined || each === 'all' || each === 'errors')
  return (
    <Segmented
      size="small"
      aria-label={text.filter}
      value={value}
      onChange={onChange}
      options={offered.map(each => ({
        value: each,
        label: counts ? `${names[each]} ${number(counts[each])}` : names[each],
      }))}
    />
  )
}

type PairProps = Props & {
  readonly first: number
  readonly second: number
  readonly onChange: (part: { readonly a?: string; readonly b?: string }) => void
}
function PairChoice({ evaluation: { objects }, first, second, onChange }: PairProps) {
  const text = useText(rowsText)
  const options = objects.map((object, index) => ({ value: object.name, label: `${letterOf(index)} ${object.name}` }))
  const choice = (value: number, key: 'a' | 'b') => (
    <Select
      aria-label={named(text.between, key.toUpperCase())}
      className="rows-select"
      value={objects[value]?.name ?? null}
      options={options}
      onChange={name => onChange(name === null ? {} : { [key]: name })}
    />
  )
  return (
    <>
      {choice(first, 'a')}
      {choice(second, 'b')}
    </>
  )
}

type GridProps = Props & {
  readonly rows: ReturnType<typeof usePagedRows<ComparedRow>>
  readonly metric: MetricWords | undefined
  readonly selected: number
  /** The detail stands beside it. */
  readonly isShort: boolean
  readonly onSelect: (index: number) => void
}
function RowGrid({ evaluation, rows, metric, selected, isShort, onSelect }: GridProps) {
  const text = useText(rowsText)
  const width = useWidth()
  const cell = (draw: (row: ComparedRow) => React.ReactNode) => (index: number) => {
    const row = rows.at(index)
    return row ? draw(row) : <i className="bone" style={{ width: '60%' }} />
  }
  const line = (words: string) => (
    <span className="ell" dir="auto">
      {words.replace(/\s+/g, ' ').trim().slice(0, 300)}
    </span>
  )
  const columns: Column[] = [
    { key: 'row', title: text.row, width: '64px', align: 'right', cell: cell(({ row }) => number(row + 1)) },
    { key: 'prompt', title: text.prompt, width: 'minmax(120px,1.4fr)', cell: cell(({ prompt }) => line(prompt)) },
    ...(isShort || width < 1_200
      ? []
      : [
          {
            key: 'reference',
            title: text.reference,
            width: 'minmax(100px,1fr)',
            cell: cell(({ reference }: ComparedRow) => <span className="sub">{line(reference)}</span>),
          },
        ]),
    ...evaluation.objects.map(({ name }, index) => ({
      key: name,
      title: (
        <span className="nm" title={name}>
          <ObjectMark index={index} />
          {!isShort && <span className="ell">{name}</span>}
        </span>
      ),
      width: isShort ? '64px' : 'minmax(90px,150px)',
      align: 'right' as const,
      cell: cell(row => <AnswerScore row={row} object={name} metric={metric} />),
    })),
  ]
  return (
    <VirtualGrid
      label={text.prompt}
      count={rows.total ?? 0}
      columns={columns}
      rowHeightPx={28}
      isLoading={rows.isLoading}
      selected={selected}
      onRange={rows.onRange}
      onSelect={onSelect}
    />
  )
}

type ScoreProps = { readonly row: ComparedRow; readonly object: string; readonly metric: MetricWords | undefined }
function AnswerScore({ row, object, metric }: ScoreProps) {
  const text = useText(rowsText)
  const answer = row.answers.find(each => each.object === object)
  if (!answer) return <span className="dim">–</span>
  if (answer.prediction === null) return <span className="tx-err">{text.noAnswer}</span>
  const score = metric && answer.scores?.[metric.name]
  if (score !== undefined && metric && isRightOrWrong.has(metric.name))
    return score === 1 ? (
      <Glyph state="ok" quiet label={text.right} />
    ) : (
      <span className="dim" role="img" aria-label={text.wrong} title={text.wrong}>
        ✗
      </span>
    )
  return score === undefined || !metric ? <span className="dim">–</span> : scoreWords(score, metric.unit)
}
