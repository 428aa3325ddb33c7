import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBlobStore, sweepTemporary } from './store.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway blobs '))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const fileOf = (name: string, bytes: Buffer | string) => {
  const path = join(dir, name)
  writeFileSync(path, bytes)
  return path
}
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
const storeAt = () => createBlobStore(join(dir, 'store'))
const nothingHalfMade = () => expect(readdirSync(join(dir, 'store', 'tmp'))).toEqual([])

test('a file is stored under its hash, read-only, and its source stays', async () => {
  const blobs = storeAt()
  const bytes = Buffer.alloc(9_000_000, 'weights')
  const source = fileOf('a.bin', bytes)
  const counted: number[] = []
  const blob = await blobs.putFile(source, { onBytes: done => counted.push(done) })
  expect(blob).toEqual({ sha256: sha256(bytes), sizeBytes: bytes.length })
  expect(readFileSync(blobs.pathOf(blob.sha256)).equals(bytes)).toBe(true)
  expect(statSync(blobs.pathOf(blob.sha256)).mode & 0o777).toBe(0o444)
  expect(existsSync(source)).toBe(true)
  expect(counted.at(-1)).toBe(bytes.length)
  nothingHalfMade()
})

test('the same bytes are stored once', async () => {
  const blobs = storeAt()
  const first = await blobs.putFile(fileOf('a', 'same'))
  const { ino } = statSync(blobs.pathOf(first.sha256))
  const second = await blobs.putFile(fileOf('b', 'same'))
  expect(second).toEqual(first)
  expect(statSync(blobs.pathOf(first.sha256)).ino).toBe(ino)
  nothingHalfMade()
})

test('a file that is not what was expected is refused, and nothing of it stays', async () => {
  const blobs = storeAt()
  await expect(blobs.putFile(fileOf('a', 'other'), { expectedSha256: sha256('this') })).rejects.toMatchObject({
    code: 'invalid_input',
  })
  expect(blobs.has(sha256('other'))).toBe(false)
  nothingHalfMade()
})

test('a digest that is a path is refused before a path is made of it', () => {
  const blobs = storeAt()
  for (const digest of ['../../../../etc/passwd', `${'a'.repeat(63)}/`, 'A'.repeat(64), '', `${sha256('x')}\0`]) {
    expect(() => blobs.pathOf(digest)).toThrow(/digest/)
  }
})

test('a file of ours is moved in, not copied', async () => {
  const blobs = storeAt()
  mkdirSync(join(dir, 'store'), { recursive: true })
  const made = fileOf('made.parquet', 'rows')
  const { ino } = statSync(made)
  const { sha256: digest } = await blobs.adoptFile(made)
  expect(existsSync(made)).toBe(false)
  expect(statSync(blobs.pathOf(digest)).ino).toBe(ino)
})

test('damaged bytes are found, moved aside and never served again', async () => {
  const blobs = storeAt()
  const { sha256: digest } = await blobs.putFile(fileOf('a', Buffer.alloc(8192, 'x')))
  expect(await blobs.verify(digest)).toMatchObject({ sha256: digest })
  const path = blobs.pathOf(digest)
  const bytes = readFileSync(path)
  bytes.fill(0, 4096, 8192) // one page zeroed in place, the size kept
  rmSync(path)
  writeFileSync(path, bytes)
  await expect(blobs.verify(digest)).rejects.toMatchObject({ code: 'storage_damaged' })
  expect(blobs.has(digest)).toBe(false)
  expect(readdirSync(join(dir, 'store', 'quarantine'))).toHaveLength(1)
})

test('only what dead writers left behind is swept', async () => {
  storeAt()
  const temporary = join(dir, 'store', 'tmp')
  writeFileSync(join(temporary, `${process.pid}-alive`), '')
  writeFileSync(join(temporary, '999999999-dead'), '')
  sweepTemporary(join(dir, 'store'))
  expect(readdirSync(temporary)).toEqual([`${process.pid}-alive`])
})

test('folders, loops and missing files end in a message', async () => {
  const blobs = storeAt()
  symlinkSync(join(dir, 'loop'), join(dir, 'loop'))
  await expect(blobs.putFile(dir)).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(blobs.putFile(join(dir, 'loop'))).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(blobs.putFile(join(dir, 'nothing'))).rejects.toMatchObject({ code: 'not_found' })
  nothingHalfMade()
})

test('a copy can be cancelled and leaves nothing', async () => {
  const blobs = storeAt()
  const source = fileOf('big', Buffer.alloc(30_000_000))
  const stop = new AbortController()
  await expect(blobs.putFile(source, { signal: stop.signal, onBytes: () => stop.abort() })).rejects.toMatchObject({
    code: 'cancelled',
  })
  nothingHalfMade()
})
