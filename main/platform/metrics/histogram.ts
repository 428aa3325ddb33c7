import type { HistogramCounts } from './exposition.ts'

export type Histogram = {
  readonly observe: (value: number) => void
  readonly counts: () => HistogramCounts
}

/** Seconds from a fast local answer to a long generation. */
export const secondsBounds: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
]

/** Counts observations in buckets with the given upper bounds (ascending); one more bucket takes what is above. */
export function createHistogram(bounds: readonly number[]): Histogram {
  const upper = [...bounds, Number.POSITIVE_INFINITY]
  const perBucket = upper.map(() => 0)
  let sum = 0
  return {
    observe: value => {
      sum += value
      const at = upper.findIndex(bound => value <= bound)
      perBucket[at] = (perBucket[at] ?? 0) + 1
    },
    counts: () => {
      let count = 0
      const buckets = upper.map((atMost, at) => {
        count += perBucket[at] ?? 0
        return { atMost, count }
      })
      return { buckets, sum, count }
    },
  }
}
