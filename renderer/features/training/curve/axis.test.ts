import { expect, test } from 'vitest'
import { axisEnd, formatAxis } from './axis.ts'

test('the axis of a run that has just begun ends near what it reached, and later at its last step', () => {
  expect(axisEnd(5, 4000)).toBeLessThanOrEqual(32)
  expect(axisEnd(5, 4000)).toBeGreaterThanOrEqual(8)
  expect(axisEnd(1001, 4000)).toBe(4000)
  expect(axisEnd(0, 6)).toBe(6)
  for (let reached = 0; reached <= 4000; reached += 7) expect(axisEnd(reached, 4000)).toBeGreaterThanOrEqual(reached)
})

test('two ticks never read the same', () => {
  expect([3, 3.5, 4].map(formatAxis.step)).toEqual(['3', '', '4'])
  expect(formatAxis.time(3725)).toBe('1:02:05')
  expect(formatAxis.time(59)).toBe('0:59')
})
