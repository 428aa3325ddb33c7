/**
 * Smoothing acts alike on curves of five hundred and of a hundred thousand points: no curve counts as more steps than this.
 * A short one counts as twice its points, so that its line does not trail far behind what it stands for.
 */
const mostSteps = 1000

/**
 * An exponential moving average over x, unbiased at its start. The share of the whole curve that lies between two points
 * decides how much of the past stays, so neither the number of points nor a hole between them changes the look.
 * A null stays a null; what comes after it goes on from before.
 * @param amount 0 (the values themselves) to 1 (nearly flat)
 */
export function smooth(x: readonly number[], y: readonly (number | null)[], amount: number): (number | null)[] {
  if (amount <= 0) return [...y]
  const weight = Math.min(Math.sqrt(amount), 0.999)
  const span = (x.at(-1) ?? 0) - (x[0] ?? 0)
  const steps = Math.min(mostSteps, 2 * (x.length - 1))
  const out = new Array<number | null>(y.length)
  let sum = 0
  let weightSum = 0
  let before = x[0] ?? 0
  let knownGap = -1
  let knownFactor = 0
  for (let index = 0; index < y.length; index++) {
    const value = y[index]
    if (value === null || value === undefined) {
      out[index] = null
      continue
    }
    const at = x[index] ?? before
    const gap = at - before
    // Steps are mostly equally far apart, and a power costs more than everything else here.
    if (gap !== knownGap) {
      knownGap = gap
      knownFactor = span > 0 ? weight ** ((gap / span) * steps) : 0
    }
    before = at
    sum = sum * knownFactor + value
    weightSum = weightSum * knownFactor + 1
    out[index] = sum / weightSum
  }
  return out
}

/**
 * The range that a loss is looked at in: from the 0.2 to the 99.8 percentile, with a little air. A single spike does not
 * press the rest flat. Undefined where nothing is finite.
 */
export function rangeOf(
  values: readonly (number | null | undefined)[],
  isLogarithmic = false,
): readonly [number, number] | undefined {
  // A sample is enough for a percentile; sorting every point at each step is not.
  const stride = Math.max(1, Math.floor(values.length / 5000))
  const known: number[] = []
  for (let index = 0; index < values.length; index += stride) {
    const value = values[index]
    if (typeof value === 'number' && Number.isFinite(value) && (!isLogarithmic || value > 0)) known.push(value)
  }
  if (known.length === 0) return undefined
  known.sort((a, b) => a - b)
  const low = known[Math.floor((known.length - 1) * 0.002)] ?? 0
  const high = known[Math.ceil((known.length - 1) * 0.998)] ?? low
  if (isLogarithmic) return [low / 1.15, high * 1.15]
  const air = Math.max((high - low) * 0.04, Math.abs(high) * 1e-3, 1e-9)
  return [low - air, high + air]
}
