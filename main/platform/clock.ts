/** Time as an argument: tests move it by hand. */
export type Clock = {
  /** Wall clock, milliseconds since 1970 (UTC). It can jump. */
  readonly nowMs: () => number
  /** Milliseconds that only ever grow: for durations, heartbeats and limits. */
  readonly monotonicMs: () => number
}

export const systemClock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }

/** ISO 8601, UTC, as the contract's timestamps are. */
export const isoOf = (epochMs: number): string => new Date(epochMs).toISOString()
