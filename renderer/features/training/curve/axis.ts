import { number } from '../../../lib/format.ts'
import { shortNumber } from '../numbers.ts'
import type { XAxis } from './curve.ts'

const clock = (seconds: number): string => {
  const s = Math.round(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(s / 3600)
  return hours > 0
    ? `${hours}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`
    : `${Math.floor(s / 60)}:${two(s % 60)}`
}

/** How the x axis is read: steps by thousands, epochs as decimals, time as h:mm:ss since the first point. */
export const formatAxis: Readonly<Record<XAxis, (value: number) => string>> = {
  // Between two neighbouring steps there is none.
  step: value => (Number.isInteger(value) ? number(value) : ''),
  epoch: value => String(Number(value.toPrecision(4))),
  time: clock,
}

/** A rate on its axis: 0, 2e-4. */
export const formatRate = (value: number): string => (value === 0 ? '0' : shortNumber(Number(value.toPrecision(2))))
export const formatLarge = (value: number): string => (value >= 1000 ? number(value) : shortNumber(value))

/**
 * Where the axis of a run that goes on ends: at its last step, or at a quarter of that (or of that again) while it has
 * not come so far. The curve is never a thin line at the edge, and the axis grows only a few times.
 */
export function axisEnd(reached: number, total: number): number {
  let end = total
  while (end / 4 >= Math.max(reached, 8)) end /= 4
  return Math.ceil(end)
}
