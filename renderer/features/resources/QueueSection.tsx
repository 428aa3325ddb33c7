import type { Outputs } from '../../../main/contract/index.ts'
import { useDeviceWords } from '../../lib/device-words.ts'
import { memory, middle, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { useLiveJobs } from '../../lib/live-jobs.ts'
import { hrefTo } from '../../lib/route.ts'
import { resourcesText } from './text.ts'

/** The jobs that wait for a device, in the order in which they will get one. */
export function QueueSection({ queue }: { readonly queue: Outputs['resources']['show']['queue'] }) {
  const text = useText(resourcesText)
  const jobs = useLiveJobs()
  const waitsFor = useDeviceWords()
  return (
    <section className="device" aria-labelledby="queue">
      <header>
        <h2 id="queue">{text.queue}</h2>
      </header>
      {queue.length === 0 && <p className="dim">{text.noQueue}</p>}
      <ol className="leases">
        {queue.map(({ jobId, position, requests }) => (
          <li key={jobId}>
            <span className="dim">{number(position)}</span>
            <a className="link ell" href={hrefTo('jobs', jobId)} dir="auto">
              {middle(jobs.find(({ id }) => id === jobId)?.name ?? jobId, 60)}
            </a>
            <span className="sub">
              {requests.map(({ device, memoryBytes }) => text.asks(memory(memoryBytes), waitsFor(device))).join(' + ')}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
