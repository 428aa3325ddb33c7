import * as z from 'zod'
import { anyOf, Bytes, id, Name, page, Ref, Search, sortedPageInput, Timestamp } from './common.ts'
import { errorCodes } from './errors.ts'
import { command, query } from './method.ts'

export const JobId = id('job')
export type JobId = z.output<typeof JobId>

/** Rows first: a state is written before the thing it says is done. `lost` means: gone, and nobody saw how it ended. */
export const jobStates = ['queued', 'starting', 'running', 'stopping', 'done', 'failed', 'cancelled', 'lost'] as const
export const JobState = z.enum(jobStates)
export type JobState = z.output<typeof JobState>
export const isEnded = (state: JobState): boolean =>
  state === 'done' || state === 'failed' || state === 'cancelled' || state === 'lost'

/** What the work is; each kind belongs to one domain and has one restart policy. */
export const JobKind = z.enum([
  'training',
  'deployment',
  'evaluation',
  'environment',
  'conversion',
  'import',
  'verification',
  'storage',
])
export type JobKind = z.output<typeof JobKind>

export const JobProgress = z.object({
  done: z.number(),
  total: z.number().optional(),
  unit: z.string(),
  ratePerSecond: z.number().optional(),
  secondsLeft: z.number().optional(),
  note: z.string().optional(),
})
export type JobProgress = z.output<typeof JobProgress>

export const JobFailure = z.object({
  code: z.enum(errorCodes as [string, ...string[]]),
  message: z.string(),
  hint: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})

/** Who goes first when a device becomes free; within one priority, who came first. */
export const JobPriority = z.enum(['high', 'normal', 'low'])
export type JobPriority = z.output<typeof JobPriority>

/** A share of the machine that a job asks for before it starts; several jobs may share a device if the bytes fit. */
export const DeviceRequest = z.object({
  device: z.string().meta({
    description: "'cpu', a GPU id such as 'cuda:0', 'any-gpu', or 'any': a GPU if one is large enough, else the CPU",
  }),
  memoryBytes: Bytes,
  exclusive: z.boolean().default(false),
  processors: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .optional()
    .meta({ description: 'threads to compute with on the CPU; absent: what is free, at least a fair share' }),
  idles: z.boolean().optional().meta({
    description: 'it computes only when asked, as an engine does: no other job gets fewer processors because of it',
  }),
})
export type DeviceRequest = z.output<typeof DeviceRequest>

export const Job = z.object({
  id: JobId,
  kind: JobKind,
  name: Name,
  state: JobState,
  /** The asset the job serves: a run, a deployment, an environment … */
  subjectId: z.string(),
  /** `unresponsive`: alive, but silent for longer than its heartbeat allows. A person decides, never a timer. */
  health: z.enum(['ok', 'unresponsive']),
  progress: JobProgress.optional(),
  failure: JobFailure.optional(),
  devices: z.array(DeviceRequest),
  /** The devices that were granted, one per request and in their order; absent while the job waits for them. */
  grantedDevices: z.array(z.string()).optional(),
  /** On the CPU: how many threads it computes with. */
  grantedProcessors: z.number().int().positive().optional(),
  priority: JobPriority.default('normal'),
  queuePosition: z.number().int().optional(),
  /** 1 for the first start; a service that fell over is started again, at most 5 times in 10 minutes. */
  attempt: z.number().int(),
  /** When a service that fell over will be started again. */
  restartsAt: Timestamp.optional(),
  stopping: z
    .enum(['saving', 'ending'])
    .optional()
    .meta({ description: 'while it is being stopped: whether it first saves what it has, or only ends' }),
  createdAt: Timestamp,
  startedAt: Timestamp.optional(),
  endedAt: Timestamp.optional(),
  pid: z.number().int().optional(),
})
export type Job = z.output<typeof Job>

export const LogLine = z.object({
  line: z.number().int().meta({ description: 'its number in the log, from 0' }),
  at: Timestamp,
  stream: z.enum(['stdout', 'stderr', 'runner']),
  text: z.string(),
})
export type LogLine = z.output<typeof LogLine>

export const LogPage = z.object({
  lines: z.array(LogLine).meta({ description: 'in their order' }),
  total: z.number().int().meta({ description: 'lines of the whole log, with those that have fallen out' }),
  gap: z
    .object({ from: z.number().int(), to: z.number().int() })
    .optional()
    .meta({ description: 'lines that have fallen out of the middle of a very long log' }),
  truncatedBytes: Bytes.meta({ description: 'everything that is missing, in a flood also lines without a number' }),
  next: z.number().int().optional().meta({
    description: 'the line to go on from, as before or after; absent at the end. A search may go on without a hit yet',
  }),
  attempt: z
    .number()
    .int()
    .optional()
    .meta({ description: 'whose log this is, where the thing was started more than once' }),
  attempts: z.number().int().optional().meta({ description: 'how often it was started; --attempt N reads each' }),
})
export type LogPage = z.output<typeof LogPage>

/** Which start's log, of a thing that was started more than once: each has a job, and so a log, of its own. */
export const attemptInput = {
  attempt: z.coerce.number().int().positive().optional().meta({
    description:
      'of what was started more than once, such as a run that was resumed: 1 is the first; default: the last',
  }),
}

/** What asks for a page of a log. */
export const logInput = {
  limit: z.coerce.number().int().min(1).max(10_000).default(200),
  before: z.coerce.number().int().min(0).optional().meta({ description: 'the lines before this one' }),
  after: z.coerce
    .number()
    .int()
    .min(-1)
    .optional()
    .meta({ description: 'the lines after this one; -1 is the beginning; default: the last lines' }),
  search: z.string().min(1).max(500).optional().meta({ description: 'only lines with this text, in any case' }),
}

export const jobs = {
  list: query({
    description: 'List jobs, newest first or sorted otherwise',
    policy: 'read',
    route: 'GET /jobs',
    cli: { example: 'slipway jobs list --state running' },
    input: z.object({
      ...sortedPageInput(['name', 'created', 'ended'], 'created'),
      state: anyOf(JobState),
      kind: anyOf(JobKind),
      subject: z.string().max(100).optional().meta({ description: 'the id of what the job serves, such as a run' }),
      q: Search,
    }),
    output: page(Job),
  }),
  show: query({
    description: 'Show one job with its state, progress and failure',
    policy: 'read',
    route: 'GET /jobs/{id}',
    cli: { args: ['id'], example: 'slipway jobs show job_…' },
    input: z.object({ id: Ref }),
    output: Job,
  }),
  logs: query({
    description: 'Read the last log lines of a job, or those around a line, or those with a text',
    policy: 'read',
    route: 'GET /jobs/{id}/logs',
    cli: { args: ['id'], example: 'slipway jobs logs job_… --limit 200' },
    input: z.object({ id: Ref, ...attemptInput, ...logInput }),
    output: LogPage,
  }),
  wait: query({
    description: 'Wait until a job has ended, or until the time is up, and show it',
    policy: 'read',
    route: 'GET /jobs/{id}/wait',
    cli: { args: ['id'], example: 'slipway jobs wait job_…', job: true, waits: true },
    input: z.object({ id: Ref, timeoutMs: z.coerce.number().int().min(0).max(86_400_000).default(60_000) }),
    output: Job,
  }),
  stop: command({
    description: 'Stop a job: ask politely, then signal, then kill its whole process tree',
    policy: 'write',
    audit: 'jobs.stop',
    route: 'POST /jobs/{id}/stop',
    cli: { args: ['id'], example: 'slipway jobs stop job_…' },
    input: z.object({
      id: Ref,
      save: z.boolean().default(false).meta({ description: 'keep a checkpoint of what was reached' }),
    }),
    output: Job,
  }),
  prioritize: command({
    description: 'Let a waiting job go before or after others',
    policy: 'write',
    audit: 'jobs.prioritize',
    route: 'POST /jobs/{id}/prioritize',
    cli: { args: ['id', 'priority'], example: 'slipway jobs prioritize job_… high' },
    input: z.object({ id: Ref, priority: JobPriority }),
    output: Job,
  }),
}
