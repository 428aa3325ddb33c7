import { Buffer } from 'node:buffer'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { archiveLimits } from './archive-guard.ts'
import { imported, type Scratch, scratch } from './test-import.ts'
import { unpack } from './unpack.ts'

const row = '{"prompt":"a","response":"b"}\n'

let at: Scratch
beforeEach(() => {
  at = scratch()
})
afterEach(() => at.remove())

type Entry = {
  readonly name: string
  readonly data?: string | Buffer
  readonly unixMode?: number
  readonly declaredSize?: number
  readonly flags?: number
  /** Use the local header (and the bytes) of the first entry. */
  readonly overlaps?: boolean
}

/** A ZIP writer that writes whatever it is told (APPNOTE 6.3.10, without ZIP64). */
function zip(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const data = Buffer.from(entry.data ?? row)
    const packed = deflateRawSync(data)
    const size = entry.declaredSize ?? data.length
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(entry.flags ?? 0x0800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(size, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed])
    const header = Buffer.alloc(46)
    header.write('PK\x01\x02')
    header.writeUInt16LE((3 << 8) | 20, 4)
    common.copy(header, 6)
    header.writeUInt32LE(((entry.unixMode ?? 0o100644) << 16) >>> 0, 38)
    header.writeUInt32LE(entry.overlaps ? 0 : offset, 42)
    central.push(header, name)
    parts.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, directory, end])
}

type TarEntry = {
  readonly name: string
  readonly data?: string
  readonly type?: string
  readonly link?: string
  readonly size?: Buffer
}

/** A ustar writer that writes whatever it is told (POSIX.1-1988). */
function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, data = row, type = '0', link = '', size }) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write('0000644\0', 100)
    header.write('0000000\0', 108)
    header.write('0000000\0', 116)
    if (size) size.copy(header, 124)
    else header.write(`${(type === '0' ? data.length : 0).toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\0', 136)
    header.write(type, 156)
    header.write(link, 157)
    header.write('ustar\x0000', 257)
    header.write('        ', 148)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    const body =
      type === '0'
        ? Buffer.concat([Buffer.from(data), Buffer.alloc((512 - (data.length % 512)) % 512)])
        : Buffer.alloc(0)
    return [header, body]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** Nothing may change outside the import's own folder: this is all that lies around it. */
const surroundings = () => readdirSync(at.dir, { recursive: true }).map(String).toSorted()

const refused = async (name: string, bytes: Buffer, why: RegExp) => {
  const path = at.file(name, bytes)
  mkdirSync(at.out)
  writeFileSync(join(at.dir, 'canary'), 'alive')
  const before = surroundings()
  const error = await imported(at, path).then(
    () => undefined,
    failure => failure,
  )
  expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(why) })
  expect(error.hint).toContain('Nothing was unpacked')
  expect(surroundings()).toEqual(before)
}

test('zip, tar, tar.gz and gz are read like what they hold', async () => {
  const files = [
    { name: 'set/' + 'a.jsonl', data: row },
    { name: 'set/b.csv', data: 'prompt,response\nc,d\n' },
    { name: 'LICENSE', data: 'x' },
  ]
  for (const [name, bytes, rows] of [
    ['a.zip', zip([{ name: 'set/', data: '', unixMode: 0o040755 }, ...files]), 2],
    ['a.tar', tar([{ name: 'set/', type: '5' }, ...files]), 2],
    ['a.tar.gz', gzipSync(tar(files)), 2],
    ['a.jsonl.gz', gzipSync(row + row), 2],
  ] as const) {
    const { result } = await imported(at, at.file(name, bytes))
    expect(result.rows, name).toBe(rows)
    expect(result.sources, name).toMatchObject([{ path: join(at.dir, name), rows, sizeBytes: bytes.length }])
    expect(at.left(), name).toEqual(['rows.parquet'])
  }
})

test('a bad row inside an archive is named with archive, file and line', async () => {
  const { result } = await imported(at, at.file('a.zip', zip([{ name: 'd/x.jsonl', data: `${row}{\n` }])))
  expect(result.issues).toMatchObject([{ file: 'a.zip/d/x.jsonl', line: 2, reason: 'invalid_json' }])
})

describe('a zip is refused as a whole for', () => {
  const cases: readonly (readonly [what: string, entries: readonly Entry[], why: RegExp])[] = [
    ['a way up', [{ name: 'ok.jsonl' }, { name: '../evil.jsonl' }], /leads outside/],
    ['a way up with backslashes', [{ name: 'a\\..\\..\\evil.jsonl' }], /leads outside/],
    ['an absolute path', [{ name: '/tmp/evil.jsonl' }], /leads outside/],
    ['a drive', [{ name: 'C:evil.jsonl' }], /leads outside/],
    ['a zero byte', [{ name: 'a.jsonl\0.png' }], /zero byte/],
    ['a line break in a name', [{ name: 'a\n.jsonl' }], /control characters/],
    ['names that differ in case', [{ name: 'a.jsonl' }, { name: 'A.jsonl' }], /collides/],
    ['names that differ in Unicode form', [{ name: 'é.jsonl' }, { name: 'e\u0301.jsonl' }], /collides/],
    ['the same name twice', [{ name: 'a.jsonl' }, { name: 'a.jsonl' }], /collides/],
    ['a file where a folder is', [{ name: 'a' }, { name: 'a/b.jsonl' }], /collides/],
    ['a symbolic link', [{ name: 'a.jsonl', data: '/etc/passwd', unixMode: 0o120777 }], /link/],
    ['a device', [{ name: 'a.jsonl', unixMode: 0o020666 }], /device/],
    ['encryption', [{ name: 'a.jsonl', flags: 0x0801 }], /encrypted/],
    ['entries that overlap', [{ name: 'a.jsonl' }, { name: 'b.jsonl', overlaps: true }], /overlap/],
    ['more bytes than declared', [{ name: 'a.jsonl', declaredSize: 3 }], /damaged/],
    [
      'a declared terabyte',
      Array.from({ length: 100 }, (_, i) => ({ name: `${i}.jsonl`, declaredSize: 4_000_000_000 })),
      /bomb|bytes/,
    ],
  ]
  test.each(cases)('%s', async (_what, entries, why) => refused('a.zip', zip(entries), why))

  test('a bomb', () => refused('a.zip', zip([{ name: 'a.jsonl', data: Buffer.alloc(80_000_000, row) }]), /bomb/))
  test('bytes that are cut off', () => refused('a.zip', zip([{ name: 'a.jsonl' }]).subarray(0, -30), /damaged/))
})

describe('a tar is refused as a whole for', () => {
  // Base 256, two's complement: -256.
  const negative = Buffer.concat([Buffer.alloc(11, 0xff), Buffer.from([0])])
  const huge = Buffer.concat([Buffer.from([0x80]), Buffer.alloc(11, 0x7f)])
  const cases: readonly (readonly [what: string, entries: readonly TarEntry[], why: RegExp])[] = [
    ['a way up', [{ name: 'ok.jsonl' }, { name: '../evil.jsonl' }], /leads outside/],
    ['an absolute path', [{ name: '/tmp/evil.jsonl' }], /absolute/],
    ['a drive', [{ name: 'C:\\evil.jsonl' }], /drive/],
    [
      'a symbolic link, then a file through it',
      [{ name: 'd', type: '2', link: '/tmp' }, { name: 'd/evil.jsonl' }],
      /symlink/,
    ],
    ['a hard link', [{ name: 'a.jsonl', type: '1', link: '/etc/passwd' }], /is a link/],
    ['a device', [{ name: 'a.jsonl', type: '3' }], /character-device/],
    ['a pipe', [{ name: 'a.jsonl', type: '6' }], /fifo/],
    ['names that differ in case', [{ name: 'a.jsonl' }, { name: 'A.JSONL' }], /collides/],
    ['a negative size', [{ name: 'a.jsonl', size: negative }], /negative|Invalid header/],
    ['an impossible size', [{ name: 'a.jsonl', size: huge }], /impossible/],
  ]
  test.each(cases)('%s', async (_what, entries, why) => refused('a.tar', tar(entries), why))
  test.each(cases)('%s, compressed', async (_what, entries, why) => refused('a.tar.gz', gzipSync(tar(entries)), why))

  test('a bomb', () => refused('a.tar.gz', gzipSync(tar([{ name: 'a.jsonl', data: row.repeat(3_000_000) }])), /bomb/))
  test('a compressed bomb of one file', () => refused('a.jsonl.gz', gzipSync(Buffer.alloc(80_000_000, row)), /bomb/))
  test('bytes that are cut off', () =>
    refused('a.tar.gz', gzipSync(tar([{ name: 'a.jsonl' }])).subarray(0, 60), /damaged/))
})

test('more entries than allowed are refused, and the disk keeps its reserve', async () => {
  const path = at.file('a.zip', zip(Array.from({ length: 20 }, (_, index) => ({ name: `${index}.jsonl` }))))
  mkdirSync(at.out)
  await expect(unpack(path, 'zip', at.out, { limits: { ...archiveLimits, entries: 10 } })).rejects.toMatchObject({
    message: expect.stringContaining('more than 10 entries'),
  })
  await expect(
    unpack(path, 'zip', at.out, { limits: { ...archiveLimits, reserveBytes: 2 ** 52 } }),
  ).rejects.toMatchObject({
    code: 'storage_full',
  })
  expect(at.left()).toEqual([])
})
