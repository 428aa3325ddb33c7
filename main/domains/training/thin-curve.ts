import type { MetricPoint } from '../../contract/training.ts'

/**
 * Thins a long curve to at most `count` points so that its shape stays: of each bucket of neighbours the lowest and the
 * highest loss are kept, and the first and last point always. Spikes survive, which plain sampling would hide.
 */
export function thinCurve(points: readonly MetricPoint[], count: number): MetricPoint[] {
  if (points.length <= count) return [...points]
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last) return []
  const inner = points.slice(1, -1)
  const buckets = Math.max(1, Math.floor((count - 2) / 2))
  const kept: MetricPoint[] = [first]
  for (let bucket = 0; bucket < buckets && count > 2; bucket += 1) {
    const part = inner.slice(
      Math.floor((bucket * inner.length) / buckets),
      Math.floor(((bucket + 1) * inner.length) / buckets),
    )
    const sorted = [...part].sort((a, b) => (a.loss ?? Number.POSITIVE_INFINITY) - (b.loss ?? Number.POSITIVE_INFINITY))
    const extremes = new Set([sorted[0], sorted.at(-1)])
    kept.push(...part.filter(point => extremes.has(point)))
  }
  return [...kept.slice(0, count - 1), last]
}
