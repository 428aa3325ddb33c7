import { expect, test } from 'vitest'
import { placeWindow } from './window-place.ts'

const laptop = { x: 0, y: 25, width: 1920, height: 1055 }
const left = { x: -2560, y: 0, width: 2560, height: 1440 }
const at = (x: number, y: number, width: number, height: number) => ({ x, y, width, height, state: 'normal' as const })

test('the first window is in the middle, and never larger than the display', () => {
  expect(placeWindow(undefined, [laptop])).toEqual({ x: 240, y: 102, width: 1440, height: 900 })
  expect(placeWindow(undefined, [{ x: 0, y: 0, width: 1024, height: 600 }])).toEqual({
    x: 0,
    y: 0,
    width: 1024,
    height: 600,
  })
})

test.each([
  ['where it was', at(100, 100, 1200, 700), [laptop, left], { x: 100, y: 100, width: 1200, height: 700 }],
  [
    'where it was on the other display',
    at(-2000, 40, 1600, 1000),
    [laptop, left],
    { x: -2000, y: 40, width: 1600, height: 1000 },
  ],
  [
    'the middle, when its display is gone',
    at(-2000, 40, 1600, 1000),
    [laptop],
    { x: 160, y: 52, width: 1600, height: 1000 },
  ],
  ['pulled back from the edge', at(1700, 600, 1200, 700), [laptop], { x: 720, y: 380, width: 1200, height: 700 }],
  [
    'the middle, when its title bar cannot be reached',
    at(100, -600, 1200, 700),
    [laptop],
    { x: 360, y: 202, width: 1200, height: 700 },
  ],
  ['smaller, on a smaller display', at(0, 0, 5000, 3000), [laptop], { x: 0, y: 25, width: 1920, height: 1055 }],
  ['as large as the screens need', at(50, 50, 10, 10), [laptop], { x: 510, y: 252, width: 900, height: 600 }],
] as const)('it comes back: %s', (_where, remembered, areas, expected) => {
  expect(placeWindow(remembered, areas)).toEqual(expected)
})
