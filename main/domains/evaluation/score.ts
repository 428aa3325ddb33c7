import type { Comparison, EvaluationObject, ResultRow, Score } from '../../contract/evaluation.ts'
import { bootstrapInterval, compareScores } from './metrics/bootstrap.ts'
import type { Metric, RowScore } from './metrics/metric.ts'
import { scoreRows, selectMetrics } from './metrics/registry.ts'

export type ScoredObject = {
  readonly name: string
  readonly rows: readonly ResultRow[]
  readonly scores: ReadonlyMap<string, readonly RowScore[]>
}

/** Scores one object's answers by every metric. Rows keep their order; failed rows are unscored, not zero. */
export function scoreObject(name: string, rows: readonly ResultRow[], metricNames: readonly string[]): ScoredObject {
  const scores = new Map<string, readonly RowScore[]>()
  for (const metric of selectMetrics(metricNames)) scores.set(metric.name, scoreRows(metric, rows))
  return {
    name,
    scores,
    rows: rows.map((row, i) => ({
      ...row,
      scores: Object.fromEntries(
        [...scores].flatMap(([metric, list]) => (typeof list[i]?.value === 'number' ? [[metric, list[i].value]] : [])),
      ),
    })),
  }
}

const scoreOf = (metric: Metric, scores: readonly RowScore[]): Score | undefined => {
  const value = metric.aggregate(scores)
  if (value === null) return undefined
  const interval = bootstrapInterval(metric, scores, { seed: 42 })
  return {
    metric: metric.name,
    value,
    low: interval?.low ?? value,
    high: interval?.high ?? value,
    rows: scores.filter(score => score.value !== null).length,
  }
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0

/** What an evaluation says of one object: scores with intervals, latency, failures. */
export function summarize(
  object: Pick<EvaluationObject, 'name' | 'kind' | 'id'>,
  scored: ScoredObject,
  metricNames: readonly string[],
): EvaluationObject {
  const latencies = scored.rows.flatMap(row => row.latencyMs ?? []).sort((a, b) => a - b)
  return {
    ...object,
    rows: scored.rows.length,
    failedRows: scored.rows.filter(row => row.prediction === null).length,
    scores: selectMetrics(metricNames).flatMap(metric => scoreOf(metric, scored.scores.get(metric.name) ?? []) ?? []),
    ...(latencies.length > 0 && {
      latencyMs: {
        mean: latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length,
        p50: percentile(latencies, 0.5),
        p95: percentile(latencies, 0.95),
      },
    }),
    completionTokens: scored.rows.reduce((sum, row) => sum + (row.completionTokens ?? 0), 0),
  }
}

/** Every later object beside the first, over the same rows, by the paired bootstrap. */
export function compareObjects(objects: readonly ScoredObject[], metricNames: readonly string[]): Comparison[] {
  const [first, ...others] = objects
  if (!first) return []
  return others.flatMap(second =>
    selectMetrics(metricNames).flatMap(metric => {
      const result = compareScores(metric, first.scores.get(metric.name) ?? [], second.scores.get(metric.name) ?? [], {
        seed: 42,
      })
      if (!result) return []
      const { low, high } = result.interval
      return [
        {
          metric: metric.name,
          first: first.name,
          second: second.name,
          difference: result.difference,
          low,
          high,
          isSignificant: low > 0 || high < 0,
        },
      ]
    }),
  )
}
