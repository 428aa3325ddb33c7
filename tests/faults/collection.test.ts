import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import type { ModelDetail } from '../../main/contract/models.ts'
import type { HashConfig } from '../../main/domains/models/verification.ts'
import { createCollector } from '../../main/platform/blobs/collector.ts'
import { createBlobStore } from '../../main/platform/blobs/store.ts'
import { silentLog } from '../../main/platform/log.ts'
import { f32, safetensors } from '../fixtures/make-models.ts'
import { type RunningBackend, startBackend, temporaryDir } from '../support/backend.ts'
import { keptIn } from '../support/conversions.ts'
import { ended } from '../support/jobs.ts'

/** Bytes that nothing needs are deleted; bytes that something needs are there after a kill at any step. */

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const killAt = (below: readonly string[], at: number) => ({
  NODE_OPTIONS: `--import ${new URL('../support/kill-at.ts', import.meta.url).href}`,
  SLIPWAY_TEST_KILL_BELOW: below.join(delimiter),
  SLIPWAY_TEST_KILL_AT: String(at),
})

const cleanUps: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})
function temporary(name: string): string {
  const folder = temporaryDir(name)
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A model's folder with two files of its own and one that every such model has. */
function modelIn(folder: string, seed: number): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.safetensors'), safetensors({ w: f32([64, 64], seed) }))
  writeFileSync(join(folder, 'notes.md'), `model ${seed}`)
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ model_type: 'llama', architectures: ['LlamaForCausalLM'] }),
  )
  return folder
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

function blobsIn(dataDir: string): string[] {
  const root = join(dataDir, 'blobs')
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
}

/** Every digest that the database names for what is there and lies in the data directory. */
function neededBy(dataDir: string): string[] {
  const db = new Database(join(dataDir, 'slipway.db'), { readonly: true })
  try {
    return db
      .prepare<[string], { sha256: string }>(
        `SELECT sha256 FROM dataset_files UNION
         SELECT f.sha256 FROM model_files f JOIN model_versions v ON v.id = f.version_id WHERE v.path LIKE ? || '/%'`,
      )
      .all(join(dataDir, 'models'))
      .map(row => row.sha256)
      .sort()
  } finally {
    db.close()
  }
}

describe('removing for good, killed at every step', () => {
  test('loses nothing that something needs, and the next start frees the rest', { timeout: 300_000 }, async () => {
    // Links and rows name absolute paths: every round happens in the same place.
    const dataDir = temporary('killed')
    const snapshot = join(temporary('snapshot'), 'data')
    const own = temporary('own models')
    const { kept, gone } = await prepare(dataDir, own)
    cpSync(dataDir, snapshot, { recursive: true, verbatimSymlinks: true })
    let steps = 0
    for (let isKilled = true; isKilled; steps += 1) {
      rmSync(dataDir, { recursive: true })
      cpSync(snapshot, dataDir, { recursive: true, verbatimSymlinks: true })
      isKilled = await removeWhileKilled(dataDir, gone, steps + 1)
      await holds(dataDir, kept)
    }
    // The steps of the deletion itself are among them: three condemned blobs, a folder, and what is looked at before.
    expect(steps).toBeGreaterThan(8)
    expect(readdirSync(own).sort()).toEqual(['gone', 'in place', 'kept'])
    for (const name of readdirSync(own)) expect(readdirSync(join(own, name))).toHaveLength(3)
  })

  type Prepared = { readonly kept: readonly string[]; readonly gone: readonly string[] }

  /** Two copied models that share a file, a registered one, two datasets. */
  async function prepare(dataDir: string, own: string): Promise<Prepared> {
    const backend = await startBackend({ dataDir })
    const { client } = backend
    const imports: string[] = []
    for (const [seed, name] of ['kept', 'gone', 'in place'].entries()) {
      const { jobId } = await client.models.import({ path: modelIn(join(own, name), seed), name, copy: seed < 2 })
      imports.push(jobId)
    }
    for (const name of ['kept rows', 'gone rows']) {
      const path = join(temporary('rows'), 'rows.jsonl')
      writeFileSync(path, `{"prompt":"${name}","response":"b"}\n`)
      const { jobId } = await client.datasets.import({ path, name })
      await ended(client, jobId)
    }
    for (const jobId of imports) expect((await ended(client, jobId)).state).toBe('done')
    await backend.kill('SIGTERM')
    return { kept: ['kept', 'in place', 'kept rows'], gone: ['gone', 'gone rows'] }
  }

  /** Whether the kill came before the removals were over. */
  async function removeWhileKilled(dataDir: string, gone: readonly string[], at: number): Promise<boolean> {
    let backend: RunningBackend
    try {
      backend = await startBackend({ dataDir, env: killAt([join(dataDir, 'blobs'), join(dataDir, 'models')], at) })
    } catch {
      return true // killed as it started
    }
    const exited = once(backend.child, 'exit')
    const [model = '', dataset = ''] = gone
    const steps = (async () => {
      await backend.client.models.remove({ id: model, purge: true })
      await backend.client.datasets.remove({ id: dataset, purge: true })
      await backend.client.storage.prune({})
      await backend.client.system.stop({})
    })().catch(() => undefined) // cut off by the kill
    const [[code, signal]] = await Promise.all([exited, steps])
    expect([code, signal]).toEqual(signal === null ? [0, null] : [null, 'SIGKILL'])
    return signal === 'SIGKILL'
  }

  /** After the next start: what is there is whole, and once the removals are repeated only what is needed is left. */
  async function holds(dataDir: string, kept: readonly string[]): Promise<void> {
    const backend = await startBackend({ dataDir })
    try {
      const { client } = backend
      for (const { id } of (await client.models.list({})).items) isWhole(await client.models.show({ id }))
      for (const { id, name } of (await client.datasets.list({})).items)
        expect((await client.datasets.preview({ id })).total, name).toBe(1)
      const names = [...(await client.models.list({})).items, ...(await client.datasets.list({})).items].map(
        each => each.name,
      )
      expect(names).toEqual(expect.arrayContaining([...kept]))
      if (names.includes('gone')) await client.models.remove({ id: 'gone', purge: true })
      if (names.includes('gone rows')) await client.datasets.remove({ id: 'gone rows', purge: true })
      await client.storage.prune({})
      const folders = keptIn(dataDir)
      expect(folders).toHaveLength(1)
      const folder = join(dataDir, 'models', folders[0] ?? '')
      const links = readdirSync(folder).filter(name => name !== 'SHA256SUMS')
      expect(links).toHaveLength(3)
      // Asked through the link: it leads to a blob that is there.
      for (const name of links) expect(existsSync(join(folder, name)), name).toBe(true)
    } finally {
      await backend.kill('SIGTERM')
    }
    expect(blobsIn(dataDir).map(path => path.slice(-64))).toEqual(neededBy(dataDir))
    for (const path of blobsIn(dataDir)) expect(sha256(path)).toBe(path.slice(-64))
  }

  function isWhole({ name, path, files }: ModelDetail) {
    for (const file of files) expect(sha256(join(path, file.path)), `${file.path} of ${name}`).toBe(file.sha256)
  }
})

test('a copy that is killed at every step leaves whole blobs or none, and a sweep takes back what it stored', {
  timeout: 120_000,
}, async () => {
  const dir = temporary('copy')
  const source = modelIn(join(dir, 'source'), 7)
  const files = readdirSync(source).map(path => ({ path, sizeBytes: readFileSync(join(source, path)).length }))
  const shared = sha256(join(source, 'config.json'))
  let steps = 0
  for (let isKilled = true; isKilled; steps += 1) {
    const dataDir = join(dir, String(steps))
    const root = join(dataDir, 'blobs')
    const blobs = createBlobStore(root)
    await blobs.putFile(join(source, 'config.json'))
    const config: HashConfig = {
      root: source,
      files,
      mode: 'copy',
      blobsRoot: root,
      target: { dir: join(dataDir, 'models', 'm'), partialDir: join(dataDir, 'models', 'm.partial-1') },
    }
    writeFileSync(join(dataDir, 'config.json'), JSON.stringify(config))
    isKilled = await copied(dataDir, steps + 1)
    for (const path of blobsIn(dataDir)) expect(sha256(path)).toBe(path.slice(-64))
    const collector = createCollector({
      root,
      dataDir,
      db: undefined as never, // this keeper knows by itself
      keepers: () => [
        {
          isUsed: (_db, digest) => digest === shared,
          storing: () => undefined,
          folders: () => [],
          isFolderUsed: () => true,
        },
      ],
      log: silentLog,
    })
    await collector.sweep()
    expect(blobsIn(dataDir)).toEqual([blobs.pathOf(shared)])
    expect(readdirSync(join(root, 'tmp'))).toEqual([])
  }
  expect(steps).toBeGreaterThan(15)
})

/** Whether the copying program was killed before its end. */
async function copied(dataDir: string, at: number): Promise<boolean> {
  const child = spawn(process.execPath, [fromRoot('main/entry/hash-files.ts'), join(dataDir, 'config.json')], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, ...killAt([join(dataDir, 'blobs'), join(dataDir, 'models')], at) },
  })
  const [code, signal] = await once(child, 'exit')
  expect([code, signal]).toEqual(signal === null ? [0, null] : [null, 'SIGKILL'])
  return signal === 'SIGKILL'
}
