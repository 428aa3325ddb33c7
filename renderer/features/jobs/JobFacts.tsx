import type { Job } from '../../../main/contract/jobs.ts'
import { workedMs } from '../../../main/contract/worked-time.ts'
import { useNow } from '../../lib/clock.ts'
import { useDeviceWords } from '../../lib/device-words.ts'
import { dateTime, duration, memory, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { isEnded } from '../../lib/job-words.ts'
import { facts, listed } from '../../lib/marks.ts'
import { useView } from '../../lib/view.ts'
import { jobsText } from './text.ts'

/** What is known of a job besides its progress: times are absolute, so that they can be compared with the log's. */
export function JobFacts({ job }: { readonly job: Job }) {
  const text = useText(jobsText)
  const devices = useDeviceWords()
  const language = useView(view => view.language)
  const nowMs = useNow()
  const asked = job.devices.map(({ device, memoryBytes, exclusive }) =>
    facts(devices(device), memory(memoryBytes), exclusive && text.exclusive),
  )
  const { grantedDevices, grantedProcessors: processors } = job
  const granted =
    grantedDevices &&
    facts(listed(grantedDevices.map(devices)), processors !== undefined && text.processors(processors))
  const tookMs = workedMs(job, nowMs)
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    [
      text.id,
      <span key="id" className="mono">
        {job.id}
      </span>,
    ],
    [text.asked, asked.length > 0 ? asked.join(' + ') : text.nothing],
    ...(job.devices.length > 0 ? [[text.granted, granted ?? text.notYet] as const] : []),
    [text.priority, text[job.priority]],
    [text.attempt, job.attempt > 1 ? text.tries(job.attempt) : number(job.attempt)],
    ...(job.restartsAt && !isEnded(job.state) ? [[text.restarts, dateTime(job.restartsAt)] as const] : []),
    [text.created, dateTime(job.createdAt)],
    ...(job.startedAt ? [[text.started, dateTime(job.startedAt)] as const] : []),
    ...(job.endedAt ? [[text.ended, dateTime(job.endedAt)] as const] : []),
    ...(tookMs === undefined ? [] : [[text.took, duration(tookMs / 1000, language)] as const]),
    ...(job.pid === undefined || isEnded(job.state) ? [] : [[text.process, String(job.pid)] as const]),
  ]
  return (
    <div className="sec">
      <h2>{text.facts}</h2>
      <dl className="kv">
        {rows.map(([name, value]) => (
          <div key={name} className="kv-row">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
