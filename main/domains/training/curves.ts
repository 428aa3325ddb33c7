import type { CurveColumns } from '../../contract/runs.ts'
import type { ReadableDb } from '../../platform/db/types.ts'
import { curveRows } from './curve-repo.ts'
import { keptIndices } from './thin-curve.ts'

// More digits than a screen can show would only make the answer longer: half of its bytes.
const rounded = (value: number | null, perUnit: number): number | null =>
  value === null ? null : Math.round(value * perUnit) / perUnit

/** One series of a run in columns, thinned to `count` points: a hundred thousand of them are one answer of a few megabytes. */
export function curveColumns(
  db: ReadableDb,
  runId: string,
  series: 'train' | 'validation',
  count: number,
): CurveColumns & { readonly total: number } {
  const rows = curveRows(db, runId, series)
  const kept = keptIndices(
    rows.map(row => row[3]),
    count,
  ).flatMap(index => (rows[index] ? [rows[index]] : []))
  return {
    total: rows.length,
    step: kept.map(row => row[0]),
    epoch: kept.map(row => rounded(row[1], 1e6) ?? 0),
    atMs: kept.map(row => row[2]),
    loss: kept.map(row => rounded(row[3], 1e7)),
    learningRate: kept.map(row => rounded(row[4], 1e12)),
    gradNorm: kept.map(row => rounded(row[5], 1e6)),
    tokensPerSecond: kept.map(row => rounded(row[6], 1e2)),
    memoryBytes: kept.map(row => row[7]),
  }
}
