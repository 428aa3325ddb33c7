import { expect, test } from 'vitest'
import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import type { RunDetail } from '../../../../main/contract/runs.ts'
import { heldOutPart, rowsHeldBack } from './held-out.ts'

type Role = DatasetDetail['versions'][number]['splitRole']
const versions = (...roles: readonly Role[]) =>
  roles.map((splitRole, index) => ({
    id: `dver_${index + 1}` as DatasetDetail['id'],
    version: index + 1,
    state: 'frozen' as const,
    createdAt: '2026-01-01T00:00:00.000Z',
    ...(splitRole && { splitRole }),
  }))

test('what was held out is the test part of the same split, else its validation part', () => {
  expect(heldOutPart({ version: 2, versions: versions(undefined, 'train', 'validation', 'test') })).toBe('dver_4')
  expect(heldOutPart({ version: 2, versions: versions(undefined, 'train', 'validation') })).toBe('dver_3')
})

test('another split’s part is not taken for it, and what is no part of a split has none', () => {
  expect(heldOutPart({ version: 1, versions: versions('train', 'validation', 'train', 'test') })).toBe('dver_2')
  expect(heldOutPart({ version: 1, versions: versions('train', undefined, 'test') })).toBeUndefined()
  expect(heldOutPart({ version: 2, versions: versions('train', 'validation') })).toBeUndefined()
})

test('a run that held rows of its own data back, and wrote down which, offers them to an evaluation', () => {
  const id = 'run_1' as RunDetail['id']
  expect(rowsHeldBack({ id, facts: { heldBackRows: 3 } })).toEqual({ heldBack: 'run_1' })
  expect(rowsHeldBack({ id, facts: { heldBackRows: 0 } })).toEqual({})
  expect(rowsHeldBack({ id, facts: { validationRows: 3 } })).toEqual({})
})
