import { expect, test } from 'vitest'
import { formats } from '../../main/domains/datasets/import/formats.ts'
import { formatFields } from '../../renderer/features/datasets/import/format-fields.ts'

test('the form offers the fields that the importer takes, format by format', () => {
  for (const { name, takes } of formats)
    expect([name, [...formatFields[name]].sort()]).toEqual([name, [...takes].sort()])
  expect(Object.keys(formatFields)).toHaveLength(formats.length)
})
