import { useQueries } from '@tanstack/react-query'
import { Segmented } from 'antd'
import type { CheckProblem } from '../../../../main/contract/dataset-checks.ts'
import type { DatasetKind } from '../../../../main/contract/dataset-rows.ts'
import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import { api } from '../../../lib/client.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { usePagedRows } from '../../../lib/pages.ts'
import { useWidth } from '../../../lib/width.ts'
import { Glyph } from '../../../ui/Glyph.tsx'
import { type Column, VirtualGrid } from '../../../ui/VirtualGrid.tsx'
import { type RowData, summaryOf } from '../rows/row-text.ts'
import { useProblemWords } from './problem-words.ts'
import { checkText } from './text.ts'
import type { RenderedRows } from './use-rendered.ts'

type Row = { readonly row: number; readonly data: RowData }
type Props = {
  readonly dataset: DatasetDetail
  readonly kind: DatasetKind
  readonly problems: readonly CheckProblem[]
  /** The problem whose rows are listed; undefined: all rows. */
  readonly only: CheckProblem | undefined
  readonly onOnly: (code: string | undefined) => void
  /** The row that is read, from 0. */
  readonly row: number
  readonly onRow: (row: number) => void
  readonly rendered: RenderedRows
}

const all = 'all'
/** Below this the beginning of a row needs the room of its figures. */
const narrowPx = 1080

/** All rows, or those in which a problem was found; those with a problem carry its mark. */
export function CheckRows({ dataset, kind, problems, only, onOnly, row, onRow, rendered }: Props) {
  const text = useText(checkText)
  const words = useProblemWords()
  const isNarrow = useWidth() < narrowPx
  const everything = usePagedRows((offset, limit) =>
    api.datasets.preview.queryOptions({
      input: { id: dataset.id, offset, limit },
      select: ({ rows, total }): { items: readonly Row[]; total: number } => ({ items: rows, total }),
    }),
  )
  const named = only?.rows ?? []
  const namedRows = useQueries({
    queries: named.map(offset =>
      api.datasets.preview.queryOptions({ input: { id: dataset.id, offset, limit: 1 }, select: ({ rows }) => rows[0] }),
    ),
  })
  const at = (index: number): Row | undefined => (only ? namedRows[index]?.data : everything.at(index))
  const numberOf = (index: number): number => (only ? (named[index] ?? -1) : index)
  const worst = new Map<number, CheckProblem>()
  for (const problem of problems.toReversed()) for (const each of problem.rows) worst.set(each, problem)
  const columns: readonly Column[] = [
    {
      key: 'row',
      title: text.row,
      width: '72px',
      align: 'right',
      cell: index => <span className="dim">{number(numberOf(index) + 1)}</span>,
    },
    {
      key: 'first',
      title: text.first,
      width: 'minmax(0,1fr)',
      cell: index => {
        const each = at(index)
        const problem = worst.get(numberOf(index))
        return (
          <span className="nm">
            {problem && problem.severity !== 'note' && (
              <span title={words(problem).title}>
                <Glyph state={problem.severity === 'error' ? 'fail' : 'warn'} size={11} label={words(problem).title} />
              </span>
            )}
            <span className="ell" dir="auto">
              {each ? summaryOf(kind, each.data)[0] : ''}
            </span>
          </span>
        )
      },
    },
    {
      key: 'tokens',
      title: text.tokens,
      width: '68px',
      align: 'right',
      cell: index => {
        const sides = rendered.of(numberOf(index))
        const cut = sides?.some(side => side.truncatedTokens > 0)
        return (
          <span className={cut ? 'tx-warn' : 'dim'}>
            {sides ? number(Math.max(...sides.map(side => side.tokens + side.truncatedTokens))) : ''}
          </span>
        )
      },
    },
  ]
  return (
    <section className="col ds-list">
      <div className="toolbar tight">
        <Segmented
          size="small"
          value={only?.code ?? all}
          onChange={value => onOnly(value === all ? undefined : value)}
          options={[
            { value: all, label: text.all(number(dataset.rows)) },
            ...(only ? [{ value: only.code, label: words(only).title }] : []),
          ]}
        />
      </div>
      <VirtualGrid
        label={text.list}
        count={only ? named.length : (everything.total ?? 0)}
        rowHeightPx={28}
        columns={isNarrow ? columns.slice(0, -1) : columns}
        selected={only ? named.indexOf(row) : row}
        onSelect={index => onRow(numberOf(index))}
        {...(!only && { onRange: everything.onRange })}
        isLoading={!only && everything.isLoading}
      />
      {only && only.count > named.length && <p className="hint foot">{text.firstOnes(number(named.length))}</p>}
    </section>
  )
}
