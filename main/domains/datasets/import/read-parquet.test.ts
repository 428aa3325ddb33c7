import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readParquet } from './read-parquet.ts'
import { openRegularFile } from './regular-file.ts'
import { parquetOf, type Scratch, scratch } from './test-import.ts'

let at: Scratch
beforeEach(() => {
  at = scratch()
})
afterEach(() => at.remove())

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

test('all bytes are read for the hash of an import, and none of a large file for a sample of its rows', async () => {
  const path = await parquetOf(at, [{ prompt: 'a', response: 'b' }])
  for (const [isHashed, expected] of [
    [true, sha256(readFileSync(path))],
    [false, sha256(Buffer.alloc(0))],
  ] as const) {
    const file = openRegularFile(path, { isHashed })
    const rows: string[] = []
    const row = (bytes: Buffer, start: number, end: number) => rows.push(bytes.toString('utf8', start, end)) > 0
    await readParquet(file, { row, bad: () => true }, async () => undefined)
    expect(rows).toEqual(['{"prompt":"a","response":"b"}'])
    expect(file.sha256()).toBe(expected)
    file.close()
  }
})
