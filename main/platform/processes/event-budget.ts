export type EventBudget = ReturnType<typeof createEventBudget>

/**
 * How fast a child may fill its journal (or its log): a token bucket over bytes. An overdrawn budget says how long to
 * read nothing, so that a flooding child waits in its own write instead of filling our memory or the disk.
 */
export function createEventBudget({
  bytesPerSecond,
  burstBytes,
  nowMs,
}: {
  readonly bytesPerSecond: number
  readonly burstBytes: number
  readonly nowMs: () => number
}) {
  let left = burstBytes
  let filledAtMs = nowMs()
  return {
    /** Takes bytes; returns how many milliseconds to wait before the next read (0: none). */
    spend: (bytes: number): number => {
      const now = nowMs()
      left = Math.min(burstBytes, left + ((now - filledAtMs) * bytesPerSecond) / 1000) - bytes
      filledAtMs = now
      return left >= 0 ? 0 : Math.ceil((-left / bytesPerSecond) * 1000)
    },
    /** Bytes that were not written after all. */
    giveBack: (bytes: number): void => {
      left = Math.min(burstBytes, left + bytes)
    },
  }
}
