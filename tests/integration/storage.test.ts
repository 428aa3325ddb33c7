import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StorageUse } from '../../main/contract/storage.ts'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { ended } from '../support/jobs.ts'

const sample = (name: string) => fileURLToPath(new URL(`../../resources/samples/${name}`, import.meta.url))

let backend: RunningBackend
let client: RunningBackend['client']
beforeAll(async () => {
  backend = await startBackend()
  client = backend.client
})
afterAll(() => backend.dispose())

async function importCopy(name: string): Promise<string> {
  const { id, jobId } = await client.models.import({ path: sample('model'), name, copy: true })
  expect((await ended(client, jobId)).state).toBe('done')
  return id
}
async function importRows(name: string, folder: string): Promise<string> {
  // Bytes of its own: the same rows would be the same blob.
  const path = join(folder, `${name}.jsonl`)
  writeFileSync(path, `${JSON.stringify({ prompt: name, completion: name })}\n`)
  const { id, jobId } = await client.datasets.import({ path, name })
  expect((await ended(client, jobId)).state).toBe('done')
  return id
}
const sizeOf = (use: StorageUse, part: StorageUse['parts'][number]['part']): number =>
  use.parts.find(each => each.part === part)?.sizeBytes ?? 0

/** Puts bytes into the blob store that no row knows, as a crash in the middle of an import would leave them. */
function leaveBlob(text: string): string {
  const sha256 = createHash('sha256').update(text).digest('hex')
  const path = join(backend.dataDir, 'blobs', sha256.slice(0, 2), sha256.slice(2, 4), sha256)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

test('what the data directory holds is told by part, each file once, and what is free of the disk', async () => {
  const id = await importCopy('measured')
  await importRows('measured-rows', backend.dataDir)
  const use = await client.storage.show({})
  const model = await client.models.show({ id })
  expect(sizeOf(use, 'models')).toBeGreaterThanOrEqual(model.sizeBytes)
  expect(sizeOf(use, 'models')).toBeLessThan(model.sizeBytes * 1.1)
  expect(sizeOf(use, 'datasets')).toBeGreaterThan(0)
  expect(sizeOf(use, 'database')).toBeGreaterThan(0)
  expect(use.sizeBytes).toBe(use.parts.reduce((sum, part) => sum + part.sizeBytes, 0))
  expect(use.disk.freeBytes).toBeGreaterThan(0)
  expect(use.disk.reserveBytes).toBe(256 * 1024 * 1024)
})

test('what nothing needs is told before it is deleted, and that is what is deleted', async () => {
  const path = leaveBlob('left by a crash')
  const before = await client.storage.show({})
  expect(before.freeable).toEqual({ blobs: 1, folders: 0, freedBytes: 15 })
  expect(sizeOf(before, 'unneeded')).toBe(15)
  const stop = new AbortController()
  const events = await client.events.subscribe({ topics: ['storage'] }, { signal: stop.signal })
  expect(await client.storage.prune({})).toEqual(before.freeable)
  for await (const event of events) {
    expect(event).toMatchObject({ topic: 'storage', kind: 'data', data: before.freeable })
    break
  }
  stop.abort()
  expect(existsSync(path)).toBe(false)
  expect((await client.storage.show({})).freeable).toEqual({ blobs: 0, folders: 0, freedBytes: 0 })
})

test('what was removed is told with the time until which it can be taken back', async () => {
  const model = await importCopy('removed-model')
  const rows = await importRows('removed-rows', backend.dataDir)
  const { restorableUntil } = await client.models.remove({ id: model })
  await client.datasets.remove({ id: rows })
  const { items } = await client.storage.removed({})
  expect(items.filter(item => [model, rows].includes(item.id))).toMatchObject([
    { kind: 'model', name: 'removed-model v1', restorableUntil, sizeBytes: expect.any(Number) },
    { kind: 'dataset', name: 'removed-rows v1' },
  ])
  await client.models.restore({ id: model })
  await client.datasets.restore({ id: rows })
  expect((await client.storage.removed({})).items).toEqual([])
})

test('a check of all files finds every one sound, and then those that are damaged or missing', async () => {
  const id = await importCopy('checked')
  const rows = await importRows('checked-rows', backend.dataDir)
  const { jobId, files } = await client.storage.verify({})
  expect(files).toBeGreaterThan(5)
  await expect(client.storage.verify({})).rejects.toMatchObject({ code: 'conflict' })
  expect((await ended(client, jobId)).progress).toMatchObject({ unit: 'bytes', note: `${files} of ${files} files` })
  expect(await client.storage.report({})).toMatchObject({ check: { outcome: 'sound', problemCount: 0, files } })

  const stored = (await client.datasets.show({ id: rows })).files[0]?.sha256 ?? ''
  const blob = join(backend.dataDir, 'blobs', stored.slice(0, 2), stored.slice(2, 4), stored)
  chmodSync(blob, 0o600)
  writeFileSync(blob, 'not what it was')
  const folder = join(backend.dataDir, 'models', id)
  const card = join(folder, readdirSync(folder).find(name => name.endsWith('.json')) ?? '')
  rmSync(realpathSync(card))

  const again = await client.storage.verify({})
  const job = await ended(client, again.jobId)
  expect(job).toMatchObject({ state: 'failed', failure: { code: 'storage_damaged' } })
  const { check } = await client.storage.report({})
  expect(check).toMatchObject({ outcome: 'problems', endedAt: expect.any(String) })
  expect(check?.problems).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        kind: 'damaged',
        quarantined: true,
        of: { kind: 'dataset', id: rows, name: 'checked-rows v1' },
      }),
      expect.objectContaining({ kind: 'missing', path: card, of: { kind: 'model', id, name: 'checked v1' } }),
    ]),
  )
  expect(existsSync(blob)).toBe(false)
  expect(sizeOf(await client.storage.show({}), 'quarantine')).toBe(15)
})

test('a check that is stopped says so', async () => {
  await importCopy('stopped')
  const { jobId } = await client.storage.verify({})
  await client.jobs.stop({ id: jobId })
  const { state } = await ended(client, jobId)
  const { check } = await client.storage.report({})
  // A small store may have been read before the stop came.
  expect([check?.outcome, state]).toEqual(
    state === 'cancelled' ? ['stopped', 'cancelled'] : [expect.any(String), state],
  )
})
