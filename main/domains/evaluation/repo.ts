import type { Comparison, Evaluation, EvaluationObject, MetricName } from '../../contract/evaluation.ts'
import type { JobState } from '../../contract/jobs.ts'
import type { PageRequest } from '../../platform/db/keyset.ts'
import { among, containing, countOf, type ListSource, type Part, selectPage } from '../../platform/db/list-page.ts'
import { nameKeyOf } from '../../platform/db/name-key.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import type { Removed } from '../../platform/retention.ts'
import type { GenerationSettings } from './config.ts'

export type EvaluationRecord = {
  readonly id: string
  readonly name: string
  readonly state: JobState
  readonly jobId: string | null
  readonly dataset: { readonly id: string; readonly name: string }
  /** The run that held the rows back, where they are not all of the dataset. */
  readonly heldBackBy: { readonly id: string; readonly name: string } | null
  readonly metrics: readonly MetricName[]
  readonly generation: GenerationSettings
  readonly objects: readonly EvaluationObject[]
  readonly comparisons: readonly Comparison[]
  readonly warnings: readonly string[]
  readonly failure: Evaluation['failure'] | null
  readonly rows: number
  readonly sizeBytes: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly endedAtMs: number | null
  /** How long its jobs have worked so far, all attempts together, waits left out; null where it is not known. */
  readonly workedMs: number | null
}

type Row = {
  id: string
  name: string
  state: string
  job_id: string | null
  dataset_id: string
  dataset_name: string
  held_back_by: string | null
  metrics: string
  generation: string
  objects: string
  comparisons: string
  warnings: string
  failure: string | null
  rows: number
  size_bytes: number
  created_at_ms: number
  updated_at_ms: number
  ended_at_ms: number | null
  worked_ms: number | null
}

const COLUMNS =
  'id, name, state, job_id, dataset_id, dataset_name, held_back_by, metrics, generation, objects, comparisons, warnings, failure, rows, size_bytes, created_at_ms, updated_at_ms, ended_at_ms, worked_ms'

// JSON columns hold what this file wrote, from typed values: they are read back under the same types.
const toRecord = (row: Row): EvaluationRecord => ({
  id: row.id,
  name: row.name,
  state: row.state as JobState,
  jobId: row.job_id,
  dataset: { id: row.dataset_id, name: row.dataset_name },
  heldBackBy: row.held_back_by === null ? null : (JSON.parse(row.held_back_by) as EvaluationRecord['heldBackBy']),
  metrics: JSON.parse(row.metrics) as MetricName[],
  generation: JSON.parse(row.generation) as GenerationSettings,
  objects: JSON.parse(row.objects) as EvaluationObject[],
  comparisons: JSON.parse(row.comparisons) as Comparison[],
  warnings: JSON.parse(row.warnings) as string[],
  failure: row.failure === null ? null : (JSON.parse(row.failure) as Evaluation['failure']),
  rows: row.rows,
  sizeBytes: row.size_bytes,
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
  endedAtMs: row.ended_at_ms,
  workedMs: row.worked_ms,
})

const KEPT = 'removed_at_ms IS NULL'

export function findEvaluation(db: ReadableDb, ref: string): EvaluationRecord | undefined {
  const row = db
    .prepare<[string, string], Row>(`SELECT ${COLUMNS} FROM evaluations WHERE (id = ? OR name = ?) AND ${KEPT}`)
    .get(ref, ref)
  return row && toRecord(row)
}

export type EvaluationFilter = { readonly state?: readonly string[] | undefined; readonly q?: string | undefined }

const list: ListSource = {
  table: 'evaluations',
  columns: COLUMNS,
  sorts: { name: 'name_key', created: 'created_at_ms', updated: 'updated_at_ms' },
}
const partsOf = ({ state, q }: EvaluationFilter): readonly Part[] => [
  { sql: KEPT, values: [] },
  ...among('state', state),
  ...containing('name', q),
]

export function listEvaluations(db: ReadableDb, filter: EvaluationFilter, page: PageRequest) {
  const { rows, nextCursor } = selectPage<Row>(db, list, partsOf(filter), page)
  return { records: rows.map(toRecord), nextCursor }
}

export const countEvaluations = (db: ReadableDb, filter: EvaluationFilter): number => countOf(db, list, partsOf(filter))

/** Whether there is an evaluation of this id, also a removed one that can be restored. */
export const isEvaluation = (db: ReadableDb, id: string): boolean =>
  db.prepare<[string], { id: string }>('SELECT id FROM evaluations WHERE id = ?').get(id) !== undefined

const REMOVED = `SELECT ${COLUMNS}, removed_name FROM evaluations WHERE removed_at_ms IS NOT NULL`
type RemovedRow = Row & { removed_name: string }
const toRemoved = (row: RemovedRow): EvaluationRecord => toRecord({ ...row, name: row.removed_name })

export function findRemovedEvaluation(db: ReadableDb, id: string): EvaluationRecord | undefined {
  const row = db.prepare<[string], RemovedRow>(`${REMOVED} AND id = ?`).get(id)
  return row && toRemoved(row)
}

export const evaluationsRemovedBefore = (db: ReadableDb, beforeMs: number): EvaluationRecord[] =>
  db.prepare<[number], RemovedRow>(`${REMOVED} AND removed_at_ms < ?`).all(beforeMs).map(toRemoved)

/** Evaluations that were removed since that time at the earliest. */
export const evaluationsRemovedSince = (db: ReadableDb, sinceMs: number): Removed[] =>
  db
    .prepare<[number], Removed>(
      'SELECT id, removed_name AS name, removed_at_ms AS removedAtMs, size_bytes AS sizeBytes FROM evaluations WHERE removed_at_ms >= ?',
    )
    .all(sinceMs)

/** Hides an evaluation. Its name is free again: the row is called by its id until it is restored. */
export const setEvaluationRemoved = (db: WritableDb, id: string, atMs: number): void =>
  void db
    .prepare(`UPDATE evaluations SET removed_at_ms = ?, removed_name = name, name = id WHERE id = ? AND ${KEPT}`)
    .run(atMs, id)

export const setEvaluationRestored = (db: WritableDb, id: string, name: string, atMs: number): void =>
  void db
    .prepare(
      'UPDATE evaluations SET removed_at_ms = NULL, removed_name = NULL, name = ?, name_key = ?, updated_at_ms = ? WHERE id = ?',
    )
    .run(name, nameKeyOf(name), atMs, id)

/** Evaluations that are not over: what they use must stay. */
export const activeEvaluations = (db: ReadableDb): EvaluationRecord[] =>
  db
    .prepare<[], Row>(`SELECT ${COLUMNS} FROM evaluations WHERE state IN ('queued', 'starting', 'running', 'stopping')`)
    .all()
    .map(toRecord)

export type NewEvaluation = Pick<
  EvaluationRecord,
  'id' | 'name' | 'dataset' | 'heldBackBy' | 'metrics' | 'generation' | 'objects' | 'warnings' | 'rows'
> & { readonly atMs: number }

export function insertEvaluation(db: WritableDb, made: NewEvaluation): void {
  db.prepare(
    `INSERT INTO evaluations (id, name, state, dataset_id, dataset_name, held_back_by, metrics, generation, objects, comparisons, warnings, rows, size_bytes, created_at_ms, updated_at_ms, name_key)
     VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, '[]', ?, ?, 0, ?, ?, ?)`,
  ).run(
    made.id,
    made.name,
    made.dataset.id,
    made.dataset.name,
    made.heldBackBy && JSON.stringify(made.heldBackBy),
    JSON.stringify(made.metrics),
    JSON.stringify(made.generation),
    JSON.stringify(made.objects),
    JSON.stringify(made.warnings),
    made.rows,
    made.atMs,
    made.atMs,
    nameKeyOf(made.name),
  )
}

type Changes = Partial<
  Pick<
    EvaluationRecord,
    | 'state'
    | 'jobId'
    | 'objects'
    | 'comparisons'
    | 'warnings'
    | 'failure'
    | 'rows'
    | 'sizeBytes'
    | 'endedAtMs'
    | 'workedMs'
  >
>

const columnOf = {
  state: 'state',
  jobId: 'job_id',
  objects: 'objects',
  comparisons: 'comparisons',
  warnings: 'warnings',
  failure: 'failure',
  rows: 'rows',
  sizeBytes: 'size_bytes',
  endedAtMs: 'ended_at_ms',
  workedMs: 'worked_ms',
} as const satisfies Record<keyof Changes, string>

/** Changes the named columns and nothing else. */
export function updateEvaluation(db: WritableDb, id: string, changes: Changes, atMs: number): void {
  const entries = Object.entries(changes) as [keyof typeof columnOf, unknown][]
  const bound = entries.map(([, value]) =>
    typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
  )
  db.prepare(
    `UPDATE evaluations SET ${[...entries.map(([key]) => `${columnOf[key]} = ?`), 'updated_at_ms = ?'].join(', ')} WHERE id = ?`,
  ).run(...bound, atMs, id)
}

export const deleteEvaluation = (db: WritableDb, id: string): void =>
  void db.prepare('DELETE FROM evaluations WHERE id = ?').run(id)
