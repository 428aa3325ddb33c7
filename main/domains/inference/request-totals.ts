import type { HistogramCounts } from '../../platform/metrics/exposition.ts'
import { createHistogram, type Histogram, secondsBounds } from '../../platform/metrics/histogram.ts'

export type CountedRequest = {
  readonly promptTokens: number
  readonly completionTokens: number
  readonly errors: Readonly<Record<string, number>>
  readonly ttftMs?: number | undefined
  readonly latencyMs?: number | undefined
}
export type Totals = {
  readonly requests: number
  readonly promptTokens: number
  readonly completionTokens: number
  readonly errors: Readonly<Record<string, number>>
  readonly ttftSeconds: HistogramCounts
  readonly latencySeconds: HistogramCounts
}
type Counter = {
  requests: number
  promptTokens: number
  completionTokens: number
  errors: Record<string, number>
  readonly ttft: Histogram
  readonly latency: Histogram
}

/** Requests per deployment since the backend started: they only ever grow, as counters of Prometheus must. */
export function createRequestTotals() {
  const counters = new Map<string, Counter>()
  const counterOf = (deploymentId: string): Counter => {
    const known = counters.get(deploymentId) ?? {
      requests: 0,
      promptTokens: 0,
      completionTokens: 0,
      errors: {},
      ttft: createHistogram(secondsBounds),
      latency: createHistogram(secondsBounds),
    }
    counters.set(deploymentId, known)
    return known
  }
  return {
    add: (
      deploymentId: string,
      { promptTokens, completionTokens, errors, ttftMs, latencyMs }: CountedRequest,
    ): void => {
      const counter = counterOf(deploymentId)
      counter.requests += 1
      counter.promptTokens += promptTokens
      counter.completionTokens += completionTokens
      for (const [code, count] of Object.entries(errors)) counter.errors[code] = (counter.errors[code] ?? 0) + count
      if (ttftMs !== undefined) counter.ttft.observe(ttftMs / 1_000)
      if (latencyMs !== undefined) counter.latency.observe(latencyMs / 1_000)
    },
    of: (deploymentId: string): Totals => {
      const { ttft, latency, ...counts } = counterOf(deploymentId)
      return { ...counts, ttftSeconds: ttft.counts(), latencySeconds: latency.counts() }
    },
  }
}
