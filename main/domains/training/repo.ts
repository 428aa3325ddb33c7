import type { JobState } from '../../contract/jobs.ts'
import type { MemoryPlan } from '../../contract/memory-plan.ts'
import type { Provenance, Run } from '../../contract/runs.ts'
import type { TrainingMethod } from '../../contract/training-parameters.ts'
import type { PageRequest } from '../../platform/db/keyset.ts'
import { among, containing, countOf, type ListSource, type Part, selectPage } from '../../platform/db/list-page.ts'
import { nameKeyOf } from '../../platform/db/name-key.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import type { Removed } from '../../platform/retention.ts'

/** A run as the database has it: ids are plain text, times are milliseconds. run-view.ts turns it into the contract's `Run`. */
export type RunRecord = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly method: TrainingMethod
  readonly state: JobState
  readonly phase: string | null
  readonly jobId: string | null
  readonly model: { readonly id: string; readonly name: string }
  readonly datasets: readonly {
    readonly id: string
    readonly name: string
    /** How often its rows are used; absent: once. */
    readonly samplingRate?: number
  }[]
  readonly parameters: Readonly<Record<string, unknown>>
  readonly config: Readonly<Record<string, unknown>>
  readonly facts: Readonly<Record<string, unknown>>
  readonly metrics: Readonly<Record<string, number | null>>
  readonly warnings: readonly string[]
  readonly memoryPlan: MemoryPlan | null
  readonly provenance: Provenance
  readonly failure: NonNullable<Run['failure']> | null
  readonly step: number
  readonly totalSteps: number | null
  readonly loss: number | null
  readonly secondsLeft: number | null
  readonly sizeBytes: number
  readonly artifactPath: string | null
  readonly result: { readonly id: string; readonly name: string } | null
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly endedAtMs: number | null
  /** How long its jobs have worked so far, all attempts together, waits left out; null where it is not known. */
  readonly workedMs: number | null
  /** What a resume asked for and the trainer has not yet taken. */
  readonly proposed: Pick<RunRecord, 'parameters' | 'config' | 'provenance'> | null
}

type Row = {
  id: string
  name: string
  description: string
  method: string
  state: string
  phase: string | null
  job_id: string | null
  model_id: string
  model_name: string
  datasets: string
  parameters: string
  config: string
  facts: string
  metrics: string
  warnings: string
  memory_plan: string | null
  provenance: string
  failure: string | null
  step: number
  total_steps: number | null
  loss: number | null
  seconds_left: number | null
  size_bytes: number
  artifact_path: string | null
  result_id: string | null
  result_name: string | null
  created_at_ms: number
  updated_at_ms: number
  ended_at_ms: number | null
  worked_ms: number | null
  proposed: string | null
}

const COLUMNS = `id, name, description, method, state, phase, job_id, model_id, model_name, datasets, parameters, config, facts, metrics, warnings, memory_plan,
  provenance, failure, step, total_steps, loss, seconds_left, size_bytes, artifact_path, result_id, result_name, created_at_ms, updated_at_ms, ended_at_ms, worked_ms, proposed`

// JSON columns hold what this file wrote, from typed values: they are read back under the same types.
const toRun = (row: Row): RunRecord => ({
  id: row.id,
  name: row.name,
  description: row.description,
  method: row.method as TrainingMethod,
  state: row.state as JobState,
  phase: row.phase,
  jobId: row.job_id,
  model: { id: row.model_id, name: row.model_name },
  datasets: JSON.parse(row.datasets) as RunRecord['datasets'],
  parameters: JSON.parse(row.parameters) as RunRecord['parameters'],
  config: JSON.parse(row.config) as RunRecord['config'],
  facts: JSON.parse(row.facts) as RunRecord['facts'],
  metrics: JSON.parse(row.metrics) as RunRecord['metrics'],
  warnings: JSON.parse(row.warnings) as string[],
  memoryPlan: row.memory_plan === null ? null : (JSON.parse(row.memory_plan) as MemoryPlan),
  provenance: JSON.parse(row.provenance) as Provenance,
  failure: row.failure === null ? null : (JSON.parse(row.failure) as RunRecord['failure']),
  step: row.step,
  totalSteps: row.total_steps,
  loss: row.loss,
  secondsLeft: row.seconds_left,
  sizeBytes: row.size_bytes,
  artifactPath: row.artifact_path,
  result: row.result_id === null ? null : { id: row.result_id, name: row.result_name ?? '' },
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
  endedAtMs: row.ended_at_ms,
  workedMs: row.worked_ms,
  proposed: row.proposed === null ? null : (JSON.parse(row.proposed) as RunRecord['proposed']),
})

const KEPT = 'removed_at_ms IS NULL'

export function findRun(db: ReadableDb, ref: string): RunRecord | undefined {
  const row = db
    .prepare<[string, string], Row>(`SELECT ${COLUMNS} FROM runs WHERE (id = ? OR name = ?) AND ${KEPT}`)
    .get(ref, ref)
  return row && toRun(row)
}

/** Whether there is a run of this id, also a removed one that can be restored. */
export const isRun = (db: ReadableDb, id: string): boolean =>
  db.prepare<[string], { id: string }>('SELECT id FROM runs WHERE id = ?').get(id) !== undefined

export type RunFilter = {
  readonly state?: readonly string[] | undefined
  readonly method?: readonly string[] | undefined
  readonly q?: string | undefined
}

const list: ListSource = {
  table: 'runs',
  columns: COLUMNS,
  // A loss that is not a number sorts as the worst.
  sorts: { name: 'name_key', created: 'created_at_ms', updated: 'updated_at_ms', loss: 'coalesce(loss, 1e300)' },
}
const partsOf = ({ state, method, q }: RunFilter): readonly Part[] => [
  { sql: KEPT, values: [] },
  ...among('state', state),
  ...among('method', method),
  ...containing(['name', 'description'], q),
]

export function listRuns(db: ReadableDb, filter: RunFilter, page: PageRequest) {
  const { rows, nextCursor } = selectPage<Row>(db, list, partsOf(filter), page)
  return { runs: rows.map(toRun), nextCursor }
}

export const countRuns = (db: ReadableDb, filter: RunFilter): number => countOf(db, list, partsOf(filter))

type RemovedRun = { readonly run: RunRecord; readonly name: string; readonly removedAtMs: number }
const REMOVED = `SELECT ${COLUMNS}, removed_name, removed_at_ms FROM runs WHERE removed_at_ms IS NOT NULL`
type RemovedRow = Row & { removed_name: string; removed_at_ms: number }
const toRemoved = (row: RemovedRow): RemovedRun => ({
  run: toRun({ ...row, name: row.removed_name }),
  name: row.removed_name,
  removedAtMs: row.removed_at_ms,
})

export function findRemovedRun(db: ReadableDb, id: string): RemovedRun | undefined {
  const row = db.prepare<[string], RemovedRow>(`${REMOVED} AND id = ?`).get(id)
  return row && toRemoved(row)
}

/** Runs that were removed before that time. */
export const runsRemovedBefore = (db: ReadableDb, beforeMs: number): RunRecord[] =>
  db
    .prepare<[number], RemovedRow>(`${REMOVED} AND removed_at_ms < ?`)
    .all(beforeMs)
    .map(row => toRemoved(row).run)

/** Runs that were removed since that time at the earliest. */
export const runsRemovedSince = (db: ReadableDb, sinceMs: number): Removed[] =>
  db
    .prepare<[number], Removed>(
      'SELECT id, removed_name AS name, removed_at_ms AS removedAtMs, size_bytes AS sizeBytes FROM runs WHERE removed_at_ms >= ?',
    )
    .all(sinceMs)

/** Hides a run. Its name is free again: the row is called by its id until it is restored. */
export const setRunRemoved = (db: WritableDb, id: string, atMs: number): void =>
  void db
    .prepare(`UPDATE runs SET removed_at_ms = ?, removed_name = name, name = id WHERE id = ? AND ${KEPT}`)
    .run(atMs, id)

export const setRunRestored = (db: WritableDb, id: string, name: string, atMs: number): void =>
  void db
    .prepare(
      'UPDATE runs SET removed_at_ms = NULL, removed_name = NULL, name = ?, name_key = ?, updated_at_ms = ? WHERE id = ?',
    )
    .run(name, nameKeyOf(name), atMs, id)

/** Runs that are done but whose result is not registered yet: the backend may have stopped in between. */
export const unregisteredRuns = (db: ReadableDb): RunRecord[] =>
  db
    .prepare<[], Row>(
      `SELECT ${COLUMNS} FROM runs WHERE state = 'done' AND artifact_path IS NOT NULL AND result_id IS NULL AND ${KEPT}`,
    )
    .all()
    .map(toRun)

/** Runs that are not over, whose name must stay theirs and whose models must stay. */
export const activeRuns = (db: ReadableDb): RunRecord[] =>
  db
    .prepare<[], Row>(`SELECT ${COLUMNS} FROM runs WHERE state IN ('queued', 'starting', 'running', 'stopping')`)
    .all()
    .map(toRun)

export type NewRun = Pick<
  RunRecord,
  | 'id'
  | 'name'
  | 'description'
  | 'method'
  | 'model'
  | 'datasets'
  | 'parameters'
  | 'config'
  | 'warnings'
  | 'memoryPlan'
  | 'provenance'
> & { readonly atMs: number }

export function insertRun(db: WritableDb, run: NewRun): void {
  db.prepare(
    `INSERT INTO runs (id, name, description, method, state, model_id, model_name, datasets, parameters, config, facts, metrics, warnings, memory_plan, provenance, step, size_bytes, created_at_ms, updated_at_ms, name_key)
     VALUES (?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, '{}', '{}', ?, ?, ?, 0, 0, ?, ?, ?)`,
  ).run(
    run.id,
    run.name,
    run.description,
    run.method,
    run.model.id,
    run.model.name,
    JSON.stringify(run.datasets),
    JSON.stringify(run.parameters),
    JSON.stringify(run.config),
    JSON.stringify(run.warnings),
    run.memoryPlan && JSON.stringify(run.memoryPlan),
    JSON.stringify(run.provenance),
    run.atMs,
    run.atMs,
    nameKeyOf(run.name),
  )
}

type Changes = Partial<
  Pick<
    RunRecord,
    | 'description'
    | 'state'
    | 'phase'
    | 'jobId'
    | 'facts'
    | 'metrics'
    | 'warnings'
    | 'failure'
    | 'step'
    | 'totalSteps'
    | 'loss'
    | 'secondsLeft'
    | 'sizeBytes'
    | 'artifactPath'
    | 'result'
    | 'endedAtMs'
    | 'workedMs'
    | 'config'
    | 'parameters'
    | 'provenance'
    | 'proposed'
  >
>

const columnOf = {
  description: 'description',
  state: 'state',
  phase: 'phase',
  jobId: 'job_id',
  facts: 'facts',
  metrics: 'metrics',
  warnings: 'warnings',
  failure: 'failure',
  step: 'step',
  totalSteps: 'total_steps',
  loss: 'loss',
  secondsLeft: 'seconds_left',
  sizeBytes: 'size_bytes',
  artifactPath: 'artifact_path',
  endedAtMs: 'ended_at_ms',
  workedMs: 'worked_ms',
  config: 'config',
  parameters: 'parameters',
  provenance: 'provenance',
  proposed: 'proposed',
} as const satisfies Record<Exclude<keyof Changes, 'result'>, string>

/** Changes the named columns and nothing else. */
export function updateRun(db: WritableDb, id: string, { result, ...changes }: Changes, atMs: number): void {
  const entries = Object.entries(changes) as [keyof typeof columnOf, unknown][]
  const assignments = entries.map(([key]) => `${columnOf[key]} = ?`)
  const bound = entries.map(([, value]) =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
  )
  const resultParts = result === undefined ? [] : ['result_id = ?', 'result_name = ?']
  const resultValues = result === undefined ? [] : [result?.id ?? null, result?.name ?? null]
  db.prepare(`UPDATE runs SET ${[...assignments, ...resultParts, 'updated_at_ms = ?'].join(', ')} WHERE id = ?`).run(
    ...bound,
    ...resultValues,
    atMs,
    id,
  )
}

export const deleteRun = (db: WritableDb, id: string): void => void db.prepare('DELETE FROM runs WHERE id = ?').run(id)

type RunPaths = { readonly artifactPath: string | null; readonly config: Readonly<Record<string, unknown>> }

/** The paths that runs remember: what came of them, and what they read and write. */
export const pathsOfRuns = (db: ReadableDb): (RunPaths & { readonly id: string })[] =>
  db
    .prepare<[], { id: string; artifactPath: string | null; config: string }>(
      'SELECT id, artifact_path AS artifactPath, config FROM runs',
    )
    .all()
    .map(row => ({ ...row, config: JSON.parse(row.config) as RunPaths['config'] }))

export const setRunPaths = (db: WritableDb, id: string, { artifactPath, config }: RunPaths): void =>
  void db
    .prepare('UPDATE runs SET artifact_path = ?, config = ? WHERE id = ?')
    .run(artifactPath, JSON.stringify(config), id)
