import type { CurveColumns, MetricPoint } from '../../../../main/contract/runs.ts'

type Figures = (number | null)[]

/** One series in columns, as charts take it; all have one length, and `step` only grows. */
export type Columns = {
  readonly step: number[]
  readonly epoch: number[]
  /** Milliseconds since 1970; null for points of runs that did not note the time. */
  readonly atMs: Figures
  readonly loss: Figures
  readonly learningRate: Figures
  readonly gradNorm: Figures
  readonly tokensPerSecond: Figures
  readonly memoryBytes: Figures
}
export type Figure = Exclude<keyof Columns, 'step' | 'epoch' | 'atMs'>

/** The curves of a run. They grow in place: a hundred thousand points are not copied for one more. */
export type Curve = { readonly train: Columns; readonly validation: Columns }

const finite = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null

function push(columns: Columns, point: MetricPoint): void {
  columns.step.push(point.step)
  columns.epoch.push(point.epoch)
  columns.atMs.push(point.at === undefined ? null : Date.parse(point.at))
  columns.loss.push(finite(point.loss))
  columns.learningRate.push(finite(point.learningRate))
  columns.gradNorm.push(finite(point.gradNorm))
  columns.tokensPerSecond.push(finite(point.tokensPerSecond))
  columns.memoryBytes.push(finite(point.memoryBytes))
}

const none: CurveColumns = {
  step: [],
  epoch: [],
  atMs: [],
  loss: [],
  learningRate: [],
  gradNorm: [],
  tokensPerSecond: [],
  memoryBytes: [],
}

const copied = (columns: CurveColumns): Columns => ({
  step: [...columns.step],
  epoch: [...columns.epoch],
  atMs: [...columns.atMs],
  loss: [...columns.loss],
  learningRate: [...columns.learningRate],
  gradNorm: [...columns.gradNorm],
  tokensPerSecond: [...columns.tokensPerSecond],
  memoryBytes: [...columns.memoryBytes],
})

/** Curves that can grow, from what the backend answered; empty ones without an answer. */
export const curveOf = (answer?: { readonly train: CurveColumns; readonly validation: CurveColumns }): Curve => ({
  train: copied(answer?.train ?? none),
  validation: copied(answer?.validation ?? none),
})

/**
 * Adds a point that was just measured. `known`: it is there already, as after a slow first read. `replayed`: the run was
 * resumed from before it, and what the curve shows after that step no longer holds: read it again.
 */
export function addPoint(curve: Curve, point: MetricPoint): 'added' | 'known' | 'replayed' {
  const columns = curve[point.series]
  const last = columns.step.at(-1) ?? -1
  if (point.step > last) {
    push(columns, point)
    return 'added'
  }
  const at = columns.step.lastIndexOf(point.step)
  return at >= 0 && isNear(columns.loss[at], finite(point.loss)) ? 'known' : 'replayed'
}

// Answers are rounded, events are not.
const isNear = (a: number | null | undefined, b: number | null): boolean =>
  a === b || (typeof a === 'number' && b !== null && Math.abs(a - b) <= 1e-6)

export type XAxis = 'step' | 'epoch' | 'time'

/** The x values of a series; time counts in seconds from the first point. Undefined where the run did not note the time. */
export function xOf(columns: Columns, axis: XAxis, startMs: number | undefined): readonly number[] | undefined {
  if (axis !== 'time') return columns[axis]
  if (startMs === undefined || columns.atMs.some(at => at === null)) return undefined
  // A clock that is set back must not draw the curve backwards.
  let latest = 0
  return columns.atMs.map(at => {
    latest = Math.max(latest, ((at ?? startMs) - startMs) / 1000)
    return latest
  })
}

/** Steps at which the trainer reported a loss that is no number. */
export const brokenSteps = ({ step, loss }: Columns): readonly number[] =>
  step.filter((_, index) => loss[index] === null)

/** The lowest value and where it was reached. */
export function best({ step, loss }: Columns): { readonly step: number; readonly loss: number } | undefined {
  let found: { step: number; loss: number } | undefined
  for (let index = 0; index < loss.length; index++) {
    const value = loss[index]
    if (typeof value === 'number' && (!found || value < found.loss)) found = { step: step[index] ?? 0, loss: value }
  }
  return found
}

/** The newest value of a figure that is a number. */
export const lastOf = (columns: Columns, figure: Figure): number | undefined =>
  columns[figure].findLast(value => value !== null) ?? undefined

/** The newest value as it is: NaN where the trainer reported no number. Undefined before the first point. */
export const newest = (columns: Columns, figure: Figure): number | undefined =>
  columns.step.length === 0 ? undefined : (columns[figure].at(-1) ?? Number.NaN)

/** The newest value at or before an index, for the legend under the cursor. */
export function valueAt(values: readonly (number | null | undefined)[], index: number): number | undefined {
  for (let at = Math.min(index, values.length - 1); at >= 0; at--) {
    const value = values[at]
    if (typeof value === 'number') return value
  }
  return undefined
}

/** Where a step lies on the x axis: at the last point that is not after it. Undefined before the first. */
export function xAtStep(columns: Columns, axis: XAxis, step: number): number | undefined {
  if (axis === 'step') return step
  const index = columns.step.findLastIndex(each => each <= step)
  return index < 0 ? undefined : xOf(columns, axis, columns.atMs[0] ?? undefined)?.[index]
}

/** Seconds that a step takes, over the newest points that tell their time. */
export function secondsPerStep({ step, atMs }: Columns): number | undefined {
  const last = step.length - 1
  const from = Math.max(0, last - 20)
  const [startMs, endMs] = [atMs[from], atMs[last]]
  const steps = (step[last] ?? 0) - (step[from] ?? 0)
  return typeof startMs === 'number' && typeof endMs === 'number' && steps > 0 && endMs > startMs
    ? (endMs - startMs) / 1000 / steps
    : undefined
}

export const maxOf = (values: readonly (number | null)[]): number | undefined => {
  let most: number | undefined
  for (const value of values) if (value !== null && (most === undefined || value > most)) most = value
  return most
}
