/** A service that fell over this often within the window stays down. */
export const restartCap = 5
export const restartWindowMs = 10 * 60_000
const firstDelayMs = 1_000
const longestDelayMs = 60_000

export type RestartDecision = {
  /** The falls that count now, this one included. */
  readonly falls: readonly number[]
  /** How long to wait before the next start; undefined: give up. */
  readonly delayMs: number | undefined
}

/**
 * What to do when a service has fallen over: wait 1, 2, 4 … 60 seconds with up to a quarter of jitter, and give up at
 * the fifth fall within ten minutes. Ten healthy minutes forget everything.
 *
 * @param earlier when it fell before, in milliseconds since 1970
 * @param random from 0 up to (not including) 1
 */
export function decideRestart(earlier: readonly number[], nowMs: number, random: number): RestartDecision {
  // A fall from the future (the clock was set back) would count for ever.
  const falls = [...earlier.filter(atMs => atMs <= nowMs && nowMs - atMs < restartWindowMs), nowMs]
  if (falls.length >= restartCap) return { falls, delayMs: undefined }
  const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (falls.length - 1))
  return { falls, delayMs: Math.round(delayMs * (1 + random / 4)) }
}

// Starting again cures none of these: the same command with the same input fails the same way.
const permanent = new Set([
  'invalid_input',
  'not_found',
  'unsupported',
  'missing_requirement',
  'too_large',
  'forbidden',
])

/** Whether a failure that the worker named itself could be gone after a restart. */
export const isPermanent = (code: string): boolean => permanent.has(code)
