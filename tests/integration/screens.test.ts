import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningBackend, startBackend } from '../support/backend.ts'

/** What the screens ask beyond the commands of the terminal, of a real backend with the sample in it. */

const samples = fileURLToPath(new URL('../../resources/samples', import.meta.url))
let backend: RunningBackend
let modelId: string

beforeAll(async () => {
  backend = await startBackend()
  const { client } = backend
  const { id, jobId } = await client.models.import({ path: `${samples}/model`, name: 'sample', label: ['tour'] })
  await client.jobs.wait({ id: jobId })
  modelId = id
})
afterAll(() => backend.dispose())

test('a page without a file dialog finds the sample, and not the data folder', async () => {
  const { client } = backend
  const { shortcuts } = await client.files.browse({})
  const place = shortcuts.find(each => each.kind === 'samples')?.path ?? ''
  const { entries } = await client.files.browse({ path: place })
  expect(entries.find(entry => entry.name === 'model')).toMatchObject({ kind: 'folder', hint: 'model' })
  await expect(client.files.browse({ path: backend.dataDir })).rejects.toThrow('belongs to Slipway')
})

test('the models table knows task, labels and memory, and its facets count them', async () => {
  const { client } = backend
  const { items, total } = await client.models.list({ sort: 'memory', label: 'tour' })
  expect(total).toBe(1)
  expect(items[0]).toMatchObject({ name: 'sample', state: 'ready', labels: ['tour'], task: 'chat' })
  expect(items[0]?.servingBytes).toBeGreaterThan(items[0]?.sizeBytes ?? 0)
  const facets = await client.models.facets({ q: 'sample' })
  expect(facets.total).toBe(1)
  expect(facets.label).toEqual([{ value: 'tour', count: 1 }])
  expect(facets.fit[0]).toEqual({ value: 'fits', count: 1 })
  const { devices, items: fits } = await client.models.fit({ id: ['sample', 'nobody'], precision: '8bit' })
  expect(devices[0]?.kind).toBe('cpu')
  const asStored = await client.models.fit({ id: ['sample'] })
  expect(asStored.items[0]?.devices.find(({ id }) => id === facets.device.id)?.totalBytes).toBe(items[0]?.servingBytes)
  expect(fits).toMatchObject([
    { id: 'sample', devices: [{ id: 'cpu', verdict: 'fits' }] },
    { id: 'nobody', devices: [] },
  ])
})

test('a model shows its card, its graph, and comes back after a removal with its alias', async () => {
  const { client } = backend
  expect((await client.models.card({ id: 'sample' })).text).toContain('Slipway')
  expect(await client.models.graph({ id: 'sample' })).toEqual({
    nodes: [{ id: modelId, kind: 'model', name: 'sample@1', state: 'ready' }],
    edges: [],
    isCut: false,
  })
  await client.models.update({ id: 'sample', alias: 'best' })
  const { removed } = await client.models.remove({ id: 'sample' })
  expect((await client.models.facets({})).total).toBe(0)
  for (const id of removed) await client.models.restore({ id })
  expect(await client.models.show({ id: 'sample@best' })).toMatchObject({ id: modelId, labels: ['tour'] })
})

test('an alias of a model is taken away from the version that has it, and the audit log tells', async () => {
  const { client } = backend
  await client.models.update({ id: 'sample', alias: 'chosen' })
  await expect(client.models.update({ id: 'sample', removeAlias: 'other' })).rejects.toThrow(
    'sample@1 has no alias other.',
  )
  const { aliases } = await client.models.update({ id: 'sample@chosen', removeAlias: 'chosen' })
  expect(aliases).not.toContain('chosen')
  await expect(client.models.show({ id: 'sample@chosen' })).rejects.toThrow('There is no model sample@chosen.')
  const { items } = await client.audit.list({ action: 'models.update' })
  expect(items[0]).toMatchObject({ object: modelId, result: 'ok' })
})

test('the log of a job is read by line', async () => {
  const { client } = backend
  const { items } = await client.jobs.list({ subject: modelId, state: ['done', 'failed'], sort: 'ended' })
  expect(items).toMatchObject([{ kind: 'verification', state: 'done' }])
  const page = await client.jobs.logs({ id: items[0]?.id ?? '', after: -1 })
  expect(page.lines.map(line => line.line)).toEqual(page.lines.map((_, i) => i))
  expect(page.total).toBe(page.lines.length)
})
