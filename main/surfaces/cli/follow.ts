import { AppError } from '../../contract/errors.ts'
import type { Job, JobProgress } from '../../contract/jobs.ts'
import { type Client, clientError } from '../rpc/client.ts'
import { bytes, duration, harmless } from './print.ts'

const isOver = (job: Job): boolean =>
  job.state === 'done' || job.state === 'failed' || job.state === 'cancelled' || job.state === 'lost'

export type Output = {
  /** One line (or several) on standard output. */
  readonly out: (text: string) => void
  /** Text on standard output as it is. */
  readonly write: (text: string) => void
  readonly err: (text: string) => void
}

/** Progress of one job as a line: what, how far, how fast, how long still. */
export function progressLine(job: Job): string {
  const { progress } = job
  // What is being stopped has no time left to tell, and says what it does instead.
  const state = job.stopping === 'saving' ? 'stopping, saving a checkpoint' : job.state
  const doing = `${job.name}: ${state}`
  if (!progress) return `${doing}${job.queuePosition === undefined ? '' : ` (${job.queuePosition} in line)`}`
  return progressText(doing, progress)
}

/** What is being done, how far it is, how fast, how long still. */
export function progressText(doing: string, progress: JobProgress): string {
  const amount = (value: number) => (progress.unit === 'bytes' ? bytes(value) : `${value} ${progress.unit}`)
  const share = progress.total
    ? `${Math.floor((100 * progress.done) / progress.total)} % of ${amount(progress.total)}`
    : amount(progress.done)
  // An import that was over within one tick has no speed to tell.
  const speed = progress.ratePerSecond
  const rate = speed ? `, ${amount(Number(speed.toPrecision(3)))}/s` : ''
  const left = progress.secondsLeft === undefined ? '' : `, ${duration(progress.secondsLeft)} left`
  return harmless(`${doing}, ${share}${rate}${left}${progress.note ? ` (${progress.note})` : ''}`)
}

/**
 * Follows a job to its end. In watch mode every change event of it is one JSON line on standard output; else a
 * progress line goes to standard error whenever it changed.
 */
export async function followJob(
  client: Client,
  jobId: string,
  mode: { watch: boolean; quiet: boolean },
  output: Output,
): Promise<Job> {
  try {
    const job = await follow(client, jobId, mode, output)
    if (isOver(job)) return job
  } catch (error) {
    const known = clientError(error)
    if (!(known instanceof AppError) || known.code !== 'worker_lost') throw error
  }
  // The stream ended, or broke, and the job had not.
  throw new AppError('worker_lost', 'The backend went away while this command waited; the job goes on.', {
    hint: `Follow it again: slipway jobs wait ${jobId}.`,
    details: { jobId },
  })
}

async function follow(
  client: Client,
  jobId: string,
  mode: { watch: boolean; quiet: boolean },
  { out, err }: Output,
): Promise<Job> {
  let shown = ''
  const show = (job: Job) => {
    const line = progressLine(job)
    if (!mode.quiet && !mode.watch && line !== shown) err(line)
    shown = line
  }
  const stop = new AbortController()
  const subscription = await client.events.subscribe({ topics: ['jobs', 'metrics', 'log'] }, { signal: stop.signal })
  let job = await client.jobs.show({ id: jobId })
  const isOurs = (id: string | undefined) => id === job.id || id === job.subjectId
  if (mode.watch) out(JSON.stringify({ topic: 'jobs', kind: 'changed', id: job.id, data: job }))
  show(job)
  try {
    if (isOver(job)) return job
    for await (const event of subscription) {
      const isJobEvent = event.topic === 'jobs' || event.topic === 'resync'
      if (!isOurs(event.id) && event.topic !== 'resync') continue
      if (isJobEvent) {
        job = await client.jobs.show({ id: jobId })
        show(job)
      }
      if (mode.watch)
        out(JSON.stringify(isJobEvent ? { topic: 'jobs', kind: 'changed', id: job.id, data: job } : event))
      if (isOver(job)) return job
    }
    return job
  } finally {
    stop.abort()
  }
}
