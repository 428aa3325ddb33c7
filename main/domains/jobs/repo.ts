import type { DeviceRequest, Job, JobId, JobKind, JobPriority, JobProgress, JobState } from '../../contract/jobs.ts'
import { isoOf } from '../../platform/clock.ts'
import type { PageRequest } from '../../platform/db/keyset.ts'
import { among, containing, countOf, type ListSource, type Part, selectPage } from '../../platform/db/list-page.ts'
import { nameKeyOf } from '../../platform/db/name-key.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import type { JobSpec } from '../../platform/processes/port.ts'
import type { ProcessIdentity } from '../../platform/processes/process-table.ts'

export type Failure = NonNullable<Job['failure']>

/** A device that was granted for one of a job's requests. */
export type Grant = { readonly device: string; readonly request: DeviceRequest; readonly processors?: number }

/** A job as the database has it. */
export type JobRow = {
  readonly id: JobId
  readonly kind: JobKind
  readonly name: string
  readonly subjectId: string
  readonly state: JobState
  readonly health: Job['health']
  readonly priority: JobPriority
  readonly spec: JobSpec
  readonly granted: readonly Grant[] | null
  readonly attempt: number
  /** Bytes of this attempt's journal that have been delivered. */
  readonly journalPosition: number
  readonly runner: ProcessIdentity | null
  readonly childPid: number | null
  readonly progress: JobProgress | null
  readonly failure: Failure | null
  /** What the child itself said about its failure; it becomes the job's when the job ends that way. */
  readonly workerFailure: Failure | null
  /** The last event that was no heartbeat. */
  readonly lastEvent: string | null
  readonly stop: { readonly save: boolean } | null
  /** When a service fell over, as far as it still counts (milliseconds since 1970). */
  readonly restarts: readonly number[]
  readonly nextStartAtMs: number | null
  readonly createdAtMs: number
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
}

const priorities: Readonly<Record<JobPriority, number>> = { high: 1, normal: 0, low: -1 }
const priorityOf = (value: number): JobPriority => (value > 0 ? 'high' : value < 0 ? 'low' : 'normal')

type Stored = {
  id: string
  kind: string
  name: string
  subject_id: string
  state: string
  health: string
  priority: number
  spec: string
  granted: string | null
  attempt: number
  journal_position: number
  runner: string | null
  child_pid: number | null
  progress: string | null
  failure: string | null
  worker_failure: string | null
  last_event: string | null
  stop: string | null
  restarts: string
  next_start_at_ms: number | null
  created_at_ms: number
  started_at_ms: number | null
  ended_at_ms: number | null
}

const COLUMNS = `id, kind, name, subject_id, state, health, priority, spec, granted, attempt, journal_position, runner, child_pid, progress,
  failure, worker_failure, last_event, stop, restarts, next_start_at_ms, created_at_ms, started_at_ms, ended_at_ms`
const LIVE = "state IN ('queued', 'starting', 'running', 'stopping')"

// JSON columns and state names hold what this file wrote, from typed values: they are read back under the same types.
const fromJson = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T))
const toJson = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

const toRow = (row: Stored): JobRow => ({
  id: row.id as JobId,
  kind: row.kind as JobKind,
  name: row.name,
  subjectId: row.subject_id,
  state: row.state as JobState,
  health: row.health as Job['health'],
  priority: priorityOf(row.priority),
  spec: JSON.parse(row.spec) as JobSpec,
  granted: fromJson<Grant[]>(row.granted),
  attempt: row.attempt,
  journalPosition: row.journal_position,
  runner: fromJson<ProcessIdentity>(row.runner),
  childPid: row.child_pid,
  progress: fromJson<JobProgress>(row.progress),
  failure: fromJson<Failure>(row.failure),
  workerFailure: fromJson<Failure>(row.worker_failure),
  lastEvent: row.last_event,
  stop: fromJson<{ save: boolean }>(row.stop),
  restarts: JSON.parse(row.restarts) as number[],
  nextStartAtMs: row.next_start_at_ms,
  createdAtMs: row.created_at_ms,
  startedAtMs: row.started_at_ms,
  endedAtMs: row.ended_at_ms,
})

const parametersOf = (row: JobRow) => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  subject_id: row.subjectId,
  state: row.state,
  health: row.health,
  priority: priorities[row.priority],
  spec: JSON.stringify(row.spec),
  granted: toJson(row.granted),
  attempt: row.attempt,
  journal_position: row.journalPosition,
  runner: toJson(row.runner),
  child_pid: row.childPid,
  progress: toJson(row.progress),
  failure: toJson(row.failure),
  worker_failure: toJson(row.workerFailure),
  last_event: row.lastEvent,
  stop: toJson(row.stop),
  restarts: JSON.stringify(row.restarts),
  next_start_at_ms: row.nextStartAtMs,
  created_at_ms: row.createdAtMs,
  started_at_ms: row.startedAtMs,
  ended_at_ms: row.endedAtMs,
})

const INSERT = `INSERT INTO jobs (${COLUMNS}, name_key) VALUES (@id, @kind, @name, @subject_id, @state, @health, @priority, @spec, @granted, @attempt,
  @journal_position, @runner, @child_pid, @progress, @failure, @worker_failure, @last_event, @stop, @restarts, @next_start_at_ms, @created_at_ms,
  @started_at_ms, @ended_at_ms, @name_key)`

const UPDATE = `UPDATE jobs SET state = @state, health = @health, priority = @priority, granted = @granted, attempt = @attempt,
  journal_position = @journal_position, runner = @runner, child_pid = @child_pid, progress = @progress, failure = @failure,
  worker_failure = @worker_failure, last_event = @last_event, stop = @stop, restarts = @restarts, next_start_at_ms = @next_start_at_ms,
  started_at_ms = @started_at_ms, ended_at_ms = @ended_at_ms WHERE id = @id`

export const insertJob = (db: WritableDb, row: JobRow): void =>
  void db.prepare(INSERT).run({ ...parametersOf(row), name_key: nameKeyOf(row.name) })

/** Writes everything of a job that can change. */
export function saveJob(db: WritableDb, row: JobRow): void {
  const {
    kind: _kind,
    name: _name,
    subject_id: _subject,
    spec: _spec,
    created_at_ms: _created,
    ...changing
  } = parametersOf(row)
  db.prepare(UPDATE).run(changing)
}

export const deleteJob = (db: WritableDb, id: string): void => void db.prepare('DELETE FROM jobs WHERE id = ?').run(id)

export function findJob(db: ReadableDb, id: string): JobRow | undefined {
  const row = db.prepare<[string], Stored>(`SELECT ${COLUMNS} FROM jobs WHERE id = ?`).get(id)
  return row && toRow(row)
}

/**
 * The newest job of that name for each of up to two things that jobs of that name served: enough to see whether the name
 * is unique. A thing that was started several times, such as a run that was resumed, has a job for each start.
 */
export const findJobsByName = (db: ReadableDb, name: string): JobRow[] =>
  db
    .prepare<[string], Stored>(
      `SELECT ${COLUMNS} FROM jobs WHERE rowid IN (SELECT max(rowid) FROM jobs WHERE name = ? GROUP BY kind, subject_id)
       ORDER BY rowid DESC LIMIT 2`,
    )
    .all(name)
    .map(toRow)

/** The ids of all jobs that serve the same thing in the same way as that one, in the order in which they came. */
export const attemptIds = (db: ReadableDb, { kind, subjectId }: Pick<JobRow, 'kind' | 'subjectId'>): JobId[] =>
  db
    .prepare<[string, string], { id: JobId }>('SELECT id FROM jobs WHERE subject_id = ? AND kind = ? ORDER BY rowid')
    .all(subjectId, kind)
    .map(({ id }) => id)

/** Jobs that have not ended, in queue order: priority first, then who came first (rowids grow with each insert). */
export const liveJobs = (db: ReadableDb): JobRow[] =>
  db.prepare<[], Stored>(`SELECT ${COLUMNS} FROM jobs WHERE ${LIVE} ORDER BY priority DESC, rowid`).all().map(toRow)

/** The ids of waiting jobs in queue order. */
export const queuedIds = (db: ReadableDb): string[] =>
  db
    .prepare<[], { id: string }>("SELECT id FROM jobs WHERE state = 'queued' ORDER BY priority DESC, rowid")
    .all()
    .map(row => row.id)

export const countLive = (db: ReadableDb): number =>
  db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM jobs WHERE ${LIVE}`).get()?.n ?? 0

/** How many jobs of each kind are in each state. */
export const countByKindAndState = (
  db: ReadableDb,
): readonly { readonly kind: string; readonly state: JobState; readonly count: number }[] =>
  db
    .prepare<[], { kind: string; state: string; count: number }>(
      'SELECT kind, state, count(*) AS count FROM jobs GROUP BY kind, state',
    )
    .all()
    .map(row => ({ ...row, state: row.state as JobState }))

export type JobFilter = {
  readonly state?: readonly string[] | undefined
  readonly kind?: readonly string[] | undefined
  readonly subject?: string | undefined
  readonly q?: string | undefined
}

const list: ListSource = {
  table: 'jobs',
  columns: COLUMNS,
  // What has not ended comes before everything that has.
  sorts: { name: 'name_key', created: 'created_at_ms', ended: 'coalesce(ended_at_ms, 9e15)' },
}
const partsOf = ({ state, kind, subject, q }: JobFilter): readonly Part[] => [
  ...among('state', state),
  ...among('kind', kind),
  ...(subject === undefined ? [] : [{ sql: 'subject_id = ?', values: [subject] }]),
  ...containing('name', q),
]

export function pageOfJobs(db: ReadableDb, filter: JobFilter, page: PageRequest) {
  const { rows, nextCursor } = selectPage<Stored>(db, list, partsOf(filter), page)
  return { rows: rows.map(toRow), nextCursor }
}

export const countJobs = (db: ReadableDb, filter: JobFilter): number => countOf(db, list, partsOf(filter))

/** What is being stopped does not go on to its end: the time that the whole of it would take says nothing now. */
function progressOf({ state }: JobRow, progress: JobProgress): JobProgress {
  if (state !== 'stopping') return progress
  const { secondsLeft: _left, ratePerSecond: _rate, ...others } = progress
  return others
}

function processorsOf(granted: readonly Grant[]): Pick<Job, 'grantedProcessors'> {
  const [grantedProcessors] = granted.flatMap(({ processors }) => processors ?? [])
  return grantedProcessors === undefined ? {} : { grantedProcessors }
}

/** The contract's job. `queue` holds the waiting jobs' ids, for the position in line. */
export function toJob(row: JobRow, queue: readonly string[] = []): Job {
  const place = row.state === 'queued' ? queue.indexOf(row.id) : -1
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    state: row.state,
    subjectId: row.subjectId,
    health: row.health,
    ...(row.progress && { progress: progressOf(row, row.progress) }),
    ...(row.state === 'stopping' && { stopping: row.stop?.save === true ? ('saving' as const) : ('ending' as const) }),
    ...(row.failure && { failure: row.failure }),
    devices: [...(row.spec.devices ?? [])],
    ...(row.granted && { grantedDevices: row.granted.map(grant => grant.device), ...processorsOf(row.granted) }),
    priority: row.priority,
    ...(place >= 0 && { queuePosition: place + 1 }),
    attempt: row.attempt,
    ...(row.nextStartAtMs !== null && { restartsAt: isoOf(row.nextStartAtMs) }),
    createdAt: isoOf(row.createdAtMs),
    ...(row.startedAtMs !== null && { startedAt: isoOf(row.startedAtMs) }),
    ...(row.endedAtMs !== null && { endedAt: isoOf(row.endedAtMs) }),
    ...(row.childPid !== null && { pid: row.childPid }),
  }
}
