import type { EvaluationDetail, ResultRow } from '../../../contract/evaluation.ts'
import { selectMetrics } from '../metrics/registry.ts'

/** How a metric is to be read. */
export type ReportMetric = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly direction: 'higher' | 'lower'
  readonly unit: 'fraction' | 'characters'
}

/** One answered row of one object. */
export type ReportExample = {
  readonly object: string
  readonly row: number
  readonly score: number
  readonly prompt: string
  readonly reference: string
  readonly prediction: string
}

/** A row that two objects did unlike well. */
export type ReportChange = {
  readonly row: number
  readonly prompt: string
  readonly reference: string
  readonly first: { readonly object: string; readonly prediction: string; readonly score: number }
  readonly second: { readonly object: string; readonly prediction: string; readonly score: number }
  /** Second minus first, in the metric's unit. */
  readonly difference: number
}

/** Everything an evaluation found, complete enough to be read without Slipway. */
export type Report = {
  readonly format: 'slipway-evaluation-report'
  readonly formatVersion: 1
  readonly evaluation: EvaluationDetail
  readonly metrics: readonly ReportMetric[]
  /** The metric that examples are chosen by: the first that was asked for. */
  readonly examplesBy: string | null
  readonly best: readonly ReportExample[]
  readonly worst: readonly ReportExample[]
  /** Rows where an object differs most from the first object, for better and for worse. */
  readonly changes: readonly ReportChange[]
  /** All rows of all objects, by the object's name. */
  readonly results: readonly { readonly object: string; readonly rows: readonly ResultRow[] }[]
}

/** Examples of each kind per object. */
const exampleCount = 5

const scoreOf = (row: ResultRow, metric: string): number | undefined =>
  row.scores !== undefined && Object.hasOwn(row.scores, metric) ? row.scores[metric] : undefined

const examplesOf = (object: string, rows: readonly ResultRow[], metric: string): readonly ReportExample[] =>
  rows.flatMap(row => {
    const score = scoreOf(row, metric)
    return score === undefined || row.prediction === null
      ? []
      : [{ object, row: row.row, score, prompt: row.prompt, reference: row.reference, prediction: row.prediction }]
  })

const changesBetween = (
  first: { readonly object: string; readonly rows: readonly ReportExample[] },
  second: { readonly object: string; readonly rows: readonly ReportExample[] },
): readonly ReportChange[] => {
  const before = new Map(first.rows.map(example => [example.row, example]))
  const pick = ({ object, prediction, score }: ReportExample) => ({ object, prediction, score })
  return second.rows.flatMap(example => {
    const other = before.get(example.row)
    if (other === undefined || other.score === example.score) return []
    const { row, prompt, reference } = example
    return [
      { row, prompt, reference, first: pick(other), second: pick(example), difference: example.score - other.score },
    ]
  })
}

/**
 * Gathers a report from an evaluation and its stored answers. Pure: the same answers give the same report.
 * @param rows the answers of each object by its name, in the order of the dataset
 */
export const buildReport = (evaluation: EvaluationDetail, rows: ReadonlyMap<string, readonly ResultRow[]>): Report => {
  const metrics = selectMetrics(evaluation.metrics)
  const [primary] = metrics
  const results = evaluation.objects.map(({ name }) => ({ object: name, rows: rows.get(name) ?? [] }))
  const scored =
    primary === undefined
      ? []
      : results.map(each => ({ object: each.object, rows: examplesOf(each.object, each.rows, primary.name) }))
  const sign = primary?.direction === 'lower' ? -1 : 1
  // Sorting is stable: of equal scores the earlier row comes first. Few rows are shared out, so that none is in both lists.
  const ranked = scored.map(({ rows: own }) => own.toSorted((a, b) => sign * (a.score - b.score)))
  const worst = ranked.flatMap(own => own.slice(0, Math.min(exampleCount, Math.ceil(own.length / 2))))
  const best = ranked.flatMap(own =>
    own.slice(Math.max(own.length - exampleCount, Math.ceil(own.length / 2))).toReversed(),
  )
  const [first, ...others] = scored
  const changes =
    first === undefined
      ? []
      : others.flatMap(second => {
          const all = changesBetween(first, second).toSorted((a, b) => sign * (b.difference - a.difference))
          return [...all.slice(0, exampleCount), ...all.slice(Math.max(exampleCount, all.length - exampleCount))]
        })
  return {
    format: 'slipway-evaluation-report',
    formatVersion: 1,
    evaluation,
    metrics: metrics.map(({ name, title, description, direction, unit }) => ({
      name,
      title: title.en,
      description: description.en,
      direction,
      unit,
    })),
    examplesBy: primary?.name ?? null,
    best,
    worst,
    changes,
    results,
  }
}

/** A score as people read it: fractions with four digits, counts with two. */
export const formatScore = (value: number, unit: ReportMetric['unit']): string =>
  value.toFixed(unit === 'fraction' ? 4 : 2)

/** `+0.1200`: differences carry their sign. */
export const formatDifference = (value: number, unit: ReportMetric['unit']): string =>
  `${value >= 0 ? '+' : ''}${formatScore(value, unit)}`

const maxShown = 2000

/** Cuts long texts for reading; the JSON report has them whole. Never cuts a character in two. */
export const shorten = (text: string): string => {
  if (text.length <= maxShown) return text
  const kept = text
    .slice(0, maxShown)
    .toWellFormed()
    .replace(/\ufffd$/, '')
  return `${kept}… (${text.length - kept.length} more characters in the JSON report)`
}

/** The settings of the generation and of the data, as rows of a table. */
export const settingsOf = ({ evaluation }: Report): readonly (readonly [string, string])[] => [
  ['evaluation', `${evaluation.name} (${evaluation.id})`],
  ['state', evaluation.state],
  ['dataset', `${evaluation.dataset.name} (${evaluation.dataset.id})`],
  ['rows', String(evaluation.rows)],
  ['created', evaluation.createdAt],
  ...(evaluation.endedAt === undefined ? [] : [['ended', evaluation.endedAt] as const]),
  ...Object.entries(evaluation.generation).map(([key, value]) => [key, JSON.stringify(value)] as const),
]
