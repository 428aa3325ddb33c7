/**
 * Tells when a child that promised heartbeats has gone silent. VS Code's timings for its pty host: the first wait is
 * 1.2 beats, then one beat more as a second chance. All on the monotonic clock, which stands still while the machine
 * sleeps; a check that comes late itself (we were stopped, not the child) starts the wait anew.
 */
export function createSilenceWatch({ heartbeatMs, nowMs }: { heartbeatMs: number; nowMs: () => number }) {
  const allowedMs = heartbeatMs * 2.2
  let lastHeardMs: number | undefined
  let lastCheckMs = nowMs()
  let health: 'ok' | 'unresponsive' = 'ok'

  return {
    /** How often `check` wants to be called. */
    checkEveryMs: heartbeatMs / 2,
    /** The child said something. Only a heartbeat begins the watch: a child that never sends one promised nothing. */
    heard: (isHeartbeat: boolean): 'ok' | undefined => {
      if (isHeartbeat || lastHeardMs !== undefined) lastHeardMs = nowMs()
      if (health === 'ok') return undefined
      health = 'ok'
      return 'ok'
    },
    /** The change of health, if it changed now. */
    check: (): 'unresponsive' | undefined => {
      const now = nowMs()
      const wasLate = now - lastCheckMs > heartbeatMs * 1.5
      lastCheckMs = now
      if (lastHeardMs === undefined || health === 'unresponsive') return undefined
      if (wasLate) lastHeardMs = now
      if (now - lastHeardMs <= allowedMs) return undefined
      health = 'unresponsive'
      return 'unresponsive'
    },
  }
}
