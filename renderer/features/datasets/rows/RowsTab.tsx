import { Input, Tooltip } from 'antd'
import { Regex } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { DatasetKind } from '../../../../main/contract/dataset-rows.ts'
import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import { api } from '../../../lib/client.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { usePagedRows } from '../../../lib/pages.ts'
import { setQuery, useRoute } from '../../../lib/route.ts'
import { FailureFault } from '../../../ui/Fault.tsx'
import { type Column, VirtualGrid } from '../../../ui/VirtualGrid.tsx'
import { RowView } from './RowView.tsx'
import { partsOfKind, type RowData, summaryOf } from './row-text.ts'
import { rowsText } from './text.ts'

type Row = { readonly row: number; readonly data: RowData }
const typingMs = 250

/** The rows of a version, be they ten or ten million: those in view are read, and any of them can be searched for. */
export function RowsTab({ dataset, kind }: { readonly dataset: DatasetDetail; readonly kind: DatasetKind }) {
  const text = useText(rowsText)
  const { query } = useRoute()
  const search = query.q
  const isRegex = query.regex === '1'
  const rows = usePagedRows((offset, limit) =>
    api.datasets.preview.queryOptions({
      input: { id: dataset.id, offset, limit, ...(search && (isRegex ? { regex: search } : { search })) },
      select: ({ rows: items, total }): { items: readonly Row[]; total: number } => ({ items, total }),
    }),
  )
  // The first row is read without being asked for: beside the list there would only be nothing.
  const chosen = Number(query.row ?? 0)
  const row = chosen >= 0 ? rows.at(chosen) : undefined
  const parts = partsOfKind[kind]
  const columns: readonly Column[] = [
    {
      key: 'row',
      title: text.row,
      width: '84px',
      align: 'right',
      cell: index => {
        const each = rows.at(index)
        return <span className="dim">{each ? number(each.row + 1) : ''}</span>
      },
    },
    ...parts.map((part, position) => ({
      key: part,
      title: text[part],
      width: part === 'label' ? '64px' : 'minmax(120px,1fr)',
      cell: (index: number) => {
        const each = rows.at(index)
        if (!each) return <i className="bone" style={{ width: `${40 + ((index * 37) % 40)}%` }} />
        return (
          <span className={position === 0 ? 'ell' : 'ell sub'} dir="auto">
            {summaryOf(kind, each.data)[position]}
          </span>
        )
      },
    })),
  ]
  return (
    <div className="rows-split">
      <section className="col rows-list">
        <SearchBar total={search ? rows.total : undefined} />
        {rows.error ? (
          <div className="sec">
            <FailureFault error={rows.error} title={search ? text.badSearch : text.unread} onRetry={rows.retry} />
          </div>
        ) : rows.total === 0 ? (
          <p className="none sub" role="status">
            {text.noMatch}
          </p>
        ) : (
          <VirtualGrid
            label={text.rows}
            count={rows.total ?? 0}
            rowHeightPx={28}
            columns={columns}
            selected={chosen}
            onSelect={index => setQuery({ row: String(index) })}
            onRange={rows.onRange}
            isLoading={rows.isLoading}
          />
        )}
      </section>
      <section className="col rows-one" aria-label={row ? text.rowNumber(number(row.row + 1)) : text.row}>
        {row && <RowView kind={kind} row={row.row} data={row.data} />}
      </section>
    </div>
  )
}

/** Words or a regular expression: asked for once the person stops typing, since every row may have to be read. */
function SearchBar({ total }: { readonly total: number | undefined }) {
  const text = useText(rowsText)
  const { query } = useRoute()
  const inAddress = query.q ?? ''
  const [typed, setTyped] = useState(inAddress)
  useEffect(() => setTyped(inAddress), [inAddress])
  useEffect(() => {
    if (typed === inAddress) return
    const timer = window.setTimeout(() => setQuery({ q: typed || undefined, row: undefined }), typingMs)
    return () => window.clearTimeout(timer)
  }, [typed, inAddress])
  const isRegex = query.regex === '1'
  return (
    <div className="toolbar tight">
      <div data-filter className="filter-box">
        <Input
          value={typed}
          dir="auto"
          size="small"
          aria-label={text.search}
          placeholder={text.search}
          allowClear
          suffix={
            <Tooltip title={text.regex}>
              <button
                type="button"
                className={isRegex ? 'icon tiny on' : 'icon tiny'}
                aria-label={text.regex}
                aria-pressed={isRegex}
                onClick={() => setQuery({ regex: isRegex ? undefined : '1', row: undefined })}
              >
                <Regex size={13} />
              </button>
            </Tooltip>
          }
          onChange={event => setTyped(event.target.value)}
          onPressEnter={() => setQuery({ q: typed || undefined, row: undefined })}
        />
      </div>
      <span className="count" role="status">
        {total === undefined ? '' : text.matches(number(total))}
      </span>
    </div>
  )
}
