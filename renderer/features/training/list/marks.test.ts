import { expect, test } from 'vitest'
import { mostMarked, rangeBetween } from './marks.ts'

const mark = (index: number) => ({ index, id: `run-${index}` })
const ids = (from: number, to: number) =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, step) => `run-${from + Math.sign(to - from) * step}`)

/** A list of 5,000 runs, of which the page in view is held, and what was read of the rest. */
function list(held: { readonly from: number; readonly to: number }, shift = 0) {
  const asked: (readonly [offset: number, limit: number])[] = []
  return {
    asked,
    at: (index: number) => (index >= held.from && index < held.to ? { id: `run-${index - shift}` } : undefined),
    read: async (offset: number, limit: number) => {
      asked.push([offset, limit])
      return Array.from({ length: Math.min(limit, 5_000 - offset) }, (_, step) => ({
        id: `run-${offset + step - shift}`,
      }))
    },
  }
}

test('what is held is marked without reading, in either direction', async () => {
  const rows = list({ from: 0, to: 100 })
  expect(await rangeBetween(rows, mark(3), mark(7))).toEqual({ ids: ids(3, 7), count: 5 })
  expect(await rangeBetween(rows, mark(7), mark(3))).toEqual({ ids: ids(7, 3), count: 5 })
  expect(rows.asked).toEqual([])
})

test('rows that were scrolled past are read: none between two is left out', async () => {
  const rows = list({ from: 2_400, to: 2_500 })
  expect(await rangeBetween(rows, mark(2_370), mark(2_410))).toEqual({ ids: ids(2_370, 2_410), count: 41 })
  expect(rows.asked).toEqual([[2_370, 41]])
})

test('more than can be compared: as many as can be, from the first on, and how many there are', async () => {
  const rows = list({ from: 4_900, to: 5_000 })
  expect(await rangeBetween(rows, mark(10), mark(4_950))).toEqual({ ids: ids(10, 9 + mostMarked), count: 4_941 })
  expect(await rangeBetween(rows, mark(4_950), mark(10))).toEqual({ ids: ids(4_950, 4_951 - mostMarked), count: 4_941 })
})

test('nothing lies between rows of a list that has changed since', async () => {
  expect(await rangeBetween(list({ from: 0, to: 100 }, 1), mark(3), mark(7))).toBeUndefined()
  expect(await rangeBetween(list({ from: 2_400, to: 2_500 }, 1), mark(10), mark(2_450))).toBeUndefined()
})
