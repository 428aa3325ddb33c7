import type { Family } from '../../platform/metrics/exposition.ts'
import { createHistogram, type Histogram, secondsBounds } from '../../platform/metrics/histogram.ts'

export type HttpAnswer = {
  /** Where the request was handled, by the mount's prefix: a closed list, unlike paths. */
  readonly mount: string
  readonly method: string
  readonly status: number
  /** Until the answer began; a stream goes on after it. */
  readonly durationMs: number
}
export type HttpMetrics = {
  readonly answered: (answer: HttpAnswer) => void
  readonly families: () => readonly Family[]
}

// A client can send any word as its method: each would be a series of its own.
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Counts what the gateway answered, refusals included. */
export function createHttpMetrics(): HttpMetrics {
  const requests = new Map<string, { readonly labels: Record<string, string>; value: number }>()
  const durations = new Map<string, Histogram>()
  return {
    answered: ({ mount, method, status, durationMs }) => {
      const labels = { mount, method: knownMethods.has(method) ? method : 'other', status: String(status) }
      const key = Object.values(labels).join(' ')
      const counter = requests.get(key) ?? { labels, value: 0 }
      counter.value += 1
      requests.set(key, counter)
      const histogram = durations.get(mount) ?? createHistogram(secondsBounds)
      histogram.observe(durationMs / 1_000)
      durations.set(mount, histogram)
    },
    families: () => [
      {
        name: 'slipway_http_requests_total',
        help: 'Requests that were answered or refused',
        type: 'counter',
        samples: [...requests.values()],
      },
      {
        name: 'slipway_http_request_duration_seconds',
        help: 'From a request to the beginning of its answer',
        type: 'histogram',
        samples: [...durations].map(([mount, histogram]) => ({ labels: { mount }, counts: histogram.counts() })),
      },
    ],
  }
}
