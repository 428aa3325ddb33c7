import { Buffer } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, symlinkSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RowReason } from '../../../contract/dataset-rows.ts'
import { importRows } from './import-rows.ts'
import { IssueLog } from './issue-log.ts'
import { imported, jsonLines, parquetCount, type Scratch, scratch } from './test-import.ts'

let at: Scratch
beforeEach(() => {
  at = scratch()
})
afterEach(() => at.remove())

const good = { prompt: 'a', response: 'b' }
const line = JSON.stringify(good)

const importing = (name: string, content: string | Buffer) => imported(at, at.file(name, content))

describe('a bad line is reported with place, reason and sample, and the rest is kept', () => {
  const cases: readonly (readonly [what: string, bad: string | Buffer, reason: string, column: number | undefined])[] =
    [
      ['cut off', '{"prompt":"a","resp', 'invalid_json', 15],
      ['trailing comma', '{"prompt":"a","response":"b",}', 'invalid_json', 30],
      ['two values', '{"prompt":"a","response":"b"} {}', 'invalid_json', 31],
      ['NaN', '{"prompt":"a","response":NaN}', 'invalid_json', 26],
      ['a raw tab in a string', '{"prompt":"a\tb","response":"b"}', 'invalid_json', 13],
      ['invalid UTF-8', Buffer.from('{"prompt":"é","response":"b"}', 'latin1'), 'invalid_utf8', 12],
      [
        'an overlong encoding',
        Buffer.concat([Buffer.from('{"prompt":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
        'invalid_utf8',
        12,
      ],
      ['a lone surrogate', '{"prompt":"\\ud800","response":"b"}', 'lone_surrogate', 12],
      ['a key twice', '{"prompt":"a","prompt":"b","response":"b"}', 'duplicate_key', 15],
      ['a key twice, once escaped', '{"prompt":"a","\\u0070rompt":"b","response":"b"}', 'duplicate_key', 15],
      ['200,000 levels', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, 'too_deep', 65],
      ['a number for a row', '7', 'wrong_type', undefined],
      ['a missing answer', '{"prompt":"a"}', 'missing_field', undefined],
      ['an empty answer', '{"prompt":"a","response":" \\n"}', 'no_answer', undefined],
      ['a number for text', '{"prompt":"a","response":4}', 'wrong_type', 26],
      [
        'an array with too many values',
        `{"prompt":"a","response":[${'1,'.repeat(1_000_001)}1]}`,
        'too_many_values',
        undefined,
      ],
    ]
  test.each(cases)('%s', async (_what, bad, reason, column) => {
    const content = Buffer.concat([
      Buffer.from(`\ufeff${line}\r\n${line}\r\n`),
      Buffer.from(bad),
      Buffer.from(`\n\n${line}`),
    ])
    const { result, rows } = await importing('a.jsonl', content)
    expect(rows).toHaveLength(3)
    expect(result).toMatchObject({ rows: 3, badRows: 1, reasons: { [reason]: 1 } })
    expect(result.issues[0]).toMatchObject({
      file: 'a.jsonl',
      line: 3,
      reason,
      ...(column !== undefined && { column }),
    })
    expect(result.issues[0]?.byteOffset).toBe(3 + 2 * (line.length + 2))
    expect(result.issues[0]?.sample.length).toBeLessThanOrEqual(200)
    expect(result.issues[0]?.message).not.toBe('')
  })
})

test('a line of prose is said to be no JSON, by its first word and not by a keyword that it resembles', async () => {
  const { result } = await importing('a.jsonl', [line, 'not json at all', '{"prompt":nul}', 'fish', 't'].join('\n'))
  expect(result.issues.map(({ message }) => message)).toEqual([
    expect.stringContaining('“not” is no JSON value'),
    expect.stringContaining('null is misspelt or cut off'),
    expect.stringContaining('“fish” is no JSON value'),
    expect.stringContaining('true is misspelt or cut off'),
  ])
})

test('one bad row in a million is found by its place, and the rest is kept', { timeout: 120_000 }, async () => {
  const bad = '{"prompt":"a" "response":"b"}'
  const rowBytes = line.length + 1
  const lines = Buffer.alloc(1_000_000 * rowBytes, `${line}\n`)
  lines.write(bad, 765_431 * rowBytes)
  const result = await importRows({ path: at.file('a.jsonl', lines), outDir: at.out })
  expect(result).toMatchObject({ rows: 999_999, badRows: 1, reasons: { invalid_json: 1 } })
  expect(result.issues).toMatchObject([
    { line: 765_432, byteOffset: 765_431 * rowBytes, reason: 'invalid_json', column: 15, sample: bad },
  ])
  expect(await parquetCount(result.file)).toBe(999_999)
})

test('many bad rows are all counted and all kept, in the order of the file', async () => {
  const lines = [...Array(5000).fill('{'), ...Array(300).fill('{"prompt":1,"response":"b"}'), ...Array(5).fill(line)]
  const { result } = await importing('a.jsonl', lines.reverse().join('\n'))
  expect(result).toMatchObject({ rows: 5, badRows: 5300, reasons: { invalid_json: 5000, wrong_type: 300 } })
  expect(result.issues.map(issue => issue.line)).toEqual(Array.from({ length: 5300 }, (_, index) => 6 + index))
})

test('beyond the bounds of what is kept all are still counted, and a flood of one reason hides no other', () => {
  const bad = (log: IssueLog, reason: RowReason, times: number) => {
    for (let line = 1; line <= times; line += 1)
      log.add({ file: 'a', line, reason, message: 'no' }, Buffer.from('{'.repeat(100)))
  }
  for (const bounds of [
    { rows: 1_000, bytes: Number.POSITIVE_INFINITY },
    { rows: Number.POSITIVE_INFINITY, bytes: 170_000 },
  ]) {
    const log = new IssueLog(bounds)
    bad(log, 'invalid_json', 5_000)
    bad(log, 'wrong_type', 300)
    expect(log.counts()).toEqual({ invalid_json: 5_000, wrong_type: 300 })
    const kept = (reason: RowReason) => log.kept.filter(issue => issue.reason === reason).length
    expect(kept('invalid_json')).toBeGreaterThan(900)
    expect(kept('invalid_json')).toBeLessThan(1_100)
    expect(kept('wrong_type')).toBe(100)
  }
})

test('__proto__ is a key like any other', async () => {
  const row =
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"prompt":"a","response":"b"}'
  await importing('a.jsonl', row)
  await importing('b.json', `{"__proto__":["x"],"prompt":["a"],"response":["b"]}`)
  await importing('c.csv', '__proto__,prompt,response\nx,a,b\n')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  expect(Object.keys(Object.prototype)).toEqual([])
})

test('a line of half a gigabyte is reported without being read into memory', async () => {
  const path = join(at.dir, 'a.jsonl')
  const fd = openSync(path, 'w')
  const block = Buffer.alloc(8 * 1024 * 1024, 0x61)
  writeSync(fd, `${line}\n{"prompt":"`)
  // Sparse: as many bytes to read, none on the disk.
  writeSync(fd, block, 0, block.length, 512 * 1024 ** 2)
  closeSync(fd)
  writeFileSync(path, `\n${line}\n`, { flag: 'a' })
  const before = process.memoryUsage().rss
  let highest = before
  const { result } = await imported(
    at,
    path,
    {},
    { onProgress: () => (highest = Math.max(highest, process.memoryUsage().rss)) },
  )
  expect(result).toMatchObject({ rows: 2, badRows: 1, reasons: { row_too_long: 1 } })
  expect(result.issues[0]).toMatchObject({ line: 2, sample: expect.stringMatching(/^\{"prompt":"/) })
  expect(highest - before).toBeLessThan(200 * 1024 * 1024)
})

test('damage in a JSON array costs the damaged rows only, when rows begin on lines of their own', async () => {
  const items = Array.from({ length: 50 }, (_, index) => JSON.stringify({ prompt: `p${index}`, response: 'b' }))
  items[10] = '{"prompt":"never closed, "response":"b"}'
  items[20] = '{"prompt":"a","response":"b"'
  items[30] = '7'
  const { result, rows } = await importing('a.json', `[\n  ${items.join(',\n  ')}\n]\n`)
  expect(rows).toHaveLength(47)
  expect(result.issues.map(issue => issue.line)).toEqual([12, 22, 32])
})

test('a CSV quote that is never closed costs its record only', async () => {
  const { result, rows } = await importing('a.csv', 'prompt,response\na,b\n"open,b\nc,"d" e\nf,g\nonly one\nh,i\n')
  expect(rows.map(row => JSON.stringify(row).match(/content":"(\w)"/)?.[1])).toEqual(['a', 'f', 'h'])
  expect(result.issues).toMatchObject([
    { line: 3, reason: 'csv_quote' },
    { line: 4, reason: 'csv_quote', column: 6 },
    { line: 6, reason: 'csv_columns' },
  ])
})

test('empty files, headers alone and folders of nothing say so', async () => {
  for (const [name, content] of [
    ['a.jsonl', ''],
    ['b.json', '[]'],
    ['c.csv', 'prompt,response\n'],
    ['d.txt', '\n \n'],
  ] as const)
    await expect(importing(name, content), name).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('no rows'),
    })
  mkdirSync(join(at.dir, 'empty'))
  await expect(imported(at, join(at.dir, 'empty'))).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(importing('a.jsonl', '{"prompt":1,"response":2}\n')).rejects.toMatchObject({
    message: expect.stringContaining('prompt must be text'),
  })
  expect(at.left()).toEqual([])
})

test('UTF-16, a false Parquet file and an unknown extension are named for what they are', async () => {
  await expect(importing('a.jsonl', Buffer.from('\ufeff{}', 'utf16le'))).rejects.toMatchObject({
    message: expect.stringContaining('UTF-16'),
  })
  await expect(importing('a.parquet', 'version https://git-lfs')).rejects.toMatchObject({
    hint: expect.stringContaining('Git LFS'),
  })
  await expect(
    importing('a.parquet', Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(100, 7)])),
  ).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('not a readable Parquet'),
  })
  await expect(importing('a.bin', 'x')).rejects.toMatchObject({
    code: 'unsupported',
    hint: expect.stringContaining('.jsonl'),
  })
})

describe('only regular files are read', () => {
  test.skipIf(process.platform === 'win32')(
    'a FIFO, a device, a kernel file and a link loop are refused at once',
    async () => {
      const fifo = join(at.dir, 'a.jsonl')
      execFileSync('mkfifo', [fifo])
      await expect(imported(at, fifo)).rejects.toMatchObject({ message: expect.stringContaining('a named pipe') })
      await expect(imported(at, '/dev/zero')).rejects.toMatchObject({ message: expect.stringContaining('a device') })
      symlinkSync('/dev/zero', join(at.dir, 'zero.jsonl'))
      await expect(imported(at, join(at.dir, 'zero.jsonl'))).rejects.toMatchObject({
        message: expect.stringContaining('a device'),
      })
      symlinkSync('loop.jsonl', join(at.dir, 'loop.jsonl'))
      await expect(imported(at, join(at.dir, 'loop.jsonl'))).rejects.toMatchObject({
        message: expect.stringContaining('loop'),
      })
      await expect(imported(at, join(at.dir, 'none.jsonl'))).rejects.toMatchObject({ code: 'not_found' })
    },
  )

  test.skipIf(process.platform !== 'linux')('files of the kernel are refused', async () => {
    await expect(imported(at, '/proc/self/mem')).rejects.toMatchObject({ message: expect.stringContaining('kernel') })
  })

  test.skipIf(process.platform === 'win32')(
    'inside a folder they are passed over, and a loop of folders ends',
    async () => {
      const dir = join(at.dir, 'set')
      mkdirSync(dir)
      execFileSync('mkfifo', [join(dir, 'pipe.jsonl')])
      symlinkSync('..', join(dir, 'up'))
      symlinkSync('gone.jsonl', join(dir, 'dead.jsonl'))
      at.file('real.jsonl', jsonLines([good]))
      symlinkSync('../real.jsonl', join(dir, 'real.jsonl'))
      const { result } = await imported(at, dir)
      expect(result.rows).toBe(1)
      expect(result.ignoredFiles.map(file => file.name).toSorted()).toEqual(['dead.jsonl', 'pipe.jsonl', 'up'])
    },
  )
})

describe('nothing half-made remains', () => {
  test('after a cancellation', async () => {
    const path = at.file('a.jsonl', Buffer.alloc(30_000_000, `${line}\n`))
    const abort = new AbortController()
    const importing = importRows({ path, outDir: at.out }, { signal: abort.signal, onProgress: () => abort.abort() })
    await expect(importing).rejects.toMatchObject({ code: 'cancelled' })
    expect(at.left()).toEqual([])
  })

  test('when the source changes while it is read', async () => {
    const path = at.file('a.jsonl', Buffer.alloc(9_000_000, `${line}\n`))
    const importing = importRows(
      { path, outDir: at.out },
      { onProgress: () => writeFileSync(path, 'x\n', { flag: 'a' }) },
    )
    await expect(importing).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('changed') })
    expect(at.left()).toEqual([])
  })

  test('when the folder cannot be written', async () => {
    const path = at.file('a.jsonl', line)
    const file = at.file('file', '')
    await expect(importRows({ path, outDir: join(file, 'out') })).rejects.toThrow(/a file where a folder belongs/)
  })
})

test('a sample cannot speak to a terminal', async () => {
  const { result } = await importing('a.jsonl', `${line}\n\u001b]8;;http://x\u0007{\u202e"prompt"`)
  expect(result.issues[0]?.sample).toBe(']8;;http://x { "prompt"')
})

test('paths with characters of a pattern are taken as they are', async () => {
  const dir = join(at.dir, "it's [a] *?")
  mkdirSync(dir)
  writeFileSync(join(dir, 'x.jsonl'), line)
  const result = await importRows({ path: join(dir, 'x.jsonl'), outDir: join(dir, 'out') })
  expect(result.rows).toBe(1)
  const { rows } = await imported(at, result.file)
  expect(rows).toHaveLength(1)
})
