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

/** xoshiro128** (Blackman and Vigna 2018), seeded through splitmix32: the same seed gives the same samples everywhere. */
export const createRandom = (seed: number): ((below: number) => number) => {
  let mix = seed >>> 0
  const splitmix = () => {
    mix = (mix + 0x9e3779b9) | 0
    let z = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()]
  return below => {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return Math.floor((result / 0x1_0000_0000) * below)
  }
}

/** The standard normal distribution function. */
export const normalCdf = (x: number): number => {
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

/** The statistics of all rows in one block: row after row, `width` numbers each. */
const table = (metric: Metric, scores: readonly RowScore[]): Float64Array => {
  const block = new Float64Array(scores.length * metric.width)
  for (const [row, score] of scores.entries()) block.set(metric.statisticsOf(score), row * metric.width)
  return block
}

const totals = (block: Float64Array, width: number): Float64Array => {
  const sums = new Float64Array(width)
  for (let index = 0; index < block.length; index += 1)
    sums[index % width] = (sums[index % width] ?? 0) + (block[index] ?? 0)
  return sums
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

/** Draws rows with replacement and adds up their statistics, for several tables at once: that is what pairs them. */
const resample = (
  blocks: readonly Float64Array[],
  width: number,
  rows: number,
  random: (below: number) => number,
): readonly Float64Array[] => {
  const sums = blocks.map(() => new Float64Array(width))
  for (let draw = 0; draw < rows; draw += 1) {
    const start = random(rows) * width
    for (let side = 0; side < blocks.length; side += 1) {
      const block = blocks[side]
      const sum = sums[side]
      if (block === undefined || sum === undefined) continue
      for (let index = 0; index < width; index += 1) sum[index] = (sum[index] ?? 0) + (block[start + index] ?? 0)
    }
  }
  return sums
}

const leaveOut = (sums: Float64Array, block: Float64Array, row: number): Float64Array =>
  sums.map((sum, index) => sum - (block[row * sums.length + index] ?? 0))

/**
 * The interval in which a score would lie, were the rows drawn again. Null with fewer than two scored rows.
 * Blocks for about rows × resamples × width ÷ 10⁸ seconds: run it off the event loop.
 */
export const bootstrapInterval = (
  metric: Metric,
  scores: readonly RowScore[],
  options: BootstrapOptions = {},
): Interval | null => {
  const { resamples, seed, confidence, method } = settings(options)
  const scored = scores.filter(({ value }) => value !== null)
  if (scored.length < 2) return null
  const block = table(metric, scored)
  const sums = totals(block, metric.width)
  const value = (from: ArrayLike<number>) => metric.fromStatistics(from) ?? 0
  const random = createRandom(seed)
  const replicates = Float64Array.from({ length: resamples }, () =>
    value(resample([block], metric.width, scored.length, random)[0] ?? sums),
  ).sort()
  const without = (row: number) => value(leaveOut(sums, block, row))
  return interval({ rows: scored.length, observed: value(sums), replicates, without }, confidence, method)
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
  const blocks = [
    table(
      metric,
      both.map(([score]) => score),
    ),
    table(
      metric,
      both.map(([, score]) => score),
    ),
  ] as const
  const sums = blocks.map(block => totals(block, metric.width))
  const value = (from: readonly (ArrayLike<number> | undefined)[]) =>
    (metric.fromStatistics(from[1] ?? []) ?? 0) - (metric.fromStatistics(from[0] ?? []) ?? 0)
  const random = createRandom(seed)
  const replicates = Float64Array.from({ length: resamples }, () =>
    value(resample(blocks, metric.width, both.length, random)),
  ).sort()
  const without = (row: number) =>
    value(blocks.map((block, side) => leaveOut(sums[side] ?? new Float64Array(metric.width), block, row)))
  const observed = value(sums)
  const better = metric.direction === 'higher' ? 1 : -1
  let [notBetter, notWorse] = [0, 0]
  for (const replicate of replicates) {
    if (better * replicate <= 0) notBetter += 1
    if (better * replicate >= 0) notWorse += 1
  }
  return {
    difference: observed,
    interval: interval({ rows: both.length, observed, replicates, without }, confidence, method),
    rows: both.length,
    shareNotBetter: notBetter / resamples,
    twoSided: Math.min(1, (2 * Math.min(notBetter, notWorse)) / resamples),
  }
}
