/** What the dataset says is right: one text, or several of which the nearest counts. */
export type Reference = string | readonly string[]

/** What was answered and what was expected, for one row. */
export type Pair = { readonly prediction: string; readonly reference: Reference }

/**
 * The score of one row. `value` is null where the metric cannot say (the reason tells why); such rows are counted, and
 * left out of the mean. `statistics` are what a corpus score sums, where it is no mean of the rows.
 */
export type RowScore =
  | { readonly value: number; readonly statistics?: readonly number[] }
  | { readonly value: null; readonly reason: string }

export type LocalText = { readonly en: string; readonly 'zh-CN': string }

/** One way to score an answer. Scores add up: `statisticsOf` a row, summed, gives `fromStatistics` of all rows. */
export type Metric = {
  readonly name: string
  readonly direction: 'higher' | 'lower'
  /** `fraction`: 0 to 1. `characters`: a count from 0. */
  readonly unit: 'fraction' | 'characters'
  readonly title: LocalText
  /** What is computed and by which convention, in one or two sentences. */
  readonly description: LocalText
  readonly perRow: (prediction: string, reference: Reference) => RowScore
  /** Scores many rows at once, where that is much cheaper than one by one. */
  readonly perRows?: (pairs: readonly Pair[]) => readonly RowScore[]
  /** How many numbers `statisticsOf` gives. */
  readonly width: number
  readonly statisticsOf: (score: RowScore) => readonly number[]
  /** The score of the rows whose statistics were summed; null when no row could be scored. */
  readonly fromStatistics: (sums: ArrayLike<number>) => number | null
  /** The score of all rows. */
  readonly aggregate: (scores: readonly RowScore[]) => number | null
}

export const referencesOf = (reference: Reference): readonly string[] =>
  typeof reference === 'string' ? [reference] : reference

export const unscored = (reason: string): RowScore => ({ value: null, reason })

type Definition = Omit<Metric, 'width' | 'statisticsOf' | 'fromStatistics' | 'aggregate'> &
  Partial<Pick<Metric, 'width' | 'statisticsOf' | 'fromStatistics'>>

const mean = (sums: ArrayLike<number>): number | null => {
  const [total = 0, count = 0] = [sums[0], sums[1]]
  return count > 0 ? total / count : null
}

/** Completes a metric: unless it says otherwise, its aggregate is the mean over the rows that could be scored. */
export const defineMetric = (definition: Definition): Metric => {
  const width = definition.width ?? 2
  const statisticsOf =
    definition.statisticsOf ?? ((score: RowScore) => (score.value === null ? [0, 0] : [score.value, 1]))
  const fromStatistics = definition.fromStatistics ?? mean
  return {
    ...definition,
    width,
    statisticsOf,
    fromStatistics,
    aggregate: scores => {
      const sums = new Float64Array(width)
      for (const score of scores)
        for (const [index, value] of statisticsOf(score).entries()) sums[index] = (sums[index] ?? 0) + value
      return fromStatistics(sums)
    },
  }
}

/** Scores against each reference and keeps the best, as SQuAD does. */
export const bestOf =
  (direction: Metric['direction'], score: (prediction: string, reference: string) => number | null, reason: string) =>
  (prediction: string, reference: Reference): RowScore => {
    const values = referencesOf(reference)
      .map(each => score(prediction, each))
      .filter(value => value !== null)
    if (values.length === 0) return unscored(referencesOf(reference).length === 0 ? 'the row has no reference' : reason)
    return { value: direction === 'higher' ? Math.max(...values) : Math.min(...values) }
  }
