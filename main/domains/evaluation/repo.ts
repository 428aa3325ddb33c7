import type { Comparison, Evaluation, EvaluationObject, MetricName } from '../../contract/evaluation.ts'
import type { JobState } from '../../contract/jobs.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import type { GenerationSettings } from './config.ts'

export type EvaluationRecord = {
  readonly id: string
  readonly name: string
  readonly state: JobState
  readonly jobId: string | null
  readonly dataset: { readonly id: string; readonly name: string }
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
}

type Row = {
  id: string
  name: string
  state: string
  job_id: string | null
  dataset_id: string
  dataset_name: string
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
}

const COLUMNS =
  'id, name, state, job_id, dataset_id, dataset_name, metrics, generation, objects, comparisons, warnings, failure, rows, size_bytes, created_at_ms, updated_at_ms, ended_at_ms'

// JSON columns hold what this file wrote, from typed values: they are read back under the same types.
const toRecord = (row: Row): EvaluationRecord => ({
  id: row.id,
  name: row.name,
  state: row.state as JobState,
  jobId: row.job_id,
  dataset: { id: row.dataset_id, name: row.dataset_name },
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
})

export function findEvaluation(db: ReadableDb, ref: string): EvaluationRecord | undefined {
  const row = db
    .prepare<[string, string], Row>(`SELECT ${COLUMNS} FROM evaluations WHERE id = ? OR name = ?`)
    .get(ref, ref)
  return row && toRecord(row)
}

export const listEvaluations = (
  db: ReadableDb,
  state: string | undefined,
  beforeId: string | undefined,
  limit: number,
  offset = 0,
): EvaluationRecord[] =>
  db
    .prepare<unknown[], Row>(
      `SELECT ${COLUMNS} FROM evaluations WHERE (? IS NULL OR state = ?) AND id < ? ORDER BY id DESC LIMIT ? OFFSET ?`,
    )
    .all(state ?? null, state ?? null, beforeId ?? 'eval_~', limit, offset)
    .map(toRecord)

export const countEvaluations = (db: ReadableDb, state: string | undefined): number =>
  db
    .prepare<unknown[], { n: number }>('SELECT count(*) AS n FROM evaluations WHERE (? IS NULL OR state = ?)')
    .get(state ?? null, state ?? null)?.n ?? 0

/** Evaluations that are not over: what they use must stay. */
export const activeEvaluations = (db: ReadableDb): EvaluationRecord[] =>
  db
    .prepare<[], Row>(`SELECT ${COLUMNS} FROM evaluations WHERE state IN ('queued', 'starting', 'running', 'stopping')`)
    .all()
    .map(toRecord)

export type NewEvaluation = Pick<
  EvaluationRecord,
  'id' | 'name' | 'dataset' | 'metrics' | 'generation' | 'objects' | 'warnings' | 'rows'
> & { readonly atMs: number }

export function insertEvaluation(db: WritableDb, made: NewEvaluation): void {
  db.prepare(
    `INSERT INTO evaluations (id, name, state, dataset_id, dataset_name, metrics, generation, objects, comparisons, warnings, rows, size_bytes, created_at_ms, updated_at_ms)
     VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, '[]', ?, ?, 0, ?, ?)`,
  ).run(
    made.id,
    made.name,
    made.dataset.id,
    made.dataset.name,
    JSON.stringify(made.metrics),
    JSON.stringify(made.generation),
    JSON.stringify(made.objects),
    JSON.stringify(made.warnings),
    made.rows,
    made.atMs,
    made.atMs,
  )
}

type Changes = Partial<
  Pick<
    EvaluationRecord,
    'state' | 'jobId' | 'objects' | 'comparisons' | 'warnings' | 'failure' | 'rows' | 'sizeBytes' | 'endedAtMs'
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
