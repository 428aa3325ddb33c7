import { expect, test } from 'vitest'
import { parametersOf, resolveDefault } from '../../../../main/contract/training-parameters.ts'
import type { Parameter } from './draft.ts'
import {
  applies,
  effectiveValues,
  foldedGroups,
  isChanged,
  openGroups,
  problemOf,
  shortenedLength,
  valuesToSend,
  withValue,
} from './form-model.ts'

const item = (key: string, more: Partial<Parameter> = {}): Parameter => ({
  key,
  type: 'integer',
  default: 16,
  allowed: '',
  group: 'lora',
  help: '',
  helpZh: '',
  ...more,
})

const rank = item('loraRank', { range: { min: 1, max: 1024 }, appliesWhen: { key: 'tuning', in: ['lora', 'qlora'] } })
const alpha = item('loraAlpha', { default: 32, defaultFrom: 'loraRank', appliesWhen: { key: 'tuning', in: ['lora'] } })
const tuning = item('tuning', { type: 'choice', default: 'lora', choices: ['lora', 'qlora', 'full'], group: 'basic' })
const items = [tuning, rank, alpha]

test('a length that the model cannot read is cut to what it can, and is wished again for a larger model', () => {
  const lengths = [item('maxSequenceLength', { default: 2048 })]
  expect(shortenedLength(lengths, {}, 512)).toEqual({ wish: 2048, longest: 512 })
  expect(shortenedLength(lengths, { maxSequenceLength: 1024 }, 512)).toEqual({ wish: 1024, longest: 512 })
  expect(shortenedLength(lengths, { maxSequenceLength: 256 }, 512)).toBeUndefined()
  expect(shortenedLength(lengths, {}, 4096)).toBeUndefined()
  expect(shortenedLength(lengths, {}, undefined)).toBeUndefined()
})

test('what was set stands before the plan, and the plan before the default', () => {
  expect(effectiveValues(items, { loraRank: 8 }, { loraRank: 4, loraAlpha: 16 })).toEqual({
    tuning: 'lora',
    loraRank: 8,
    loraAlpha: 16,
  })
})

test('parameters that have no meaning beside the others are neither shown nor sent, but stay in the draft', () => {
  const set = { tuning: 'full', loraRank: 8 }
  expect(applies(rank, effectiveValues(items, set))).toBe(false)
  expect(valuesToSend(items, set)).toEqual({ tuning: 'full' })
  expect(valuesToSend(items, { ...set, tuning: 'qlora' })).toEqual({ tuning: 'qlora', loraRank: 8 })
})

test('parameters that the method does not have are not sent', () => {
  expect(valuesToSend(items, { beta: 0.1, loraRank: 4 })).toEqual({ loraRank: 4 })
})

test('the dot marks what differs; one whose default follows another counts as soon as it is set', () => {
  expect(isChanged(rank, {})).toBe(false)
  expect(isChanged(rank, { loraRank: 16 })).toBe(false)
  expect(isChanged(rank, { loraRank: 32 })).toBe(true)
  expect(isChanged(alpha, { loraAlpha: 32 })).toBe(true)
})

test('setting nothing takes back what was set', () => {
  expect(withValue({ loraRank: 8 }, 'loraRank', undefined)).toEqual({})
  expect(withValue({ loraRank: 8 }, 'seed', 0)).toEqual({ loraRank: 8, seed: 0 })
  expect(withValue({}, 'packing', false)).toEqual({ packing: false })
})

test('a value outside its range, or of another type, is found before anything is asked', () => {
  expect(problemOf(rank, 0)).toBe('range')
  expect(problemOf(rank, 2.5)).toBe('type')
  expect(problemOf(rank, Number.NaN)).toBe('type')
  expect(problemOf(rank, undefined)).toBeUndefined()
  expect(problemOf(tuning, 'prefix')).toBe('range')
  expect(problemOf(item('names', { type: 'list' }), [])).toBe('type')
})

test('nothing that a method has is left out of the form: it stands open, or in a folded line', () => {
  const all = parametersOf('sft').map(parameter =>
    item(parameter.key, { group: parameter.group, default: resolveDefault(parameter, 'lora', {}) }),
  )
  const open = new Set<string>(Object.values(openGroups).flat())
  const folded = foldedGroups(all).flatMap(group => group.items.map(each => each.key))
  expect(new Set([...all.map(each => each.key).filter(key => open.has(key)), ...folded])).toEqual(
    new Set(all.map(each => each.key)),
  )
  expect(foldedGroups([item('brandNew', { group: 'later' })])).toMatchObject([{ name: 'later' }])
})
