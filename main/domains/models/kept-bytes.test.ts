import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ModelState } from '../../contract/models.ts'
import { createFolderKeeper } from '../../platform/blobs/folder-keeper.ts'
import { createBlobStore } from '../../platform/blobs/store.ts'
import { openTestStore } from '../../platform/db/test-store.ts'
import { newId } from '../../platform/ids.ts'
import { createKeptModels } from './kept-bytes.ts'
import { dropFiles, isPathUsed } from './kept-bytes-repo.ts'
import { modelsMigrations } from './migrations.ts'
import { insertModel, insertVersion, setVersionRemoved } from './repo.ts'

const digest = 'ab'.repeat(32)
let dir: string
let opened: ReturnType<typeof openModels>

beforeEach(() => {
  opened = openModels()
  dir = opened.folder
})
afterEach(() => opened.close())

function openModels() {
  const { folder, db, store, close } = openTestStore(modelsMigrations)
  const modelsDir = join(folder, 'models')
  const blobs = createBlobStore(join(folder, 'blobs'))
  const kept = createKeptModels({ store, modelsDir, blobPathOf: blobs.pathOf, isBeingMade: () => false })
  let made = 0
  const add = (
    path: string,
    { state = 'ready', source = 'copied' }: { state?: ModelState; source?: 'copied' | 'registered' } = {},
  ) => {
    made += 1
    const [modelId, id] = [newId('mdl', made), newId('mdv', made)]
    store.record(tx => {
      insertModel(tx, { id: modelId, name: `model ${made}`, description: '', atMs: made })
      insertVersion(tx, {
        id,
        modelId,
        state,
        source,
        path,
        sizeBytes: 1,
        files: [{ path: 'weights', sizeBytes: 1 }],
        atMs: made,
        summary: { format: 'safetensors', hasChatTemplate: false, containsCode: [], warnings: [] },
      })
      tx.prepare('UPDATE model_files SET sha256 = ? WHERE version_id = ?').run(digest, id)
    })
    return id
  }
  return { folder, db, store, modelsDir, blobs, kept, add, close }
}
const isUsed = () => opened.kept.isUsed(opened.store.read, digest)
const isFolderUsed = (folder: string) => opened.kept.isFolderUsed(opened.store.read, folder)
const folderNamed = (n: string) => join(opened.modelsDir, `mdv_${n.repeat(32)}`)

test('a copied model needs its bytes, also while it can be restored, and no longer once it is deleted', () => {
  const folder = folderNamed('1')
  const id = opened.add(folder)
  expect([isUsed(), isFolderUsed(folder)]).toEqual([true, true])
  opened.store.record(tx => setVersionRemoved(tx, id, 1))
  expect([isUsed(), isFolderUsed(folder)]).toEqual([true, true])
  opened.store.record(tx => dropFiles(tx, id))
  expect([isUsed(), isFolderUsed(folder)]).toEqual([false, false])
})

test('a model in the user’s own folder needs no blob of ours, though its bytes are the same', () => {
  opened.add('/home/ada/models/base', { source: 'registered' })
  opened.add(`${opened.modelsDir}-of-mine/base`, { source: 'registered' })
  expect(isUsed()).toBe(false)
})

test('a copy that failed needs nothing that it had stored', () => {
  opened.add('/home/ada/models/base', { state: 'failed' })
  expect(isUsed()).toBe(false)
})

test('a model that somebody registered from inside our folders, or as a blob, keeps what it lies in', () => {
  const folder = folderNamed('2')
  mkdirSync(folder, { recursive: true })
  opened.add(join(folder, 'model.gguf'), { source: 'registered' })
  expect([isUsed(), isFolderUsed(folder), isFolderUsed(folderNamed('3'))]).toEqual([true, true, false])
  opened.db.exec('DELETE FROM model_files')
  expect(isUsed()).toBe(false)
  opened.add(opened.blobs.pathOf(digest), { source: 'registered' })
  expect(isUsed()).toBe(true)
})

test('a copy under way is told by its name; a check of a model that is copied already is none', () => {
  expect(opened.kept.storing()).toBeUndefined()
  opened.add(folderNamed('4'), { state: 'verifying' })
  opened.add('/home/ada/models/base', { state: 'verifying', source: 'registered' })
  expect(opened.kept.storing()).toBeUndefined()
  opened.add('/home/ada/models/base', { state: 'verifying' })
  expect(opened.kept.storing()).toMatch(/copy of the model model 3/)
})

test('only folders that bear our names are looked at', () => {
  const ours = [folderNamed('5'), `${folderNamed('6')}.partial-0a1b`]
  for (const folder of [...ours, join(opened.modelsDir, 'my own'), join(opened.modelsDir, 'mdv_1')])
    mkdirSync(folder, { recursive: true })
  writeFileSync(`${folderNamed('7')}`, 'a file')
  expect([...opened.kept.folders()].sort()).toEqual(ours.sort())
})

test('the folder of a run that is gone stays for the models in it, and only those parts of it', () => {
  const runs = join(dir, 'runs')
  const [live, gone] = [join(runs, `run_${'a'.repeat(32)}`), join(runs, `run_${'b'.repeat(32)}`)]
  for (const folder of [live, gone])
    for (const part of ['artifact', 'checkpoint-1']) mkdirSync(join(folder, part), { recursive: true })
  mkdirSync(join(runs, 'notes'))
  const keeper = createFolderKeeper({
    parent: runs,
    prefix: 'run',
    isRow: (_db, id) => id === `run_${'a'.repeat(32)}`,
    isPathUsed,
  })
  opened.add(join(gone, 'artifact'), { source: 'registered' })
  const unneeded = () => keeper.folders().filter(folder => !keeper.isFolderUsed(opened.store.read, folder))
  expect(unneeded()).toEqual([join(gone, 'checkpoint-1')])
  opened.db.exec('DELETE FROM model_files; UPDATE model_versions SET removed_at_ms = 1')
  expect(unneeded()[0]).toBe(gone)
})

test('a database that was written when the data directory was elsewhere cannot say what it needs, unless it keeps nothing', () => {
  const aside = openTestStore(modelsMigrations)
  try {
    const { read, record } = aside.store
    expect(opened.kept.isUsed(read, digest)).toBe(false)
    const id = newId('mdv', 1)
    record(tx => {
      insertModel(tx, { id: newId('mdl', 1), name: 'old', description: '', atMs: 1 })
      tx.prepare(
        `INSERT INTO model_versions (id, model_id, version, state, source, path, format, size_bytes, summary, created_at_ms, updated_at_ms)
         SELECT ?, id, 1, 'ready', 'copied', ?, 'gguf', 1, '{}', 1, 1 FROM models`,
      ).run(id, `/old/data/models/${id}`)
    })
    expect(() => opened.kept.isUsed(read, digest)).toThrow(/elsewhere/)
    expect(() => opened.kept.isFolderUsed(read, folderNamed('1'))).toThrow(/elsewhere/)
  } finally {
    aside.close()
  }
})
