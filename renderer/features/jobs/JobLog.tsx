import { Button, Input } from 'antd'
import { Copy } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import type { JobId, LogLine } from '../../../main/contract/jobs.ts'
import { client } from '../../lib/client.ts'
import { bytes, number, timeOfDay } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { useCopy } from '../../ui/use-copy.ts'
import { type Column, VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { toneOf } from './log-tone.ts'
import { jobsText } from './text.ts'
import { useLog } from './use-log.ts'

const copiedLines = 1_000

type Props = {
  readonly id: JobId
  readonly isEnded: boolean
  /** Stands beside the heading: which of several logs this is. */
  readonly lead?: React.ReactNode
}

/** What a job says: all of it, however long, followed while it writes, searched as one types. */
export function JobLog({ id, isEnded, lead }: Props) {
  const text = useText(jobsText)
  const [filter, setFilter] = useState('')
  const search = useDeferredValue(filter.trim())
  const log = useLog(id, isEnded, search)
  const { count, total } = log
  const copy = useCopy()
  const lastLines = async () => {
    const { lines } = await client.jobs.logs({ id, limit: copiedLines, ...(search !== '' && { search }) })
    return lines.map(asText).join('\n')
  }
  return (
    <section className="job-log col" aria-labelledby="job-log">
      <div className="toolbar">
        <h2 id="job-log" className="h2">
          {text.log}
        </h2>
        {lead}
        <span data-filter className="job-log-filter">
          <Input
            size="small"
            allowClear
            value={filter}
            maxLength={500}
            aria-label={text.filterLog}
            placeholder={text.filterLog}
            onChange={event => setFilter(event.target.value)}
          />
        </span>
        <span className="count" role="status">
          {count !== undefined &&
            (search === '' ? text.lines(number(total)) : text.matches(number(count), number(total)))}
        </span>
        <span className="grow" />
        {log.searchOn && (
          <Button size="small" type="text" loading={log.isSearching} onClick={log.searchOn}>
            {text.older}
          </Button>
        )}
        <Button
          size="small"
          type="text"
          icon={<Copy size={13} />}
          aria-label={text.copyLog}
          title={text.copyLog}
          disabled={!count}
          onClick={() => copy(lastLines())}
        />
      </div>
      {log.error && count === undefined ? (
        <div className="sec">
          <FailureFault error={log.error} title={text.logUnread} onRetry={log.retry} />
        </div>
      ) : count === 0 && !log.isSearching ? (
        <p className="job-log-none dim">
          {search !== '' ? text.matches('0', number(total)) : isEnded ? text.saidNothing : text.noLog}
        </p>
      ) : (
        <VirtualGrid
          label={text.log}
          count={count ?? 0}
          rowHeightPx={20}
          hasHead={false}
          isLoading={count === undefined}
          followsEnd={search === ''}
          onRange={log.onRange}
          rowClass={index => classOf(log.at(index))}
          columns={columnsOf(log.at)}
        />
      )}
      {log.truncatedBytes > 0 && <p className="job-log-cut dim">{text.cut(bytes(log.truncatedBytes))}</p>}
    </section>
  )
}

const classOf = (line: LogLine | undefined): string =>
  ['log-line', line?.stream, line && toneOf(line.text)].filter(Boolean).join(' ')

const asText = ({ at, stream, text }: LogLine): string => `${at} ${stream} ${text}`

const columnsOf = (at: (index: number) => LogLine | undefined): readonly Column[] => [
  {
    key: 'at',
    title: '',
    width: '84px',
    cell: index => {
      const line = at(index)
      return (
        <span className="dim mono" title={line?.at}>
          {line ? timeOfDay(line.at) : '·'}
        </span>
      )
    },
  },
  {
    key: 'text',
    title: '',
    width: 'minmax(300px,max-content)',
    cell: index => (
      <span className="mono" dir="auto">
        {at(index)?.text}
      </span>
    ),
  },
]
