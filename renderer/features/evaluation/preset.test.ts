import { expect, test } from 'vitest'
import { heldBackOf } from './preset.ts'

test('an address says how many rows were held back, unless it names a dataset', () => {
  expect(heldBackOf({ model: 'a,b', heldBack: '3' })).toBe(3)
  expect(heldBackOf({ model: 'a,b', heldBack: '3', dataset: 'dver_1' })).toBeUndefined()
  expect(heldBackOf({ heldBack: 'many' })).toBeUndefined()
  expect(heldBackOf({})).toBeUndefined()
})
