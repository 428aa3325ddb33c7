import type { MinuteStats } from '../../../main/contract/inference.ts'

/** One value per minute, oldest first; times in seconds since 1970. null: nothing was measured in that minute. */
export type TrafficSeries = {
  readonly times: readonly number[]
  readonly answered: readonly number[]
  readonly failed: readonly number[]
  /** Tokens per second, over the whole minute. */
  readonly tokensPerSecond: readonly number[]
  /** Milliseconds, means. */
  readonly ttftMs: readonly (number | null)[]
  readonly latencyMs: readonly (number | null)[]
  /** By code, most frequent first. */
  readonly errors: readonly (readonly [code: string, count: number])[]
  readonly requests: number
}

const minuteMs = 60_000

export const failedOf = (errors: MinuteStats['errors']): number =>
  Object.values(errors).reduce((sum, count) => sum + count, 0)

/**
 * The backend tells only minutes with requests: the others had none, so they count as zero, but have no latency.
 * @param minutes as the backend tells them, in any order
 * @param nowMs milliseconds since 1970; the last minute shown is the one that runs now
 */
export function trafficSeries(minutes: readonly MinuteStats[], shownMinutes: number, nowMs: number): TrafficSeries {
  const byMinute = new Map(minutes.map(minute => [Math.floor(Date.parse(minute.at) / minuteMs), minute]))
  const last = Math.floor(nowMs / minuteMs)
  const numbers = Array.from({ length: shownMinutes }, (_, index) => last - shownMinutes + 1 + index)
  const each = <T>(read: (minute: MinuteStats | undefined) => T): T[] =>
    numbers.map(number => read(byMinute.get(number)))
  const shown = numbers.flatMap(number => byMinute.get(number) ?? [])
  const errors = new Map<string, number>()
  for (const minute of shown)
    for (const [code, count] of Object.entries(minute.errors)) errors.set(code, (errors.get(code) ?? 0) + count)
  return {
    times: numbers.map(number => number * 60),
    answered: each(minute => (minute ? minute.requests - failedOf(minute.errors) : 0)),
    failed: each(minute => (minute ? failedOf(minute.errors) : 0)),
    tokensPerSecond: each(minute => (minute?.completionTokens ?? 0) / 60),
    ttftMs: each(minute => minute?.ttftMs ?? null),
    latencyMs: each(minute => minute?.latencyMs ?? null),
    errors: [...errors].sort(([, one], [, other]) => other - one),
    requests: shown.reduce((sum, { requests }) => sum + requests, 0),
  }
}
