import { useQuery } from '@tanstack/react-query'
import { Button, Segmented, Select } from 'antd'
import { useDeferredValue, useMemo, useState } from 'react'
import type { AuditRecord } from '../../../main/contract/audit.ts'
import { api } from '../../lib/client.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { usePagedRows } from '../../lib/pages.ts'
import { oneOf, setQuery, useRoute } from '../../lib/route.ts'
import { Empty } from '../../ui/Empty.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { FilterBox } from '../../ui/FilterBox.tsx'
import { FilterSelect } from '../../ui/FilterSelect.tsx'
import { Page } from '../../ui/Page.tsx'
import { VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { useAuditColumns } from './audit-columns.tsx'
import { ExportDialog } from './ExportDialog.tsx'
import { auditText } from './text.ts'
import { useVerification, VerificationResult } from './Verification.tsx'
import './audit.css'

const hourMs = 3_600_000
const spans = { hour: hourMs, day: 24 * hourMs, week: 7 * 24 * hourMs, month: 30 * 24 * hourMs } as const

/** Who did what, and what was refused: searchable, in absolute times, verifiable. */
export function Screen() {
  const text = useText(auditText)
  const { query } = useRoute()
  const [selected, setSelected] = useState(-1)
  const q = useDeferredValue((query.q ?? '').trim())
  const outcome = query.outcome === 'ok' || query.outcome === 'failed' ? query.outcome : undefined
  const action = (query.action ?? '').split(',').filter(Boolean)
  const span = oneOf(spans, query.span)
  // Fixed when it is chosen: a beginning that moved with the clock would read the pages again and again.
  const since = useMemo(() => (span ? new Date(Date.now() - spans[span]).toISOString() : undefined), [span])
  const rows = usePagedRows<AuditRecord>((offset, limit) =>
    api.audit.list.queryOptions({
      input: { offset, limit, ...(q && { q }), action, ...(outcome && { outcome }), ...(since && { since }) },
    }),
  )
  const columns = useAuditColumns(rows.at)
  const verification = useVerification()
  const known = useQuery(api.audit.values.queryOptions({ input: {} })).data
  const isFiltered = q !== '' || action.length > 0 || outcome !== undefined || span !== undefined
  return (
    <Page
      title={text.title}
      meta={<span className="ell">{text.note}</span>}
      actions={
        <>
          <Button onClick={() => setQuery({ dialog: 'export' })}>{text.export}</Button>
          <Button type="primary" loading={verification.isPending} onClick={verification.start}>
            {verification.isPending ? text.verifying : text.verify}
          </Button>
        </>
      }
    >
      <div className="col grow">
        <VerificationResult verification={verification} />
        <div className="toolbar" role="search" aria-label={text.filters}>
          <FilterBox label={text.filter} />
          <Select
            mode="multiple"
            allowClear
            className="audit-actions"
            maxTagCount="responsive"
            aria-label={text.actions}
            placeholder={text.actions}
            value={action}
            options={(known?.actions ?? []).map(name => ({ value: name, label: name }))}
            onChange={names => setQuery({ action: names.join(',') })}
          />
          <Segmented
            aria-label={text.result}
            value={outcome ?? ''}
            options={[
              { value: '', label: text.all },
              { value: 'ok', label: text.done },
              { value: 'failed', label: text.refused },
            ]}
            onChange={value => setQuery({ outcome: value })}
          />
          <FilterSelect
            filter="span"
            label={text.span}
            any={text.anyTime}
            words={{ hour: text.lastHour, day: text.lastDay, week: text.lastWeek, month: text.lastMonth }}
            value={span}
          />
          <span className="grow" />
          {rows.total !== undefined && (
            <span className="count" role="status">
              {text.count(number(rows.total))}
            </span>
          )}
        </div>
        {rows.error ? (
          <div className="sec">
            <FailureFault error={rows.error} title={text.unread} onRetry={rows.retry} />
          </div>
        ) : rows.total === 0 && isFiltered ? (
          <Empty
            title={text.noneMatches}
            actions={
              <Button
                onClick={() => setQuery({ q: undefined, action: undefined, outcome: undefined, span: undefined })}
              >
                {text.clear}
              </Button>
            }
          >
            {text.noneMatchesHint}
          </Empty>
        ) : (
          <VirtualGrid
            label={text.title}
            count={rows.total ?? 0}
            columns={columns}
            isLoading={rows.isLoading}
            selected={selected}
            onSelect={setSelected}
            onRange={rows.onRange}
          />
        )}
      </div>
      {query.dialog === 'export' && <ExportDialog />}
    </Page>
  )
}
