import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobProgress } from '../../contract/jobs.ts'
import { type Meter, progressFrom } from './progress.ts'

const run = (points: readonly (readonly [atMs: number, done: number])[], total = 100) => {
  let progress: JobProgress | undefined
  let meter: Meter | undefined
  for (const [atMs, done] of points) {
    const told = progressFrom({ event: 'progress', done, total, unit: 'rows' }, atMs, progress, meter)
    progress = told?.progress
    meter = told?.meter
  }
  return progress
}

test('a steady speed gives that speed and the time that is left', () => {
  expect(
    run([
      [0, 0],
      [1_000, 10],
      [2_000, 20],
    ]),
  ).toEqual({ done: 20, total: 100, unit: 'rows', ratePerSecond: 10, secondsLeft: 8 })
})

test('one event says nothing about speed', () => {
  expect(run([[0, 50]])).toEqual({ done: 50, total: 100, unit: 'rows' })
})

test('a clock that was set, a sleep and a new beginning are measured anew', () => {
  expect(
    run([
      [5_000, 0],
      [6_000, 10],
      [1_000, 20],
    ])?.ratePerSecond,
  ).toBeUndefined()
  expect(
    run([
      [0, 0],
      [1_000, 10],
      [10_000_000, 20],
    ])?.ratePerSecond,
  ).toBeUndefined()
  expect(
    run([
      [0, 0],
      [1_000, 10],
      [2_000, 0],
    ])?.ratePerSecond,
  ).toBeUndefined()
})

test('the steps of a trainer are progress, with its own estimate; what it did before is over', () => {
  const started = progressFrom(
    { event: 'started', totalSteps: 40, resumedAtStep: 10 },
    0,
    { done: 0, unit: 'steps', note: 'loading' },
    undefined,
  )
  expect(started?.progress).toEqual({ done: 10, total: 40, unit: 'steps' })
  const step = progressFrom({ event: 'step', step: 20, secondsLeft: 7 }, 1_000, started?.progress, started?.meter)
  expect(step?.progress).toEqual({
    done: 20,
    total: 40,
    unit: 'steps',
    ratePerSecond: 10,
    secondsLeft: 7,
  })
})

test('no event makes a speed or a time that is not a finite number of at least 0', () => {
  const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constant(0))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer(), anyNumber)), anyNumber, (points, total) => {
      const progress = run(points, total)
      for (const value of [progress?.ratePerSecond, progress?.secondsLeft])
        if (value !== undefined) expect([Number.isFinite(value), value >= 0]).toEqual([true, true])
    }),
    {
      examples: [
        [
          [
            [-1, -Number.MIN_VALUE],
            [0, 0],
          ],
          1,
        ],
        [
          [
            [0, -Number.MAX_VALUE],
            [1, Number.MAX_VALUE],
          ],
          1,
        ],
      ],
    },
  )
})
