import type { MetricPoint } from '../../contract/runs.ts'
import { isoOf } from '../../platform/clock.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'

/** The SQL of the curves: a point for every step that was measured, in one row. */

export function insertMetric(db: WritableDb, runId: string, point: MetricPoint): void {
  db.prepare(
    `INSERT OR REPLACE INTO run_metrics (run_id, series, step, epoch, at_ms, loss, learning_rate, grad_norm, tokens_per_second, memory_bytes, more)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    runId,
    point.series,
    point.step,
    point.epoch,
    point.at === undefined ? null : Date.parse(point.at),
    point.loss,
    point.learningRate ?? null,
    point.gradNorm ?? null,
    point.tokensPerSecond ?? null,
    point.memoryBytes ?? null,
    point.more && Object.keys(point.more).length > 0 ? JSON.stringify(point.more) : null,
  )
}

/** Takes back the points after a step: a resumed run writes them again. */
export const deleteMetricsAfter = (db: WritableDb, runId: string, step: number): void =>
  void db.prepare('DELETE FROM run_metrics WHERE run_id = ? AND step > ?').run(runId, step)

type MetricRow = {
  series: string
  step: number
  epoch: number
  at_ms: number | null
  loss: number | null
  learning_rate: number | null
  grad_norm: number | null
  tokens_per_second: number | null
  memory_bytes: number | null
  more: string | null
}

export const listMetrics = (db: ReadableDb, runId: string, afterStep: number): MetricPoint[] =>
  db
    .prepare<[string, number], MetricRow>(
      `SELECT series, step, epoch, at_ms, loss, learning_rate, grad_norm, tokens_per_second, memory_bytes, more
       FROM run_metrics WHERE run_id = ? AND step > ? ORDER BY series, step`,
    )
    .all(runId, afterStep)
    .map(row => ({
      series: row.series as MetricPoint['series'],
      step: row.step,
      epoch: row.epoch,
      ...(row.at_ms !== null && { at: isoOf(row.at_ms) }),
      loss: row.loss,
      ...(row.series === 'train' && { learningRate: row.learning_rate, gradNorm: row.grad_norm }),
      ...(row.tokens_per_second !== null && { tokensPerSecond: row.tokens_per_second }),
      ...(row.memory_bytes !== null && { memoryBytes: row.memory_bytes }),
      ...(row.more !== null && { more: JSON.parse(row.more) as Record<string, number | null> }),
    }))

type CurveRow = readonly [
  step: number,
  epoch: number,
  atMs: number | null,
  loss: number | null,
  learningRate: number | null,
  gradNorm: number | null,
  tokensPerSecond: number | null,
  memoryBytes: number | null,
]

/** One series of a run, a tuple for each point: of a hundred thousand, names would be most of the work. */
export const curveRows = (db: ReadableDb, runId: string, series: 'train' | 'validation'): readonly CurveRow[] =>
  db
    .prepare<[string, string], CurveRow>(
      `SELECT step, epoch, at_ms, loss, learning_rate, grad_norm, tokens_per_second, memory_bytes
       FROM run_metrics WHERE run_id = ? AND series = ? ORDER BY step`,
    )
    .raw()
    .all(runId, series) as unknown as readonly CurveRow[] // `raw` answers arrays, which the library's types do not say

export const bestValidationLoss = (db: ReadableDb, runId: string): number | null =>
  db
    .prepare<[string], { loss: number | null }>(
      "SELECT min(loss) AS loss FROM run_metrics WHERE run_id = ? AND series = 'validation'",
    )
    .get(runId)?.loss ?? null
