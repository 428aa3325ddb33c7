import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { Copy } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import type { JobId } from '../../../main/contract/jobs.ts'
import { api } from '../../lib/client.ts'
import { copyText } from '../../lib/copy.ts'
import { onChange } from '../../lib/events.ts'
import { bytes, number, timeOfDay } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { jobsText } from './text.ts'

const firstLines = 1_000
const mostLines = 10_000
// A person cannot read faster; a job can write much faster.
const refreshMs = 500

type Props = { readonly id: JobId; readonly isEnded: boolean }

/** What a job says: the newest lines, followed while it writes, filtered as one types. */
export function JobLog({ id, isEnded }: Props) {
  const text = useText(jobsText)
  const [limit, setLimit] = useState(firstLines)
  const [filter, setFilter] = useState('')
  const wanted = useDeferredValue(filter.trim().toLowerCase())
  const log = useQuery({
    ...api.jobs.logs.queryOptions({ input: { id, limit } }),
    // Its own key: the job's progress changes several times a second, its log must not be read each time.
    queryKey: ['job-log', id, limit],
    placeholderData: keepPreviousData,
  })
  const { refetch } = log
  // biome-ignore lint/correctness/useExhaustiveDependencies: the last lines come with the end.
  useEffect(() => {
    let timer: number | undefined
    const stop = onChange(({ topic, id: changed }) => {
      if (topic !== 'log' || changed !== id) return
      timer ??= window.setTimeout(() => {
        timer = undefined
        void refetch()
      }, refreshMs)
    })
    void refetch()
    return () => {
      stop()
      window.clearTimeout(timer)
    }
  }, [id, refetch, isEnded])
  const all = log.data?.lines
  const lines = useMemo(
    () => (wanted === '' ? all : all?.filter(line => line.text.toLowerCase().includes(wanted))) ?? [],
    [all, wanted],
  )
  const hasOlder = all !== undefined && all.length >= limit && limit < mostLines
  return (
    <section className="job-log col" aria-labelledby="job-log">
      <div className="toolbar">
        <h2 id="job-log" className="h2">
          {text.log}
        </h2>
        <span data-filter className="job-log-filter">
          <Input
            size="small"
            allowClear
            value={filter}
            aria-label={text.filterLog}
            placeholder={text.filterLog}
            onChange={event => setFilter(event.target.value)}
          />
        </span>
        <span className="count">
          {all &&
            (wanted === '' ? text.lines(number(all.length)) : text.matches(number(lines.length), number(all.length)))}
        </span>
        <span className="grow" />
        {hasOlder && (
          <Button size="small" type="text" onClick={() => setLimit(mostLines)}>
            {text.older}
          </Button>
        )}
        <Button
          size="small"
          type="text"
          icon={<Copy size={13} />}
          aria-label={text.copyLog}
          disabled={lines.length === 0}
          onClick={() => void copyText(lines.map(line => `${line.at} ${line.stream} ${line.text}`).join('\n'))}
        />
      </div>
      {log.error && !log.data ? (
        <div className="sec">
          <FailureFault error={log.error} title={text.logUnread} onRetry={() => void refetch()} />
        </div>
      ) : lines.length === 0 && !log.isPending ? (
        <p className="job-log-none dim">{wanted === '' ? text.noLog : text.matches('0', number(all?.length ?? 0))}</p>
      ) : (
        <VirtualGrid
          label={text.log}
          count={lines.length}
          rowHeightPx={20}
          hasHead={false}
          isLoading={log.isPending}
          followsEnd
          rowClass={index => `log-line ${lines[index]?.stream ?? ''}`}
          columns={[
            {
              key: 'at',
              title: '',
              width: '84px',
              cell: index => <span className="dim mono">{timeOfDay(lines[index]?.at ?? '')}</span>,
            },
            {
              key: 'text',
              title: '',
              width: 'minmax(300px,max-content)',
              cell: index => (
                <span className="mono" dir="auto">
                  {lines[index]?.text}
                </span>
              ),
            },
          ]}
        />
      )}
      {(log.data?.truncatedBytes ?? 0) > 0 && (
        <p className="job-log-cut dim">{text.cut(bytes(log.data?.truncatedBytes ?? 0))}</p>
      )}
    </section>
  )
}
