import { expect, test } from 'vitest'
import { inputOf, settingsOf } from './settings.ts'

test('an address says what rows are looked at with', () => {
  const settings = settingsOf({ model: 'mdv_1', method: 'dpo', max: '2048', against: 'held@1' })
  expect(inputOf(settings)).toEqual({ model: 'mdv_1', method: 'dpo', maxSequenceLength: 2048, against: 'held@1' })
})

test('what an address says wrongly is left out', () => {
  expect(inputOf(settingsOf({ model: '', method: 'sing', max: '3' }))).toEqual({})
  expect(inputOf(settingsOf({ max: '2.5' }))).toEqual({})
})
