import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDuck } from '../import/duckdb.ts'
import { type Scratch, scratch } from '../import/test-import.ts'
import { checkRows } from './check.ts'

const rowsOfFile = 22_000
let at: Scratch
let files: readonly string[]

// Several files of many row groups, as the rows of a large set are stored.
beforeAll(async () => {
  at = scratch()
  files = ['first', 'second'].map(name => join(at.dir, `${name}.parquet`))
  const connection = await openDuck({ memoryLimitMiB: 256, threads: 1 })
  for (const [place, file] of files.entries())
    await connection.run(
      `COPY (SELECT CASE WHEN i IN (7, 21000) THEN 'Said, TWICE!' ELSE 'row ' || i || ' of ${place}' END AS text FROM range(${rowsOfFile}) t(i))
       TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
    )
  connection.closeSync()
})
afterAll(() => at.remove())

const check = async (hooks: Parameters<typeof checkRows>[2]) => {
  const connection = await openDuck({ memoryLimitMiB: 256, threads: 2 })
  try {
    return await checkRows(connection, { kind: 'text', files, rows: 2 * rowsOfFile }, hooks)
  } finally {
    connection.closeSync()
  }
}

test('rows are counted across files and row groups, and how many were looked at is told on the way', async () => {
  const told: number[] = []
  const problems = await check({ onRows: done => told.push(done) })
  expect(problems).toMatchObject([{ code: 'duplicate', count: 3, rows: [21_000, 22_007, 43_000] }])
  expect(told).toEqual([4096, 8192, 12_288, 16_384, 20_480, 22_000, 26_096, 30_192, 34_288, 38_384, 42_480, 44_000])
})

test('a check that is cancelled looks at no further rows', async () => {
  const told: number[] = []
  const stop = new AbortController()
  const onRows = (done: number) => {
    told.push(done)
    stop.abort()
  }
  await expect(check({ signal: stop.signal, onRows })).rejects.toThrow(/abort/i)
  expect(told).toEqual([4096])
})

test('a row group of long rows is looked at in parts, so that how far it is keeps moving', async () => {
  const file = join(at.dir, 'long.parquet')
  const connection = await openDuck({ memoryLimitMiB: 512, threads: 2 })
  try {
    // Hashes, since what repeats takes no place in the file.
    await connection.run(
      `COPY (SELECT array_to_string(list_transform(range(400), lambda k: md5((i * 400 + k)::VARCHAR)), ' ') AS text FROM range(4096) t(i))
       TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 4096)`,
    )
    const told: number[] = []
    const problems = await checkRows(
      connection,
      { kind: 'text', files: [file], rows: 4096 },
      { onRows: done => told.push(done) },
    )
    expect(problems).toEqual([])
    expect(told).toEqual([2048, 4096])
  } finally {
    connection.closeSync()
  }
})
