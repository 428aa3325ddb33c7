import { create } from 'zustand'

const kept = 9
const recentMs: number[] = []

/** Milliseconds from a call to the head of its answer: the median of the last few, so that one slow query is no news. */
export const useLatency = create<{ readonly medianMs: number | undefined }>(() => ({ medianMs: undefined }))

/** `fetch`, measured. */
export async function timedFetch(request: Request | URL | string, init?: RequestInit): Promise<Response> {
  const sinceMs = performance.now()
  const response = await fetch(request, init)
  recentMs.push(performance.now() - sinceMs)
  if (recentMs.length > kept) recentMs.shift()
  const medianMs = recentMs.slice().sort((a, b) => a - b)[Math.floor(recentMs.length / 2)]
  useLatency.setState({ medianMs })
  return response
}
