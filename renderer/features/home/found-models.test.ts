import { expect, test } from 'vitest'
import type { FoundModel } from '../../../main/contract/models.ts'
import { registrable, summarise } from './found-models.ts'

const found = (store: string, sizeBytes: number, more: Partial<FoundModel> = {}): FoundModel => ({
  path: `/${store}/${sizeBytes}`,
  name: `${store}-${sizeBytes}`,
  store,
  sizeBytes,
  duplicates: [],
  ...more,
})

test('models are counted by store, the largest store first', () => {
  const { stores } = summarise([found('ollama', 5), found('huggingface', 7), found('ollama', 1)])
  expect(stores).toEqual([
    { store: 'huggingface', models: 1, sizeBytes: 7 },
    { store: 'ollama', models: 2, sizeBytes: 6 },
  ])
})

test('what is registered, unreadable or there twice is told apart, and only the rest can be registered', () => {
  const items = [
    found('ollama', 1, { registeredAs: 'mdv_1' }),
    found('ollama', 2, { problem: 'cut off' }),
    found('ollama', 3, { duplicates: ['/elsewhere'] }),
  ]
  expect(summarise(items)).toMatchObject({ registered: 1, unreadable: 1, repeated: 1 })
  expect(registrable(items).map(({ sizeBytes }) => sizeBytes)).toEqual([3])
})

test('an empty machine has no stores', () => {
  expect(summarise([])).toEqual({ stores: [], registered: 0, unreadable: 0, repeated: 0 })
})
