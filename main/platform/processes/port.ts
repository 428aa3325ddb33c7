import type { Call } from '../../contract/call.ts'
import type { DeviceRequest, Job, JobId, JobKind, JobPriority, LogPage } from '../../contract/jobs.ts'
import type { Tx } from '../db/types.ts'
import type { LogRequest } from './log-reader.ts'

/** What a domain hands to the supervisor. Paths are absolute; secrets never go into `command` or `env`. */
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
  /** Who goes first when a device becomes free; `normal` by default. */
  readonly priority?: JobPriority
  /** How long a polite stop may take before the signal, in milliseconds (training needs time to save); 10 s by default. */
  readonly politeStopMs?: number
  /** The job's tree is killed when it uses more than this. */
  readonly memoryLimitBytes?: number
  /** How often the child sends `heartbeat` events, in milliseconds; 5 s by default. Without such events nothing is watched. */
  readonly heartbeatMs?: number
}

/** One line the child printed on its wire, as its domain receives it. */
export type WorkerEvent = { readonly event: string; readonly [field: string]: unknown }

/**
 * What a domain does with its kind of job. Handlers run inside the backend, in journal order, exactly once per event
 * even across a restart: the supervisor stores the journal position in the same transaction (`tx`). An event whose
 * handler throws is logged and skipped: one bad line must not stop a job's news for ever.
 */
export type JobHandler = {
  /** `atMs`: when the child said it, which may be long before the backend is there to hear it. */
  readonly onEvent: (tx: Tx, job: Job, event: WorkerEvent, atMs: number) => void
  /** Called once, in the transaction that writes the end; `lost` and failures included. */
  readonly onEnd: (tx: Tx, job: Job) => void
  /** A service has fallen over and will be started again (`stateless` only). Its earlier `ready` is no longer true. */
  readonly onRestart?: (tx: Tx, job: Job) => void
  /** `never`: training. `stateless`: services, restarted with backoff, at most 5 times in 10 minutes. */
  readonly restart: 'never' | 'stateless'
}

/** The supervisor as the domains see it; compose.ts passes it to them. */
export type JobsPort = {
  /**
   * Writes the job's row and starts it when its devices are free. Inside an open transaction it joins that one, and
   * nothing starts if it is rolled back. Throws `missing_requirement` when this machine can never grant the devices.
   */
  readonly start: (call: Call, spec: JobSpec) => Job
  /** Asks for the end; resolves nothing: follow it with `ended`. Again without `save` ends the wait for a checkpoint. */
  readonly stop: (call: Call, id: JobId, how?: { save?: boolean }) => Job
  readonly get: (id: JobId) => Job | undefined
  /** Resolves when the job has ended; rejects with `cancelled` when the signal aborts first. */
  readonly ended: (id: JobId, signal?: AbortSignal) => Promise<Job>
  /** Sends one command line to the child's stdin. Throws `conflict` when no child can hear it. */
  readonly send: (id: JobId, command: Readonly<Record<string, unknown>>) => void
  /** The folder that is the child's working directory; it stays until the job is removed. */
  readonly folder: (id: JobId) => string
  /**
   * A page of the job's log; with `attempt`, of that job among all which served the same thing, 1 being the first.
   * Throws `not_found` where there were not so many.
   */
  readonly logs: (
    id: JobId,
    request: LogRequest & { readonly attempt?: number | undefined },
    signal?: AbortSignal,
  ) => Promise<LogPage>
  /** Removes an ended job with its folder. Throws `conflict` while it lives. */
  readonly remove: (call: Call, id: JobId) => void
  /** Must be called for every kind before the supervisor starts. */
  readonly handle: (kind: JobKind, handler: JobHandler) => void
}
