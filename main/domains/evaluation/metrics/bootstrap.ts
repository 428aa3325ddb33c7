import { AppError } from '../../../contract/errors.ts'
import type { Metric, RowScore } from './metric.ts'

export type BootstrapOptions = {
  /** How many samples are drawn, 100 to 100,000. Default 2,000. */
  readonly resamples?: number
  readonly seed?: number
  /** Default 0.95. */
  readonly confidence?: number
  /** BCa corrects for bias and skew (Efron 1987); percentile is plainer. Default BCa, percentile where BCa is undefined. */
  readonly method?: 'bca' | 'percentile'
}

export type Interval = {
  readonly low: number
  readonly high: number
  readonly confidence: number
  readonly method: 'bca' | 'percentile'
  readonly resamples: number
}

/**
 * Fills an array with whole numbers from 0 to `below` − 1: xoshiro128** (Blackman and Vigna 2018), seeded through
 * splitmix32. The same seed gives the same numbers everywhere.
 */
export const createFill = (seed: number): ((target: Uint32Array, below: number) => void) => {
  let mix = seed >>> 0
  const splitmix = () => {
    mix = (mix + 0x9e3779b9) | 0
    let z = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()]
  return (target, below) => {
    const scale = below / 0x1_0000_0000
    for (let index = 0; index < target.length; index += 1) {
      const product = Math.imul(b, 5)
      target[index] = (Math.imul((product << 7) | (product >>> 25), 9) >>> 0) * scale
      const shifted = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= shifted
      d = (d << 11) | (d >>> 21)
    }
  }
}

/** The standard normal distribution function. */
export const normalCdf = (x: number): number => {
  if (Number.isNaN(x)) return x
  if (x < -8) return 0
  if (x > 8) return 1
  // Marsaglia (2004): a Taylor series about 0, exact to double precision for |x| < 8.
  let sum = x
  let term = x
  let previous = 0
  for (let i = 3; sum !== previous; i += 2) {
    previous = sum
    term *= (x * x) / i
    sum += term
  }
  return 0.5 + sum * Math.exp(-0.5 * x * x - 0.918_938_533_204_672_8)
}

/** The inverse of `normalCdf` by bisection; `p` in (0, 1). */
export const normalQuantile = (p: number): number => {
  let [low, high] = [-8, 8]
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2
    if (normalCdf(middle) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The quantile of ascending values by linear interpolation (Hyndman and Fan's type 7, NumPy's default). */
const quantile = (sorted: Float64Array, p: number): number => {
  const at = Math.min(1, Math.max(0, p)) * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0]
  return below + (above - below) * (at - Math.floor(at))
}

/** The statistics of all rows, one array per statistic. */
type Columns = readonly Float64Array[]

const columnsOf = (metric: Metric, scores: readonly RowScore[]): Columns => {
  const columns = Array.from({ length: metric.width }, () => new Float64Array(scores.length))
  for (const [row, score] of scores.entries())
    for (const [index, value] of metric.statisticsOf(score).entries()) {
      const column = columns[index]
      if (column !== undefined) column[row] = value
    }
  return columns
}

const total = (column: Float64Array): number => {
  let sum = 0
  for (const value of column) sum += value
  return sum
}

const isConstant = (column: Float64Array): boolean => column.every(value => value === column[0])

/** A function that sums the drawn rows of each column. Columns that never change, such as row counts, cost nothing. */
const createSummer = (columns: Columns): ((drawn: Uint32Array) => Float64Array) => {
  const constants = columns.map(column => (isConstant(column) ? (column[0] ?? 0) : undefined))
  const sums = new Float64Array(columns.length)
  return drawn => {
    for (let index = 0; index < columns.length; index += 1) {
      const constant = constants[index]
      const column = columns[index]
      if (constant !== undefined || column === undefined) {
        sums[index] = (constant ?? 0) * drawn.length
        continue
      }
      let sum = 0
      for (let draw = 0; draw < drawn.length; draw += 1) sum += column[drawn[draw] ?? 0] ?? 0
      sums[index] = sum
    }
    return sums
  }
}

/** A function that sums all rows but one. */
const createLeaveOut = (columns: Columns): ((row: number) => Float64Array) => {
  const all = Float64Array.from(columns, total)
  const sums = new Float64Array(columns.length)
  return row => {
    for (let index = 0; index < columns.length; index += 1)
      sums[index] = (all[index] ?? 0) - (columns[index]?.[row] ?? 0)
    return sums
  }
}

/** The statistic of many samples of as many rows, drawn with replacement; ascending. */
const replicate = (
  rows: number,
  resamples: number,
  seed: number,
  statistic: (drawn: Uint32Array) => number,
): Float64Array => {
  const fill = createFill(seed)
  const drawn = new Uint32Array(rows)
  const replicates = new Float64Array(resamples)
  for (let sample = 0; sample < resamples; sample += 1) {
    fill(drawn, rows)
    replicates[sample] = statistic(drawn)
  }
  return replicates.sort()
}

type Sampled = {
  readonly rows: number
  readonly observed: number
  /** Ascending. */
  readonly replicates: Float64Array
  /** The statistic without row i. */
  readonly without: (row: number) => number
}

const interval = (
  { rows, observed, replicates, without }: Sampled,
  confidence: number,
  wanted: 'bca' | 'percentile',
): Interval => {
  const tail = (1 - confidence) / 2
  const resamples = replicates.length
  const percentile = (): Interval => ({
    low: quantile(replicates, tail),
    high: quantile(replicates, 1 - tail),
    confidence,
    method: 'percentile',
    resamples,
  })
  if (wanted === 'percentile') return percentile()
  let below = 0
  for (const value of replicates) below += value < observed ? 1 : value === observed ? 0.5 : 0
  if (below === 0 || below === resamples) return percentile()
  const bias = normalQuantile(below / resamples)
  const left = Float64Array.from({ length: rows }, (_, row) => without(row))
  const mean = left.reduce((sum, value) => sum + value, 0) / rows
  const [squares, cubes] = left.reduce(
    ([square, cube], value) => [square + (mean - value) ** 2, cube + (mean - value) ** 3],
    [0, 0],
  )
  // All rows weigh the same: no skew to correct, and nothing to divide by.
  if (squares === 0) return percentile()
  const acceleration = cubes / (6 * squares ** 1.5)
  const adjusted = (p: number): number => {
    const z = bias + normalQuantile(p)
    return normalCdf(bias + z / (1 - acceleration * z))
  }
  return {
    low: quantile(replicates, adjusted(tail)),
    high: quantile(replicates, adjusted(1 - tail)),
    confidence,
    method: 'bca',
    resamples,
  }
}

const settings = ({ resamples = 2000, seed = 42, confidence = 0.95, method = 'bca' }: BootstrapOptions) => {
  if (!Number.isInteger(resamples) || resamples < 100 || resamples > 100_000)
    throw new AppError('invalid_input', `resamples is ${resamples}; it must be an integer from 100 to 100000.`)
  if (!(confidence > 0 && confidence < 1))
    throw new AppError('invalid_input', `confidence is ${confidence}; it must lie between 0 and 1.`)
  return { resamples, seed, confidence, method }
}

/**
 * The interval in which a score would lie, were the rows drawn again. Null with fewer than two scored rows.
 * Blocks for some nanoseconds × rows × resamples × statistics: for large sets run it off the event loop.
 */
export const bootstrapInterval = (
  metric: Metric,
  scores: readonly RowScore[],
  options: BootstrapOptions = {},
): Interval | null => {
  const { resamples, seed, confidence, method } = settings(options)
  const scored = scores.filter(({ value }) => value !== null)
  if (scored.length < 2) return null
  const columns = columnsOf(metric, scored)
  const value = (sums: ArrayLike<number>) => metric.fromStatistics(sums) ?? 0
  const sumDrawn = createSummer(columns)
  const leaveOut = createLeaveOut(columns)
  const replicates = replicate(scored.length, resamples, seed, drawn => value(sumDrawn(drawn)))
  const observed = value(columns.map(total))
  return interval(
    { rows: scored.length, observed, replicates, without: row => value(leaveOut(row)) },
    confidence,
    method,
  )
}

export type Difference = {
  /** Score of the second minus score of the first, over the rows that both have. */
  readonly difference: number
  readonly interval: Interval
  /** Rows that both have a score for. */
  readonly rows: number
  /** Share of samples in which the second does not do better; near 0: it is better by more than chance. */
  readonly shareNotBetter: number
  /** Two-sided: twice the smaller share of samples on either side of no difference, at most 1. */
  readonly twoSided: number
}

/**
 * Compares two objects over the same rows by the paired bootstrap (Koehn 2004): each sample takes the same rows of both,
 * so that hard rows cannot make a difference. Null with fewer than two rows in common.
 */
export const compareScores = (
  metric: Metric,
  first: readonly RowScore[],
  second: readonly RowScore[],
  options: BootstrapOptions = {},
): Difference | null => {
  if (first.length !== second.length)
    throw new AppError(
      'invalid_input',
      `Objects can only be compared over the same rows (${first.length} and ${second.length}).`,
    )
  const { resamples, seed, confidence, method } = settings(options)
  const both = first.flatMap((score, row) => {
    const other = second[row]
    return score.value !== null && other !== undefined && other.value !== null ? [[score, other] as const] : []
  })
  if (both.length < 2) return null
  const [before, after] = [
    columnsOf(
      metric,
      both.map(([score]) => score),
    ),
    columnsOf(
      metric,
      both.map(([, score]) => score),
    ),
  ]
  const value = (sums: ArrayLike<number>) => metric.fromStatistics(sums) ?? 0
  const [sumBefore, sumAfter] = [createSummer(before), createSummer(after)]
  const [leaveBefore, leaveAfter] = [createLeaveOut(before), createLeaveOut(after)]
  const replicates = replicate(both.length, resamples, seed, drawn => value(sumAfter(drawn)) - value(sumBefore(drawn)))
  const without = (row: number) => value(leaveAfter(row)) - value(leaveBefore(row))
  const observed = value(after.map(total)) - value(before.map(total))
  const better = metric.direction === 'higher' ? 1 : -1
  let [notBetter, notWorse] = [0, 0]
  for (const found of replicates) {
    if (better * found <= 0) notBetter += 1
    if (better * found >= 0) notWorse += 1
  }
  return {
    difference: observed,
    interval: interval({ rows: both.length, observed, replicates, without }, confidence, method),
    rows: both.length,
    shareNotBetter: notBetter / resamples,
    twoSided: Math.min(1, (2 * Math.min(notBetter, notWorse)) / resamples),
  }
}
