import { expect, test } from 'vitest'
import { addPoint, curveOf } from '../curve/curve.ts'
import { lookOf, overlay } from './overlay.ts'

const view = { axis: 'step', smoothing: 0, isLogarithmic: false } as const
const curve = (losses: readonly (number | null)[]) => {
  const made = curveOf()
  for (const [index, loss] of losses.entries())
    addPoint(made, { series: 'train', step: index + 1, epoch: index, loss, learningRate: null, gradNorm: null })
  return made
}

test('seven runs each have a colour and a dash of their own; the eighth is another one', () => {
  const looks = Array.from({ length: 7 }, (_, index) => lookOf(index))
  expect(new Set(looks.map(look => look.colour)).size).toBe(7)
  expect(new Set(looks.map(look => look.dash)).size).toBe(7)
  expect(lookOf(7)).toEqual({ colour: 's0', dash: 0 })
})

test('a run that diverged leaves the plot instead of pressing the others flat, and is said to be outside', () => {
  const { range, isOutside, data } = overlay(
    [curve([3, 2, 1]), curve([3, 40, 900]), curve([3.5, 2, 0.8])],
    'train',
    view,
  )
  expect(range?.[1]).toBeLessThan(5)
  expect(range?.[0]).toBeLessThan(0.9)
  expect(isOutside).toEqual([false, true, false])
  // x, the first run's raw values, and each run.
  expect(data).toHaveLength(5)
})

test('a run that became much better than the first one stays in the plot', () => {
  const { range, isOutside } = overlay([curve([2.9, 2.5, 2.2]), curve([2.4, 0.6, 0.35])], 'train', view)
  expect(range?.[0]).toBeLessThan(0.4)
  expect(isOutside).toEqual([false, false])
})

test('where no run has a validation loss there is nothing to draw, and nothing breaks', () => {
  const { data, range } = overlay([curve([1]), curve([2])], 'validation', view)
  expect(data[0]).toEqual([])
  expect(range).toBeUndefined()
})
