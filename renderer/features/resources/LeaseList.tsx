import type { Lease } from '../../../main/contract/resources.ts'
import { dateTime, memory, middle, timeOfDay } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { useLiveJobs } from '../../lib/live-jobs.ts'
import { facts } from '../../lib/marks.ts'
import { hrefTo } from '../../lib/route.ts'
import { Chip } from '../../ui/bits.tsx'
import { resourcesText } from './text.ts'

/** The jobs that hold a part of a device until they end. */
export function LeaseList({ leases }: { readonly leases: readonly Lease[] }) {
  const text = useText(resourcesText)
  const jobs = useLiveJobs()
  return (
    <div className="leases">
      <h3>{text.leases}</h3>
      {leases.length === 0 && <p className="dim">{text.noLeases}</p>}
      <ul>
        {leases.map(({ jobId, memoryBytes, exclusive, processors, grantedAt }) => (
          <li key={jobId}>
            <a className="link ell" href={hrefTo('jobs', jobId)} dir="auto">
              {middle(jobs.find(({ id }) => id === jobId)?.name ?? jobId, 60)}
            </a>
            {exclusive && <Chip>{text.alone}</Chip>}
            <b>{facts(memory(memoryBytes), processors !== undefined && text.processors(processors))}</b>
            <time className="dim" dateTime={grantedAt}>
              {text.since(isToday(grantedAt) ? timeOfDay(grantedAt) : dateTime(grantedAt))}
            </time>
          </li>
        ))}
      </ul>
    </div>
  )
}

const isToday = (iso: string): boolean => new Date(iso).toDateString() === new Date().toDateString()
