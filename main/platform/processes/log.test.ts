import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEventBudget } from './event-budget.ts'
import { createLogWriter, type LogLimits } from './log-file.ts'
import { type LogRequest, readLog } from './log-reader.ts'
import { segmentsOf } from './log-segments.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway log '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const small: LogLimits = { segmentBytes: 500, maxBytes: 100_000 }
const written = (count: number, limits = small, text = (n: number) => `line ${n}`) => {
  const log = createLogWriter(folder, () => 1_700_000_000_000, { limits })
  for (let n = 0; n < count; n += 1) log.write('stderr', [text(n)])
  return log
}
const read = (request: Partial<LogRequest> = {}) => readLog(folder, { limit: 10, ...request })
const textsOf = async (request: Partial<LogRequest> = {}) => (await read(request)).lines.map(line => line.text)
const numbersOf = async (request: Partial<LogRequest> = {}) => (await read(request)).lines.map(line => line.line)
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

test('without a word the last lines come, with their numbers, times and how many there are', async () => {
  written(200)
  const page = await read({ limit: 2 })
  expect(page).toEqual({
    lines: [
      { line: 198, at: '2023-11-14T22:13:20.000Z', stream: 'stderr', text: 'line 198' },
      { line: 199, at: '2023-11-14T22:13:20.000Z', stream: 'stderr', text: 'line 199' },
    ],
    total: 200,
    truncatedBytes: 0,
    next: 198,
  })
  expect(readdirSync(folder).length).toBeGreaterThan(10)
})

test('nothing was said yet: nothing is there', async () => {
  expect(await read()).toEqual({ lines: [], total: 0, truncatedBytes: 0 })
  expect(await readLog(join(folder, 'not there'), { limit: 1 })).toMatchObject({ total: 0 })
})

test('pages lie after a line or before one, across files, and end at the ends', async () => {
  written(100)
  expect(await numbersOf({ after: -1, limit: 5 })).toEqual(range(0, 5))
  expect(await numbersOf({ after: 4, limit: 60 })).toEqual(range(5, 65))
  expect(await numbersOf({ before: 65, limit: 60 })).toEqual(range(5, 65))
  expect(await numbersOf({ before: 3, limit: 60 })).toEqual(range(0, 3))
  expect(await read({ after: 95 })).toMatchObject({ lines: [{}, {}, {}, { line: 99 }], total: 100 })
  expect((await read({ after: 95 })).next).toBeUndefined()
  expect((await read({ before: 3 })).next).toBeUndefined()
  expect(await numbersOf({ after: 5_000 })).toEqual([])
  expect(await numbersOf({ before: 5_000, limit: 1 })).toEqual([99])
  await expect(read({ after: 1, before: 9 })).rejects.toMatchObject({ code: 'invalid_input' })
})

test('what is written while somebody reads is found after the line where he stopped', async () => {
  const log = written(20)
  const { next, total } = await read({ after: 9, limit: 100 })
  expect([next, total]).toEqual([undefined, 20])
  log.write('stdout', ['more'])
  expect(await textsOf({ after: 19 })).toEqual(['more'])
})

test('reading page by page gives every line once, whatever the sizes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.string({ maxLength: 120 }), { minLength: 1, maxLength: 5 }), {
        minLength: 1,
        maxLength: 30,
      }),
      fc.integer({ min: 1, max: 40 }),
      async (batches, limit) => {
        rmSync(folder, { recursive: true, force: true })
        folder = mkdtempSync(join(tmpdir(), 'slipway log '))
        const log = createLogWriter(folder, () => 0, { limits: small })
        for (const lines of batches) log.write('stdout', lines)
        const forward: string[] = []
        for (let after: number | undefined = -1; after !== undefined; ) {
          const page = await read({ after, limit })
          forward.push(...page.lines.map(line => line.text))
          after = page.next
        }
        expect(forward).toEqual(batches.flat())
        const backward: string[] = []
        for (let before: number | undefined = forward.length; before !== undefined; ) {
          const page = await read({ before, limit })
          backward.unshift(...page.lines.map(line => line.text))
          before = page.next
        }
        expect(backward).toEqual(batches.flat())
      },
    ),
    { numRuns: 40 },
  )
})

test('a log that grows too large keeps its beginning and its end, and says which lines are missing', async () => {
  const log = written(500, { segmentBytes: 500, maxBytes: 3_000 })
  const page = await read({ after: -1, limit: 1_000 })
  const numbers = page.lines.map(line => Number(line.text.slice(5)))
  expect(
    page.lines.map(line => line.line),
    'a number stays with its line',
  ).toEqual(numbers)
  expect([numbers[0], numbers.at(-1), page.total]).toEqual([0, 499, 500])
  const { gap } = page
  expect(numbers).toEqual([...range(0, gap?.from ?? 0), ...range((gap?.to ?? 0) + 1, 500)])
  expect(page.truncatedBytes).toBeGreaterThan(10_000)
  expect(log.droppedBytes()).toBeGreaterThanOrEqual(page.truncatedBytes)
  expect(readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThan(4_000)
  expect(await numbersOf({ before: (gap?.to ?? 0) + 1, limit: 1 }), 'over the gap').toEqual([(gap?.from ?? 0) - 1])
})

test('of a flood that no budget covers, the log keeps the last lines and counts the others', async () => {
  const budget = createEventBudget({ bytesPerSecond: 1, burstBytes: 100, nowMs: () => 0 })
  const log = createLogWriter(folder, () => 0, { limits: small, budget })
  for (let n = 100; n < 200; n += 1) log.write('stdout', [`line ${n}`])
  log.flush()
  log.flush()
  log.write('runner', ['the end'])
  log.flush()
  const { lines, truncatedBytes } = await read()
  expect(lines.slice(-3).map(line => line.text)).toEqual(['line 110', 'line 199', 'the end'])
  expect(truncatedBytes).toBe(88 * 9)
})

test('the log of a second attempt goes on where the first ended, also after a crash in mid-line', async () => {
  for (const attempt of [1, 2]) createLogWriter(folder, () => 0).write('runner', [`attempt ${attempt}`])
  expect(await textsOf()).toEqual(['attempt 1', 'attempt 2'])
  const [segment] = segmentsOf(folder)
  appendFileSync(segment?.path ?? '', '{"t":0,"s":"stdout","x":"cut o')
  createLogWriter(folder, () => 0).write('runner', ['attempt 3'])
  expect(await numbersOf()).toEqual([0, 1, 2])
  expect(await textsOf()).toEqual(['attempt 1', 'attempt 2', 'attempt 3'])
})

test('bytes that a power cut left are one damaged line, and the others keep their numbers', async () => {
  written(3)
  const [segment] = segmentsOf(folder)
  truncateSync(segment?.path ?? '', statSync(segment?.path ?? '').size - 20)
  appendFileSync(segment?.path ?? '', '\0\0\0\0\n')
  createLogWriter(folder, () => 0).write('runner', ['after'])
  expect(await textsOf()).toEqual(['line 0', 'line 1', '(this line of the log is damaged)', 'after'])
})

test('a search finds lines in any case and script, forwards and backwards, with their numbers', async () => {
  const words = new Map([
    [7, 'Loss is NaN'],
    [40, '损失为 NaN'],
    [41, 'a "quoted" \\ path\ttab'],
    [77, 'LOSS again'],
    [78, '300 K'],
  ])
  written(100, small, n => words.get(n) ?? `step ${n}`)
  expect(await numbersOf({ search: 'loss', after: -1 })).toEqual([7, 77])
  expect(await numbersOf({ search: 'nan' })).toEqual([7, 40])
  expect(await numbersOf({ search: '损失' })).toEqual([40])
  expect(await numbersOf({ search: '"QUOTED" \\ path\t' })).toEqual([41])
  expect(await numbersOf({ search: 'stderr' }), 'the stored form is not the text').toEqual([])
  expect(await numbersOf({ search: 'step', limit: 2 })).toEqual([98, 99])
  expect(await numbersOf({ search: 'step', limit: 2, before: 98 })).toEqual([96, 97])
  expect(await numbersOf({ search: 'loss', after: 7 })).toEqual([77])
  expect((await read({ search: 'nothing like it' })).next).toBeUndefined()
})

test('a reader that is no longer wanted stops', async () => {
  written(50)
  const stop = new AbortController()
  stop.abort()
  await expect(readLog(folder, { limit: 10 }, stop.signal)).rejects.toThrow()
})
