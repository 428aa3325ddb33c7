import { useQuery } from '@tanstack/react-query'
import { Button, Tooltip } from 'antd'
import { GitCompareArrows, Plus } from 'lucide-react'
import { useState } from 'react'
import type { JobState } from '../../../../main/contract/jobs.ts'
import type { Run } from '../../../../main/contract/runs.ts'
import { useChosenRow } from '../../../lib/chosen-row.ts'
import { api, client } from '../../../lib/client.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { jobStateText } from '../../../lib/job-words.ts'
import { usePagedRows } from '../../../lib/pages.ts'
import { go, oneOf, setQuery, useRoute } from '../../../lib/route.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { Empty } from '../../../ui/Empty.tsx'
import { FailureFault } from '../../../ui/Fault.tsx'
import { FilterBox } from '../../../ui/FilterBox.tsx'
import { FilterSelect } from '../../../ui/FilterSelect.tsx'
import { Page } from '../../../ui/Page.tsx'
import { VirtualGrid } from '../../../ui/VirtualGrid.tsx'
import type { Method } from '../form/draft.ts'
import { methodText } from '../parameter-text.ts'
import { useLivePoints } from './live-points.ts'
import { type Sort, useRunColumns } from './run-columns.tsx'
import { listText } from './text.ts'
import { useMarks } from './use-marks.ts'
import { useJobsBySubject } from './use-queue.ts'

const sortKeys = { name: 1, created: 1, updated: 1, loss: 1 }

/** Every run: what waits, what trains, what came of the others; several are marked to be compared. */
export function RunList() {
  const text = useText(listText)
  const states = useText(jobStateText)
  const methods = useText(methodText)
  const { query } = useRoute()
  const [moveError, setMoveError] = useState<unknown>()
  const state = oneOf<JobState>(jobStateText, query.state)
  const method = oneOf<Method>(methodText, query.method)
  const q = query.q?.trim() ?? ''
  const sort: Sort = {
    key: oneOf(sortKeys, query.sort) ?? 'created',
    order: query.order === 'asc' ? 'asc' : 'desc',
  }
  const filters = { ...(state && { state }), ...(method && { method }), ...(q !== '' && { q }) }
  const asked = { sort: sort.key, order: sort.order, ...filters }
  const rows = usePagedRows<Run>((offset, limit) =>
    api.training.list.queryOptions({ input: { offset, limit, ...asked } }),
  )
  const jobs = useJobsBySubject()
  const points = useLivePoints()
  const { marked, mark } = useMarks({
    at: rows.at,
    read: async (offset, limit) => (await client.training.list({ offset, limit, ...asked })).items,
  })
  const columns = useRunColumns({ at: rows.at, jobs, points, marked, onMark: mark, sort, onFailed: setMoveError })
  const isFiltered = Object.keys(filters).length > 0
  const total = rows.total ?? 0
  const isEmpty = rows.total === 0 && !isFiltered
  const [selected, remember] = useChosenRow(rows, Number(query.sel ?? -1))
  const alive = [...jobs.values()]
  const running = alive.filter(job => ['starting', 'running', 'stopping'].includes(job.state)).length
  const waiting = alive.filter(job => job.state === 'queued').length
  const open = (index: number) => {
    const run = rows.at(index)
    if (run) go('training', run.id)
  }
  return (
    <Page
      title={text.title}
      meta={
        <>
          {running > 0 && <span>{text.running(running)}</span>}
          {waiting > 0 && <span>{text.waiting(waiting)}</span>}
        </>
      }
      actions={
        isEmpty ? undefined : (
          <>
            <Tooltip title={text.compareHint}>
              <Button
                icon={<GitCompareArrows size={14} />}
                disabled={marked.length < 2}
                onClick={() => go('training', 'compare', { ids: marked.join(',') })}
              >
                {text.compare(marked.length)}
              </Button>
            </Tooltip>
            <ActionButton needs="write" type="primary" icon={<Plus size={14} />} onClick={() => go('training', 'new')}>
              {text.newRun}
            </ActionButton>
          </>
        )
      }
    >
      <div className="col grow">
        {!isEmpty && (
          <div className="toolbar" role="search" aria-label={text.filters}>
            <FilterBox label={text.search} />
            <FilterSelect filter="state" label={text.state} any={text.anyState} words={states} value={state} />
            <FilterSelect filter="method" label={text.method} any={text.anyMethod} words={methods} value={method} />
            <span className="grow" />
            {rows.total !== undefined && <span className="count">{text.count(number(total))}</span>}
          </div>
        )}
        {moveError !== undefined && (
          <div className="sec">
            <FailureFault error={moveError} title={text.moveFailed} onRetry={() => setMoveError(undefined)} />
          </div>
        )}
        {rows.error ? (
          <div className="sec">
            <FailureFault error={rows.error} title={text.unread} onRetry={rows.retry} />
          </div>
        ) : rows.total === 0 ? (
          <NoRuns isFiltered={isFiltered} />
        ) : (
          // biome-ignore lint/a11y/noStaticElementInteractions: the grid inside has the focus; one more key of its rows.
          <div
            className="col grow"
            onKeyDown={event => {
              const run = rows.at(selected)
              if (event.key !== ' ' || !run || !(event.target as HTMLElement).matches('[role="grid"]')) return
              event.preventDefault()
              mark(selected, event.shiftKey)
            }}
          >
            <VirtualGrid
              label={text.title}
              count={total}
              columns={columns}
              isLoading={rows.isLoading}
              selected={selected}
              onSelect={index => {
                remember(index)
                setQuery({ sel: String(index) })
              }}
              onOpen={open}
              onRange={rows.onRange}
            />
          </div>
        )}
      </div>
    </Page>
  )
}

function NoRuns({ isFiltered }: { readonly isFiltered: boolean }) {
  const text = useText(listText)
  const one = { input: { limit: 1 } } as const
  const models = useQuery(api.models.list.queryOptions(one)).data?.total ?? 0
  const datasets = useQuery(api.datasets.list.queryOptions(one)).data?.total ?? 0
  if (isFiltered) {
    return (
      <Empty
        title={text.noneMatches}
        actions={
          <Button onClick={() => setQuery({ q: undefined, state: undefined, method: undefined, sel: undefined })}>
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
      command="slipway training start --method sft --model MODEL --dataset DATASET"
      steps={[
        { key: 'model', isDone: models > 0, text: text.stepModel },
        { key: 'data', isDone: datasets > 0, text: text.stepData },
        { key: 'run', isDone: false, text: text.stepRun },
      ]}
      actions={
        <ActionButton needs="write" type="primary" onClick={() => go('training', 'new')}>
          {text.newRun}
        </ActionButton>
      }
    >
      {text.noneWhy}
    </Empty>
  )
}
