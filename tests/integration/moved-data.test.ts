import { lstatSync, mkdirSync, readdirSync, readlinkSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { writeTinyGguf } from '../contract/engine-tiny-gguf.ts'
import { type RunningBackend, startBackend, temporaryDir } from '../support/backend.ts'
import { ended } from '../support/jobs.ts'

const sampleModel = fileURLToPath(new URL('../../resources/samples/model', import.meta.url))

let backend: RunningBackend | undefined
let home: string
afterEach(async () => {
  await backend?.dispose()
  rmSync(home, { recursive: true, force: true })
})

async function start(dataDir: string): Promise<RunningBackend['client']> {
  backend = await startBackend({ dataDir })
  return backend.client
}

/** Ends the backend and waits until it is gone, with its data directory left as it is. */
const stop = () => backend?.kill('SIGTERM')

async function copyOf(client: RunningBackend['client'], path: string, name: string): Promise<string> {
  const { id, jobId } = await client.models.import({ path, name, copy: true })
  expect((await ended(client, jobId)).state).toBe('done')
  return id
}

const linksIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isSymbolicLink())
    .map(entry => join(entry.parentPath, entry.name))

test('a data directory that was moved keeps its models: they open, verify and serve, and nothing of them is deleted', async () => {
  home = temporaryDir('moved')
  const [before, after] = [join(home, 'before'), join(home, 'after')]
  const tiny = join(home, 'tiny.gguf')
  writeTinyGguf(tiny, {})
  let client = await start(before)
  const id = await copyOf(client, sampleModel, 'copied')
  const served = await copyOf(client, tiny, 'served')
  await stop()
  renameSync(before, after)
  // Whoever still had the old place open must not be what makes it work.
  rmSync(tiny)

  client = await start(after)
  expect(await client.models.show({ id })).toMatchObject({ state: 'ready', path: join(after, 'models', id) })
  const { jobId } = await client.models.verify({ id })
  expect((await ended(client, jobId)).state).toBe('done')
  expect(await client.storage.prune({})).toEqual({ blobs: 0, folders: 0, freedBytes: 0 })
  expect((await client.models.show({ id: served })).path).toBe(join(after, 'models', served, 'tiny.gguf'))
  const deployed = await client.inference.deploy({ model: served, name: 'served', wait: true })
  expect(deployed).toMatchObject({ state: 'serving' })
  await client.inference.stop({ id: deployed.id, wait: true })
})

test('a GGUF model that is registered or copied as its folder is served by the file in it', async () => {
  home = temporaryDir('folder')
  const folder = join(home, 'model')
  mkdirSync(folder)
  writeTinyGguf(join(folder, 'tiny.gguf'), {})
  const client = await start(join(home, 'data'))
  const id = await copyOf(client, folder, 'copied')
  expect((await client.models.show({ id })).path).toBe(join(home, 'data', 'models', id))
  const deployed = await client.inference.deploy({ model: id, name: 'served', wait: true })
  expect(deployed).toMatchObject({ state: 'serving' })
  await client.inference.stop({ id: deployed.id, wait: true })
})

test('links of copies are relative, and those that an older Slipway made absolute become so, wherever they pointed', async () => {
  home = temporaryDir('links')
  const [before, after] = [join(home, 'before'), join(home, 'after')]
  let client = await start(before)
  const id = await copyOf(client, sampleModel, 'copied')
  await stop()
  const links = linksIn(join(before, 'models', id))
  expect(links.length).toBeGreaterThan(3)
  for (const link of links) {
    expect(isAbsolute(readlinkSync(link))).toBe(false)
    const target = realpathSync(link)
    expect(resolve(dirname(link), readlinkSync(link))).toBe(target)
    rmSync(link)
    symlinkSync(target, link)
  }
  renameSync(before, after)

  client = await start(after)
  for (const link of linksIn(join(after, 'models', id))) {
    expect(isAbsolute(readlinkSync(link))).toBe(false)
    expect(lstatSync(realpathSync(link)).isFile()).toBe(true)
  }
  const { jobId } = await client.models.verify({ id })
  expect((await ended(client, jobId)).state).toBe('done')
})
