import { mkdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listProcesses } from '../../platform/processes/process-table.ts'
import { createFileReader, type FileReader } from './file-reader.ts'
import { jsonLines, parquetOf, type Scratch, scratch } from './import/test-import.ts'

let at: Scratch
let reader: FileReader
beforeEach(() => {
  at = scratch()
  mkdirSync(at.out)
  reader = createFileReader({ env: process.env })
})
afterEach(async () => {
  await reader.close()
  at.remove()
})

const row = { prompt: 'a', response: 'b' }
const looking = (path: string, signal?: AbortSignal) => reader.detect({ path, workDir: at.out }, signal)
/** The reading processes of this test's own reader. */
const readers = () => listProcesses().filter(({ parentPid }) => parentPid === process.pid)
/** The processor's time that a process has had, in ticks of the kernel. */
const ticksOf = (pid: number) => {
  const [, figures = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = figures.split(' ').slice(11, 13)
  return Number(user) + Number(system)
}

describe.skipIf(process.platform !== 'linux')('a look into a file that is not imported (Linux: needs /proc)', () => {
  test('a crash of what reads it is told with cause and remedy, and the next look is answered', async () => {
    const big = at.file('big.json', `[${`${JSON.stringify(row)},\n`.repeat(400_000)}null]`)
    const parquet = await parquetOf(at, [row, row, row])
    expect((await looking(parquet)).detection.format).toBe('prompt_response')
    const [child] = readers()
    if (!child) throw new Error('nothing reads')
    const before = ticksOf(child.pid)
    const asked = looking(big)
    asked.catch(() => undefined)
    // One that is lost before it has begun is replaced, and nobody hears of it.
    await expect.poll(() => ticksOf(child.pid), { interval: 5 }).toBeGreaterThan(before)
    process.kill(child.pid, 'SIGSEGV')
    await expect(asked).rejects.toMatchObject({
      code: 'worker_lost',
      message: expect.stringContaining('SIGSEGV'),
      hint: expect.stringContaining('Slipway itself goes on'),
    })
    expect((await looking(parquet)).preview.columns.map(({ sourceType }) => sourceType)).toEqual(['VARCHAR', 'VARCHAR'])
  })

  test('failures keep what they say of the file, also the rows that somebody has to map', async () => {
    const path = at.file('odd.jsonl', jsonLines([{ one: 1, two: 2 }]))
    await expect(looking(path)).rejects.toMatchObject({
      code: 'invalid_input',
      details: { preview: { rows: [{ line: 1 }] } },
    })
  })
})
