import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { f32, safetensors, safetensorsOf, write } from '../fixtures/make-models.ts'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { keptIn, untilNote } from '../support/conversions.ts'
import { ended } from '../support/jobs.ts'

/** What copies and exports of models leave when they are stopped or killed: nothing. */

const elements = 400_000_000
let backend: RunningBackend
let model: string
let exports: string

beforeEach(async () => {
  backend = await startBackend()
  model = join(backend.dataDir, 'large model')
  exports = join(backend.dataDir, 'exports')
  for (const folder of [model, exports]) mkdirSync(folder)
  // Large, so that there is time to stop in the middle; a hole, so that it takes no room itself.
  const header = JSON.stringify({ w: { dtype: 'F32', shape: [elements], data_offsets: [0, 4 * elements] } })
  const file = write(model, 'model.safetensors', safetensorsOf(header))
  truncateSync(file, 8 + header.length + 4 * elements)
})
afterEach(async () => {
  if (backend.child.exitCode !== null || backend.child.signalCode !== null)
    backend = await startBackend({ dataDir: backend.dataDir })
  await backend.dispose()
})

async function beginExport(): Promise<string> {
  const { jobId: importing } = await backend.client.models.import({ path: model, name: 'large' })
  expect((await ended(backend.client, importing)).state).toBe('done')
  const { jobId } = await backend.client.models.export({ id: 'large', dir: join(exports, 'large') })
  return jobId
}

const inTheMiddle = async (jobId: string): Promise<number> => {
  const { pid } = await untilNote(backend, jobId, /model\.safetensors/)
  return pid ?? 0
}

test('an export that is stopped leaves nothing beside its target, and its model stays ready', {
  timeout: 120_000,
}, async () => {
  const jobId = await beginExport()
  await inTheMiddle(jobId)
  expect(readdirSync(exports)).toEqual([expect.stringMatching(/^large\.partial-/)])
  await backend.client.jobs.stop({ id: jobId })
  expect((await ended(backend.client, jobId)).state).toBe('cancelled')
  expect(readdirSync(exports)).toEqual([])
  expect((await backend.client.models.show({ id: 'large' })).state).toBe('ready')
})

test('an export that died together with its backend leaves nothing after the next start', {
  timeout: 120_000,
}, async () => {
  const jobId = await beginExport()
  const pid = await inTheMiddle(jobId)
  await backend.kill('SIGKILL')
  process.kill(pid, 'SIGKILL')
  backend = await startBackend({ dataDir: backend.dataDir })
  expect(['failed', 'lost']).toContain((await ended(backend.client, jobId)).state)
  expect(readdirSync(exports)).toEqual([])
})

test('a copy whose process is killed fails, and leaves nothing half-made', { timeout: 120_000 }, async () => {
  const { jobId, id } = await backend.client.models.import({ path: model, name: 'copied', copy: true })
  process.kill(await inTheMiddle(jobId), 'SIGKILL')
  expect(await ended(backend.client, jobId)).toMatchObject({ state: 'failed', failure: { code: 'worker_failed' } })
  expect(keptIn(backend.dataDir)).toEqual([])
  expect(await backend.client.models.show({ id })).toMatchObject({ state: 'failed', problem: expect.any(String) })
  // What the writer itself left in the blob store goes with the next start.
  await backend.kill('SIGTERM')
  backend = await startBackend({ dataDir: backend.dataDir })
  expect(readdirSync(join(backend.dataDir, 'blobs', 'tmp'))).toEqual([])
})

test('a copy that is stopped leaves none of the files that it had finished, and its model says so', {
  timeout: 120_000,
}, async () => {
  writeFileSync(join(model, 'config.json'), '{"model_type":"llama"}')
  const { jobId, id } = await backend.client.models.import({ path: model, name: 'copied', copy: true })
  await inTheMiddle(jobId)
  expect(storedIn(backend.dataDir), 'the first file is stored already').toHaveLength(1)
  await expect(backend.client.storage.prune({})).rejects.toMatchObject({ code: 'conflict' })
  await expect(backend.client.models.remove({ id, purge: true })).rejects.toMatchObject({ code: 'conflict' })
  await backend.client.jobs.stop({ id: jobId })
  expect((await ended(backend.client, jobId)).state).toBe('cancelled')
  await expect.poll(() => storedIn(backend.dataDir)).toEqual([])
  expect(await backend.client.models.show({ id })).toMatchObject({ state: 'failed', problem: 'the check was stopped' })
})

test('a model that was copied gives its bytes back once it is deleted for good; one registered in place loses nothing', async () => {
  truncateSync(join(model, 'model.safetensors'), 0)
  write(model, 'model.safetensors', safetensors({ w: f32([16, 16]) }))
  const [inPlace, copy] = [
    await backend.client.models.import({ path: model, name: 'in place' }),
    await backend.client.models.import({ path: model, name: 'copied', copy: true }),
  ]
  for (const { jobId } of [inPlace, copy]) expect((await ended(backend.client, jobId)).state).toBe('done')
  expect(storedIn(backend.dataDir)).toHaveLength(1)
  const { removed, restorableUntil } = await backend.client.models.remove({ id: 'copied' })
  expect(Date.parse(restorableUntil ?? '')).toBeGreaterThan(Date.now())
  expect(await backend.client.storage.prune({})).toEqual({ blobs: 0, folders: 0, freedBytes: 0 })
  await backend.client.models.restore({ id: removed[0] ?? copy.id })
  await backend.client.models.remove({ id: 'copied', purge: true })
  await expect.poll(() => [...storedIn(backend.dataDir), ...keptIn(backend.dataDir)]).toEqual([])
  await expect(backend.client.models.restore({ id: copy.id })).rejects.toMatchObject({ code: 'not_found' })
  await backend.client.models.remove({ id: 'in place', purge: true })
  await backend.client.storage.prune({})
  expect(readdirSync(model)).toEqual(['model.safetensors'])
})

const storedIn = (dataDir: string): string[] =>
  readdirSync(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name))
    .map(entry => entry.name)
