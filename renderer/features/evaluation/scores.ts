import type { Comparison, MetricFacts } from '../../../main/contract/evaluation.ts'
import { number, percent } from '../../lib/format.ts'

type Unit = MetricFacts['unit']

/** `96.7%` or `12.4`. */
export const scoreWords = (value: number, unit: Unit): string =>
  unit === 'fraction' ? percent(value) : number(value, 1)

/** A difference without its unit, with its sign unless it rounds to nothing: `+96.7`, `−1.2`, `0.0`. */
export function differenceWords(value: number, unit: Unit): string {
  const size = number(Math.abs(unit === 'fraction' ? value * 100 : value), 1)
  return size === '0.0' ? size : `${value < 0 ? '−' : '+'}${size}`
}

/** What a comparison says: whether the second is better, in the metric's own direction. */
export type Verdict = 'better' | 'worse' | 'unsure'
export function verdictOf({ isSignificant, difference }: Comparison, direction: MetricFacts['direction']): Verdict {
  if (!isSignificant) return 'unsure'
  return difference > 0 === (direction === 'higher') ? 'better' : 'worse'
}

export type Scale = { readonly low: number; readonly high: number; readonly ticks: readonly number[] }

/** An axis that holds every interval, with round ticks; fractions never leave 0 to 1. */
export function scaleOf(values: readonly { readonly low: number; readonly high: number }[], unit: Unit): Scale {
  const most = unit === 'fraction' ? 1 : Number.POSITIVE_INFINITY
  const low = Math.min(...values.map(value => value.low))
  const high = Math.max(...values.map(value => value.high))
  const room = Math.max((high - low) * 0.15, unit === 'fraction' ? 0.02 : 0.5)
  const from = Math.max(0, low - room)
  const to = Math.min(most, high + room)
  const step = roundStep((to - from) / 4)
  const first = Math.floor(from / step + 1e-9) * step
  const last = Math.ceil(to / step - 1e-9) * step
  const count = Math.round((last - first) / step)
  const ticks = Array.from({ length: count + 1 }, (_, index) => first + index * step)
  return { low: first, high: last, ticks }
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted))
  const times = wanted / power
  return (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10) * power
}

/** Where a value stands on an axis, 0 to 1. */
export const placeOf = (value: number, { low, high }: Scale): number =>
  high > low ? (value - low) / (high - low) : 0.5
