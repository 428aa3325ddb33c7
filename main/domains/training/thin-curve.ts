import type { MetricPoint } from '../../contract/runs.ts'

/**
 * Which points of a long curve stay when it may have `count` of them at most: of each bucket of neighbours the lowest and
 * the highest, and the first and last point always. Spikes survive, which plain sampling would hide; a loss that is no
 * number counts as the highest, so that the hole it leaves survives too.
 * @returns rising indices; all of them where the curve is short enough
 */
export function keptIndices(losses: readonly (number | null)[], count: number): number[] {
  const last = losses.length - 1
  if (losses.length <= count) return losses.map((_, index) => index)
  const inner = losses.length - 2
  const buckets = Math.max(1, Math.floor((count - 2) / 2))
  const height = (index: number) => losses[index] ?? Number.POSITIVE_INFINITY
  const kept: number[] = [0]
  for (let bucket = 0; bucket < buckets && count > 2; bucket += 1) {
    const from = 1 + Math.floor((bucket * inner) / buckets)
    const to = 1 + Math.floor(((bucket + 1) * inner) / buckets)
    let lowest = from
    let highest = from
    for (let index = from + 1; index < to; index += 1) {
      if (height(index) < height(lowest)) lowest = index
      if (height(index) > height(highest)) highest = index
    }
    kept.push(...new Set([Math.min(lowest, highest), Math.max(lowest, highest)]))
  }
  return [...kept.slice(0, count - 1), last]
}

/** The points of a curve that stay, see `keptIndices`. */
export const thinCurve = (points: readonly MetricPoint[], count: number): MetricPoint[] =>
  keptIndices(
    points.map(point => point.loss),
    count,
  ).flatMap(index => points[index] ?? [])
