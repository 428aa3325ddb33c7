import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keptAsideName } from '../db/kept-aside.ts'
import type { ReadableDb } from '../db/types.ts'
import { silentLog } from '../log.ts'
import { type BytesKeeper, type Collector, createCollector, type Freed } from './collector.ts'
import { type BlobStore, createBlobStore } from './store.ts'

let dir: string
let db: Database.Database
let blobs: BlobStore
let collector: Collector
/** What a job stores just now; each question takes the first. */
let storing: (() => string | undefined) | undefined
let folders: string[]

const openTable = (path: string) => {
  mkdirSync(dirname(path), { recursive: true })
  const opened = new Database(path)
  opened.exec('CREATE TABLE IF NOT EXISTS needed (what TEXT PRIMARY KEY)')
  return opened
}
const isNeeded = (from: ReadableDb, what: string) =>
  from.prepare<[string], { what: string }>('SELECT what FROM needed WHERE what = ?').get(what) !== undefined
const need = (what: string, into = db) => void into.prepare('INSERT INTO needed VALUES (?)').run(what)

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway collect '))
  db = openTable(join(dir, 'slipway.db'))
  blobs = createBlobStore(join(dir, 'blobs'))
  storing = undefined
  folders = []
  const keeper: BytesKeeper = {
    isUsed: isNeeded,
    storing: () => storing?.(),
    folders: () => folders,
    isFolderUsed: isNeeded,
  }
  const readable = db as unknown as ReadableDb // the brand exists only in the type
  collector = createCollector({
    root: join(dir, 'blobs'),
    dataDir: dir,
    db: readable,
    keepers: () => [keeper],
    log: silentLog,
  })
})
afterEach(async () => {
  await collector.close()
  db.close()
  rmSync(dir, { recursive: true, force: true })
})

async function stored(text: string): Promise<string> {
  const path = join(dir, 'source')
  writeFileSync(path, text)
  return (await blobs.putFile(path)).sha256
}
const nothing = { blobs: 0, folders: 0, freedBytes: 0 }

test('what no row needs is deleted, with a word on how much; what one needs stays as it is', async () => {
  const [kept, gone, also] = [await stored('kept'), await stored('gone'), await stored('gone too')]
  need(kept)
  expect(await collector.sweep()).toEqual({ blobs: 2, folders: 0, freedBytes: 12 })
  expect([kept, gone, also].map(blobs.has)).toEqual([true, false, false])
  expect(readFileSync(blobs.pathOf(kept), 'utf8')).toBe('kept')
  expect(await collector.sweep()).toEqual(nothing)
})

test('what is not a blob is nobody’s to delete', async () => {
  const gone = await stored('gone')
  const strangers = ['notes.txt', join('aa', 'bb', 'c'.repeat(64)), join(gone.slice(0, 2), 'readme'), 'quarantine/x']
  for (const name of strangers) {
    const path = join(dir, 'blobs', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'mine')
  }
  expect((await collector.sweep()).blobs).toBe(1)
  for (const name of strangers) expect(readFileSync(join(dir, 'blobs', name), 'utf8')).toBe('mine')
})

test('a folder goes only when no row needs it, and what it links to stays', async () => {
  const kept = await stored('kept')
  need(kept)
  mkdirSync(join(dir, 'own'))
  writeFileSync(join(dir, 'own', 'weights'), 'the user’s own')
  for (const name of ['needed', 'unneeded']) {
    folders.push(join(dir, name))
    mkdirSync(join(dir, name))
    writeFileSync(join(dir, name, 'card'), '123')
    symlinkSync(blobs.pathOf(kept), join(dir, name, 'weights'))
    symlinkSync(join(dir, 'own'), join(dir, name, 'own'))
  }
  need(join(dir, 'needed'))
  expect(await collector.sweep()).toEqual({ blobs: 0, folders: 1, freedBytes: 3 })
  expect(readdirSync(join(dir, 'needed'))).toEqual(['card', 'own', 'weights'])
  expect(existsSync(join(dir, 'unneeded'))).toBe(false)
  expect(readFileSync(join(dir, 'own', 'weights'), 'utf8')).toBe('the user’s own')
  expect(blobs.has(kept)).toBe(true)
})

test('nothing is deleted while a job stores; it is afterwards, without being asked again', async () => {
  const gone = await stored('gone')
  storing = () => 'the dataset notes'
  await expect(collector.sweep()).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('the dataset notes'),
    hint: expect.stringContaining('jobs list'),
  })
  collector.release([gone])
  collector.sweepSoon()
  await new Promise(resolve => setImmediate(resolve))
  expect(blobs.has(gone)).toBe(true)
  storing = undefined
  collector.storingEnded(false)
  await expect.poll(() => blobs.has(gone)).toBe(false)
})

test('a job that begins to store in the middle of a sweep ends it: what it has found is not deleted under it', async () => {
  const all = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(text => storedAs(text)))
  let questions = 0
  storing = () => {
    questions += 1
    return questions > 3 ? 'a copy' : undefined
  }
  await expect(collector.sweep()).rejects.toMatchObject({ code: 'conflict' })
  const left = all.filter(blobs.has)
  expect(left.length).toBeGreaterThan(0)
  expect(left.length).toBeLessThan(all.length)
})

async function storedAs(text: string): Promise<string> {
  const path = join(dir, `source ${text}`)
  writeFileSync(path, text)
  return (await blobs.putFile(path)).sha256
}

test('bytes that this process is storing stay; when storing fails, what it left goes', async () => {
  let left = ''
  const failing = collector.whileStoring('a split', async () => {
    left = await stored('half of a split')
    await expect(collector.sweep()).rejects.toMatchObject({ code: 'conflict' })
    throw new Error('the other half could not be stored')
  })
  await expect(failing).rejects.toThrow(/other half/)
  await expect.poll(() => blobs.has(left)).toBe(false)
})

test('released bytes go at once, unless something else needs them', async () => {
  const [gone, shared] = [await stored('gone'), await stored('shared')]
  need(shared)
  collector.release([gone, shared, 'f'.repeat(64)])
  expect([gone, shared].map(blobs.has)).toEqual([false, true])
})

test('a database that a restore kept aside still needs its bytes, until its folder is deleted', async () => {
  const wanted = await stored('of the replaced database')
  const aside = join(dir, keptAsideName(Date.now() + 1_000))
  const other = openTable(join(aside, 'slipway.db'))
  need(wanted, other)
  other.close()
  await stored('of nobody')
  expect(await collector.sweep()).toMatchObject({ blobs: 1 })
  expect(blobs.has(wanted)).toBe(true)
  rmSync(aside, { recursive: true })
  expect(await collector.sweep()).toMatchObject({ blobs: 1 })
})

test('a damaged database kept aside keeps all that was stored before it', async () => {
  const older = await stored('older')
  const aside = join(dir, keptAsideName(Date.now() + 60_000))
  mkdirSync(aside)
  writeFileSync(join(aside, 'slipway.db'), 'no database at all, but long enough to be read as one'.repeat(100))
  expect(await collector.sweep()).toEqual(nothing)
  expect(blobs.has(older)).toBe(true)
})

test('a sweep that is cancelled stops, and the next one goes on', async () => {
  for (const text of ['a', 'b', 'c']) await stored(text)
  await expect(collector.sweep(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  expect(await collector.sweep()).toMatchObject({ blobs: 3 })
})

test('a survey tells what a sweep would delete, and deletes nothing; the sweep then deletes that', async () => {
  const [kept, gone] = [await stored('kept'), await stored('gone')]
  need(kept)
  folders.push(join(dir, 'unneeded'))
  mkdirSync(join(dir, 'unneeded'))
  writeFileSync(join(dir, 'unneeded', 'card'), '123')
  const seen: unknown[] = []
  await collector.survey({
    blob: (...blob) => seen.push(blob),
    unneededFolder: (...folder) => seen.push(folder),
  })
  expect(seen).toHaveLength(3)
  expect(seen).toEqual(
    expect.arrayContaining([
      [kept, 4, true],
      [gone, 4, false],
      [join(dir, 'unneeded'), 1, 3],
    ]),
  )
  expect([blobs.has(gone), existsSync(join(dir, 'unneeded'))]).toEqual([true, true])
  const told: Freed[] = []
  const freed = await collector.sweep(undefined, each => told.push(each))
  expect(freed).toEqual({ blobs: 1, folders: 1, freedBytes: 7 })
  expect(told).toEqual([{ blobs: 0, folders: 1, freedBytes: 3 }, freed])
})
