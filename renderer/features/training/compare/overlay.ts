import type { SeriesColour } from '../../../ui/tokens.ts'
import { series } from '../../../ui/tokens.ts'
import { align } from '../curve/align.ts'
import { type Curve, xOf } from '../curve/curve.ts'
import type { CurveView } from '../curve/curve-view.ts'
import { rangeOf, smooth } from '../curve/smooth.ts'

/** The look of the nth run: seven colours and dashes in order; from the eighth on they are "other". */
export const lookOf = (index: number): { readonly colour: SeriesColour; readonly dash: number } =>
  index < series.length ? { colour: series[index] ?? 's0', dash: index } : { colour: 's0', dash: 0 }

export type Overlaid = {
  /** The raw values of the first run, then each run smoothed. */
  readonly data: readonly [number[], ...(number | null | undefined)[][]]
  readonly range: readonly [number, number] | undefined
  /** Whether a run ends outside of the range. */
  readonly isOutside: readonly boolean[]
}

/** Curves of several runs on one axis, in the range of the first: one that diverged may leave it. */
export function overlay(
  curves: readonly Curve[],
  which: 'train' | 'validation',
  { axis, smoothing, isLogarithmic }: CurveView,
): Overlaid {
  const drawn = curves.map(curve => {
    const columns = curve[which]
    const x = xOf(columns, axis, columns.atMs[0] ?? undefined) ?? []
    const loss = isLogarithmic ? columns.loss.map(value => (value !== null && value > 0 ? value : null)) : columns.loss
    return { x, loss, smoothed: which === 'train' ? smooth(x, loss, smoothing) : loss }
  })
  const [first] = drawn
  const range = first && joined(drawn.map(({ loss }) => rangeOf(loss, isLogarithmic)))
  return {
    data: align([
      { x: first?.x ?? [], y: [first?.loss ?? []] },
      ...drawn.map(({ x, smoothed }) => ({ x, y: [smoothed] })),
    ]),
    range,
    isOutside: drawn.map(({ smoothed }) => {
      const last = smoothed.findLast(value => value !== null)
      return range !== undefined && typeof last === 'number' && (last < range[0] || last > range[1])
    }),
  }
}

type Range = readonly [number, number]

/**
 * The range of the first run, widened by those that stay near it: one that diverged must not press the others flat. One
 * that became much better is no such run: it is what the others are compared with.
 */
function joined([first, ...others]: readonly (Range | undefined)[]): Range | undefined {
  if (!first) return others.find(range => range !== undefined)
  const tall = first[1] - first[0]
  return others.reduce<Range>((range, other) => {
    if (!other) return range
    const hasDiverged = other[1] > first[1] + 2 * tall
    return [Math.min(range[0], other[0]), hasDiverged ? range[1] : Math.max(range[1], other[1])]
  }, first)
}
