import { create } from 'zustand'
import { noteHeard } from './pulse.ts'

const kept = 9
const recentMs: number[] = []

/**
 * Milliseconds from a call to the head of its answer: the quickest of the last few, which is what the way to the backend
 * costs. What one question costs, such as a check of the whole machine, says nothing about that.
 */
export const useLatency = create<{ readonly quickestMs: number | undefined }>(() => ({ quickestMs: undefined }))

/** `fetch`, measured. */
export async function timedFetch(request: Request | URL | string, init?: RequestInit): Promise<Response> {
  const sinceMs = performance.now()
  const response = await fetch(request, init)
  noteHeard()
  recentMs.push(performance.now() - sinceMs)
  if (recentMs.length > kept) recentMs.shift()
  useLatency.setState({ quickestMs: Math.min(...recentMs) })
  return response
}
