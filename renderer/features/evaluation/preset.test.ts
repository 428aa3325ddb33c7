import { expect, test } from 'vitest'
import { presetOf } from './preset.ts'

test('an address says what is asked: a dataset, else the rows that a run held back', () => {
  expect(presetOf({ model: 'a,b', heldBack: 'run_1' })).toEqual({
    objects: ['a', 'b'],
    dataset: undefined,
    heldBack: 'run_1',
  })
  expect(presetOf({ heldBack: 'run_1', dataset: 'dver_1' })).toEqual({ dataset: 'dver_1', heldBack: undefined })
  expect(presetOf({ model: 'a' })).toEqual({ objects: ['a'] })
  expect(presetOf({})).toBeUndefined()
})
