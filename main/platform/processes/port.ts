import type { Call } from '../../contract/call.ts'
import type { DeviceRequest, Job, JobId, JobKind, LogLine } from '../../contract/jobs.ts'
import type { Tx } from '../db/types.ts'

/** What a domain hands to the supervisor. Paths are absolute; secrets never go into `args` or `env`. */
export type JobSpec = {
  readonly kind: JobKind
  readonly name: string
  readonly subjectId: string
  /** argv, never a shell string. */
  readonly command: readonly [file: string, ...args: string[]]
  /** Added to a scrubbed allow-list environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Files written into the job's own folder (its working directory) before the start, such as `config.json`. */
  readonly files?: Readonly<Record<string, string>>
  readonly devices?: readonly DeviceRequest[]
  /** How long a polite stop may take before the signal, in milliseconds (training needs time to save). */
  readonly politeStopMs?: number
  readonly memoryLimitBytes?: number
}

/** One line the child printed on its wire, as its domain receives it. */
export type WorkerEvent = { readonly event: string; readonly [field: string]: unknown }

/**
 * What a domain does with its kind of job. Handlers run inside the backend, in journal order, exactly once per event
 * even across a restart: the supervisor stores the journal position in the same transaction (`tx`).
 */
export type JobHandler = {
  readonly onEvent: (tx: Tx, job: Job, event: WorkerEvent) => void
  /** Called once, in the transaction that writes the end; `lost` and failures included. */
  readonly onEnd: (tx: Tx, job: Job) => void
  /** `never`: training. `stateless`: services, restarted with backoff, at most 5 times in 10 minutes. */
  readonly restart: 'never' | 'stateless'
}

/** The supervisor as the domains see it; compose.ts passes it to them. */
export type JobsPort = {
  readonly start: (call: Call, spec: JobSpec) => Job
  readonly stop: (call: Call, id: JobId, how?: { save?: boolean }) => Job
  readonly get: (id: JobId) => Job | undefined
  /** Resolves when the job has ended. */
  readonly ended: (id: JobId, signal?: AbortSignal) => Promise<Job>
  /** Sends one command line to the child's stdin. */
  readonly send: (id: JobId, command: Readonly<Record<string, unknown>>) => void
  /** The folder that is the child's working directory; it stays until the job is removed. */
  readonly folder: (id: JobId) => string
  readonly logs: (id: JobId, limit: number) => { lines: LogLine[]; truncatedBytes: number }
  readonly handle: (kind: JobKind, handler: JobHandler) => void
}
