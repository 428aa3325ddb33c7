import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Inputs } from '../../contract/index.ts'
import { search } from '../../contract/search.ts'
import { inputOf } from '../../contract/test-input.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { lineageMigration } from '../../platform/db/lineage.ts'
import { newId } from '../../platform/ids.ts'
import { datasetsFindable } from '../datasets/findable.ts'
import { refreshDataset } from '../datasets/listing-repo.ts'
import { datasetsMigrations } from '../datasets/migrations.ts'
import { insertDataset, insertVersion as insertDatasetVersion } from '../datasets/repo.ts'
import { jobsMigrations } from '../jobs/migrations.ts'
import { modelsFindable } from '../models/findable.ts'
import { modelsMigrations } from '../models/migrations.ts'
import { findVersion, insertVersion, setAlias, setVersionRemoved, updateModel } from '../models/repo.ts'
import { call, openLibrary } from '../models/test-library.ts'
import { searchMigrations } from './migrations.ts'
import { createSearch } from './service.ts'

let library: ReturnType<typeof openLibrary>
beforeEach(() => {
  library = openLibrary({
    migrations: [
      auditMigration,
      lineageMigration,
      ...jobsMigrations,
      ...datasetsMigrations,
      ...modelsMigrations,
      ...searchMigrations,
    ],
  })
})
afterEach(() => library.close())

const find = async (input: Inputs['search']['find']) => {
  const { store } = library
  const { handlers } = createSearch({ sources: [modelsFindable(store), datasetsFindable(store)] })
  const { items } = await handlers.find(inputOf(search.find, input), call)
  return items
}
const names = async (q: string) => (await find({ q })).map(({ name }) => name)
const add = (...all: string[]) => all.map(name => library.add({ name }))

let datasetAtMs = 1_750_000_000_000
const addDataset = (name: string) =>
  library.store.record(tx => {
    const atMs = ++datasetAtMs
    const id = newId('dset', atMs)
    insertDataset(tx, { id, name, description: '', atMs })
    insertDatasetVersion(tx, { id: newId('dver', atMs), datasetId: id, state: 'draft', settings: {}, atMs })
    refreshDataset(tx, id)
  })

test('a few letters in their order find a name, whatever stands between them', async () => {
  add('Qwen3-4B-Instruct', 'mistral-7b', '通义千问-4b')
  expect(await names('qwn4')).toEqual(['Qwen3-4B-Instruct'])
  expect(await names('千问4')).toEqual(['通义千问-4b'])
  expect(await names('4b qwen')).toEqual(['Qwen3-4B-Instruct'])
  expect(await names('zzz')).toEqual([])
})

test('the whole name comes first, then beginnings, and among equals the newest', async () => {
  add('sft', 'my-sft-run', 'sft-1', 'sft-2')
  expect(await names('sft')).toEqual(['sft', 'sft-2', 'sft-1', 'my-sft-run'])
})

test('an old exact name is found among thousands that begin alike', async () => {
  add('qwen', ...Array.from({ length: 400 }, (_, i) => `qwen-${i}`))
  expect((await names('qwen')).slice(0, 3)).toEqual(['qwen', 'qwen-399', 'qwen-398'])
})

test('letters with an accent or a case of their own are found from either form', async () => {
  add('Modèle-Été', 'Модель-1')
  expect(await names('modèle')).toEqual(['Modèle-Été'])
  expect(await names('МОДЕЛЬ')).toEqual(['Модель-1'])
})

test('what stands for itself in a name is no wildcard', async () => {
  add('a*b', 'a-x-b', 'c[d]e', 'c-d-e', 'f?g')
  expect(await names('a*b')).toEqual(['a*b'])
  expect(await names('c[d]')).toEqual(['c[d]e'])
  expect(await names('f?')).toEqual(['f?g'])
})

test('every kind has its places, however many models bear the name', async () => {
  addDataset('heron-notes')
  add(...Array.from({ length: 50 }, (_, i) => `heron-${i}`))
  const items = await find({ q: 'heron', limit: 10 })
  expect(items).toHaveLength(10)
  expect(items.filter(({ kind }) => kind === 'dataset').map(({ name }) => name)).toEqual(['heron-notes'])
  expect((await find({ q: 'heron', kind: ['dataset'] })).map(({ kind }) => kind)).toEqual(['dataset'])
})

test('a version is found by name@number, by name@alias and by any id', async () => {
  const [first] = add('heron')
  if (!first) throw new Error('nothing was added')
  const second = newId('mdv', 1_800_000_000_000)
  library.store.record(tx => {
    const before = findVersion(tx, first.id)
    if (!before) throw new Error('the first version is not there')
    insertVersion(tx, { ...before, id: second, path: '/models/heron-2', files: [], atMs: 1_800_000_000_000 })
    setAlias(tx, first.modelId, 'best', first.id)
    library.lists.refresh(tx, first.modelId)
  })
  const versionsOf = async (q: string) => (await find({ q })).map(({ id, version }) => [id, version])
  expect(await versionsOf('heron')).toEqual([[second, 2]])
  expect(await versionsOf('hern@1')).toEqual([[first.id, 1]])
  expect(await versionsOf('heron@best')).toEqual([[first.id, 1]])
  expect(await versionsOf('heron@')).toEqual([[second, 2]])
  expect(await versionsOf('heron@9')).toEqual([])
  expect(await versionsOf(first.id)).toEqual([[first.id, 1]])
  expect(await versionsOf(first.modelId)).toEqual([[second, 2]])
})

test('what was removed is not found, and a new name at once', async () => {
  const [gone, renamed] = add('heron-old', 'heron-new')
  library.store.record(tx => {
    setVersionRemoved(tx, gone?.id ?? '', 1_800_000_000_000)
    library.lists.refresh(tx, gone?.modelId ?? '')
    updateModel(tx, renamed?.modelId ?? '', { name: 'egret' }, 1_800_000_000_000)
    library.lists.refresh(tx, renamed?.modelId ?? '')
  })
  expect(await names('heron')).toEqual([])
  expect(await names('egret')).toEqual(['egret'])
})
