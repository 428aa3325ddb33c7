import type { Clock } from '../platform/clock.ts'
import { createRateLimiter } from '../platform/http/limits.ts'
import type { FetchHandler } from '../platform/http/listen.ts'
import type { Log } from '../platform/log.ts'
import type { Supervisor } from './backend.ts'

/** A call of the window's functions by a frame that is not our own page. */
export type Refusal = {
  /** Which function was called. */
  readonly channel: string
  /** Where the frame came from. */
  readonly frame: string
}

type Deps = {
  readonly backend: Pick<Supervisor, 'settled'>
  /** Requests over the backend's socket. */
  readonly fetch: FetchHandler
  readonly clock: Clock
  readonly log: Log
}

/**
 * Has the backend write refused calls into its audit log. A frame that calls without end must not fill that log, of which
 * each record costs a flush to disk: twenty at once, then six a minute; the shell's own log has all of them.
 */
export function createRefusalReport({ backend, fetch, clock, log }: Deps): (refusal: Refusal) => void {
  const rate = createRateLimiter({ clock, perSecond: 0.1, burst: 20 })
  const report = async (refusal: Refusal) => {
    const { state } = await backend.settled()
    if (state !== 'ready') throw new Error(`The backend is not there to record it: ${state}.`)
    // As the typed client writes it, which the shell does not carry.
    const body = JSON.stringify({ json: refusal })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(
      new Request('http://slipway/rpc/system/refusedCall', { method: 'POST', headers, body }),
    )
    if (!response.ok) throw new Error(`The backend answered ${response.status}: ${await response.text()}`)
  }
  return refusal => {
    if (!rate.tryTake('refusals')) return
    report(refusal).catch(error => log.error('a refused call could not be recorded', { ...refusal, error }))
  }
}
