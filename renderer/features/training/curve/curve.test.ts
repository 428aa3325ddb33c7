import { expect, test } from 'vitest'
import type { MetricPoint } from '../../../../main/contract/runs.ts'
import { align } from './align.ts'
import { addPoint, best, brokenSteps, curveOf, newest, secondsPerStep, valueAt, xAtStep, xOf } from './curve.ts'

const point = (step: number, loss: number | null, more: Partial<MetricPoint> = {}): MetricPoint => ({
  series: 'train',
  step,
  epoch: step / 10,
  at: new Date(1_700_000_000_000 + step * 2_000).toISOString(),
  loss,
  learningRate: 1e-4,
  gradNorm: null,
  ...more,
})

const grown = (...points: readonly MetricPoint[]) => {
  const curve = curveOf()
  for (const each of points) addPoint(curve, each)
  return curve
}

test('points are added in their order, each series by itself', () => {
  const curve = grown(point(1, 3), point(2, 2), point(2, 2.5, { series: 'validation' }), point(3, 1))
  expect(curve.train.step).toEqual([1, 2, 3])
  expect(curve.validation.loss).toEqual([2.5])
})

test('a point that is there already is known; another at an earlier step means that the run was resumed', () => {
  const curve = grown(point(1, 3), point(2, 2.00000004), point(3, 1))
  expect(addPoint(curve, point(2, 2))).toBe('known')
  expect(addPoint(curve, point(2, 2.7))).toBe('replayed')
  expect(curve.train.step).toEqual([1, 2, 3])
})

test('what is no number is a hole, never a zero', () => {
  const curve = grown(point(1, 3), point(2, null), point(3, Number.NaN))
  expect(curve.train.loss).toEqual([3, null, null])
  expect(brokenSteps(curve.train)).toEqual([2, 3])
  expect(newest(curve.train, 'loss')).toBeNaN()
  expect(newest(curveOf().train, 'loss')).toBeUndefined()
})

test('the best point is the lowest, with its step', () => {
  expect(best(grown(point(1, 3), point(2, 1.5), point(3, null), point(4, 2)).train)).toEqual({ step: 2, loss: 1.5 })
  expect(best(curveOf().train)).toBeUndefined()
})

test('time counts from the first point, and a clock that is set back does not turn the curve around', () => {
  const curve = grown(
    point(1, 3, { at: '2026-01-01T10:00:00.000Z' }),
    point(2, 2, { at: '2026-01-01T10:00:10.000Z' }),
    point(3, 1, { at: '2026-01-01T09:00:00.000Z' }),
  )
  expect(xOf(curve.train, 'time', curve.train.atMs[0] ?? undefined)).toEqual([0, 10, 10])
})

test('points without a time have no time axis', () => {
  const { at: _, ...untimed } = point(1, 3)
  const curve = grown(untimed)
  expect(xOf(curve.train, 'time', undefined)).toBeUndefined()
  expect(xOf(curve.train, 'epoch', undefined)).toEqual([0.1])
})

test('a checkpoint lies at the last point before it, on every axis', () => {
  const curve = grown(point(5, 3), point(10, 2), point(15, 1))
  expect(xAtStep(curve.train, 'step', 12)).toBe(12)
  expect(xAtStep(curve.train, 'epoch', 12)).toBe(1)
  expect(xAtStep(curve.train, 'epoch', 2)).toBeUndefined()
  expect(secondsPerStep(curve.train)).toBe(2)
})

test('the legend shows the last value before the cursor', () => {
  expect(valueAt([1, undefined, null, 4], 2)).toBe(1)
  expect(valueAt([undefined], 5)).toBeUndefined()
})

test('series with different steps share one axis: holes stay holes, what is not measured is left open', () => {
  const [xs, a, b] = align([
    { x: [1, 2, 3], y: [[10, null, 30]] },
    { x: [2, 4], y: [[5, 6]] },
    { x: [9], y: [] },
  ])
  expect(xs).toEqual([1, 2, 3, 4, 9])
  expect(a).toEqual([10, null, 30, undefined, undefined])
  expect(b).toEqual([undefined, 5, undefined, 6, undefined])
})

test('points at the same place on the axis do not stop the chart', () => {
  const [xs, a] = align([{ x: [0, 10, 10], y: [[3, 2, 1]] }])
  expect(xs).toEqual([0, 10])
  expect(a).toEqual([3, 1])
  // As many points as places, but not the same ones.
  expect(
    align([
      { x: [0, 10, 10], y: [[3, 2, 1]] },
      { x: [5], y: [[7]] },
    ]),
  ).toEqual([
    [0, 5, 10],
    [3, undefined, 1],
    [undefined, 7, undefined],
  ])
})

test('a series that has nothing is one gap', () => {
  expect(
    align([
      { x: [1, 2], y: [[5, 6]] },
      { x: [], y: [[]] },
    ]),
  ).toEqual([
    [1, 2],
    [5, 6],
    [null, null],
  ])
})
