import { Button } from 'antd'
import { useDeferredValue, useLayoutEffect } from 'react'
import type { Job, JobKind, JobState } from '../../../main/contract/jobs.ts'
import { useChosenRow } from '../../lib/chosen-row.ts'
import { api } from '../../lib/client.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { jobKindText, jobStateText } from '../../lib/job-words.ts'
import { usePagedRows } from '../../lib/pages.ts'
import { go, oneOf, setQuery, useRoute } from '../../lib/route.ts'
import { useWidth } from '../../lib/width.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { FilterBox } from '../../ui/FilterBox.tsx'
import { FilterSelect } from '../../ui/FilterSelect.tsx'
import { Page } from '../../ui/Page.tsx'
import { VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { JobInspector } from './JobInspector.tsx'
import { useJobColumns } from './job-columns.tsx'
import { jobsText } from './text.ts'
import './jobs.css'

const narrowestForBoth = 1_060

/** Every job that ran, runs or waits; one of them in full beside the list. */
export function Screen() {
  const text = useText(jobsText)
  const states = useText(jobStateText)
  const kinds = useText(jobKindText)
  const { path, query } = useRoute()
  const id = path[1]
  const isNarrow = useWidth() < narrowestForBoth
  const state = oneOf<JobState>(jobStateText, query.state)
  const kind = oneOf<JobKind>(jobKindText, query.kind)
  const q = useDeferredValue((query.q ?? '').trim())
  const filters = { ...(q && { q }), ...(state && { state }), ...(kind && { kind }) }
  const rows = usePagedRows<Job>((offset, limit) =>
    api.jobs.list.queryOptions({ input: { offset, limit, ...filters } }),
  )
  const columns = useJobColumns(rows.at, { isShort: id !== undefined })
  const isFiltered = q !== '' || state !== undefined || kind !== undefined
  const isEmpty = rows.total === 0 && !isFiltered
  const total = rows.total ?? 0
  const [selected, remember] = useChosenRow(rows, Number(query.sel ?? -1))
  const openRow = (index: number) => {
    const job = rows.at(index)
    if (job) go('jobs', job.id, { ...query, sel: String(index) })
  }
  const close = () => go('jobs', query)
  // With the first frame: who sees the job beside the list closes it with the key.
  useLayoutEffect(() => {
    if (id === undefined) return
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('[role="dialog"]'))
        go('jobs', query)
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [id, query])

  return (
    <Page title={text.jobs} meta={text.note}>
      {!(isNarrow && id !== undefined) && (
        <div className="col grow">
          {!isEmpty && (
            <div className="toolbar" role="search" aria-label={text.filters}>
              <FilterBox label={text.filter} />
              <FilterSelect filter="state" label={text.state} any={text.anyState} words={states} value={state} />
              <FilterSelect filter="kind" label={text.kind} any={text.anyKind} words={kinds} value={kind} />
              <span className="grow" />
              {rows.total !== undefined && <span className="count">{text.count(number(total))}</span>}
            </div>
          )}
          {rows.error ? (
            <div className="sec">
              <FailureFault error={rows.error} title={text.unread} onRetry={rows.retry} />
            </div>
          ) : rows.total === 0 ? (
            <NoJobs isFiltered={isFiltered} />
          ) : (
            <VirtualGrid
              label={text.jobs}
              count={total}
              columns={columns}
              isLoading={rows.isLoading}
              selected={selected}
              onSelect={index => {
                remember(index)
                if (id === undefined) setQuery({ sel: String(index) })
                else openRow(index)
              }}
              onOpen={openRow}
              onRange={rows.onRange}
            />
          )}
        </div>
      )}
      {id !== undefined && <JobInspector key={id} id={id} onClose={close} />}
    </Page>
  )
}

function NoJobs({ isFiltered }: { readonly isFiltered: boolean }) {
  const text = useText(jobsText)
  if (isFiltered) {
    return (
      <Empty
        title={text.noneMatches}
        actions={
          <Button onClick={() => setQuery({ q: undefined, state: undefined, kind: undefined, sel: undefined })}>
            {text.clear}
          </Button>
        }
      >
        {text.noneMatchesHint}
      </Empty>
    )
  }
  return (
    <Empty
      title={text.none}
      command="slipway jobs list"
      actions={
        <>
          <ActionButton needs="write" type="primary" onClick={() => go('models', { dialog: 'import' })}>
            {text.import}
          </ActionButton>
          <ActionButton needs="write" onClick={() => go('training', 'new')}>
            {text.train}
          </ActionButton>
        </>
      }
    >
      {text.noneWhy}
    </Empty>
  )
}
