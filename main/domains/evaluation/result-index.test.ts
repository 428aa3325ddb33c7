import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createResultIndexes, type ResultSource, type RowQuery, readRows, selectRows } from './result-index.ts'

let folder: string
let sources: readonly ResultSource[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway results '))
  sources = ['base', 'tuned'].map(object => ({ object, path: join(folder, `${object}.jsonl`) }))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const line = (row: number, prediction: string | null, exact?: number) =>
  `${JSON.stringify({
    row,
    prompt: `问题 ${row}`,
    reference: `answer ${row}`,
    prediction,
    ...(prediction === null && { error: 'busy: the line is full' }),
    ...(exact !== undefined && { scores: { exact_match: exact } }),
  })}\n`
const write = (object: number, ...lines: readonly string[]) =>
  writeFileSync(sources[object]?.path ?? '', lines.join(''))

const query: RowQuery = {
  metric: 'exact_match',
  direction: 'higher',
  first: 'base',
  second: 'tuned',
  filter: 'all',
  sort: 'row',
  matching: undefined,
}

const selected = async (change: Partial<RowQuery> & { readonly q?: string } = {}) => {
  const { q, ...rest } = change
  const { index, matching } = await createResultIndexes().open('eval', sources, q)
  return selectRows(index, { ...query, ...rest, matching })
}

test('rows are told apart by who scored better, by difference and by error', async () => {
  write(0, line(2, 'wrong', 0), line(0, 'same', 1), line(1, 'right', 1), line(3, null))
  write(1, line(0, 'same', 1), line(1, 'wrong', 0), line(2, 'right', 1), line(3, 'right', 1))
  const all = await selected()
  expect(all.rows).toEqual([0, 1, 2, 3])
  expect(all.counts).toEqual({ all: 4, differ: 3, first: 1, second: 1, errors: 1 })
  expect((await selected({ filter: 'first' })).rows).toEqual([1])
  expect((await selected({ filter: 'second' })).rows).toEqual([2])
  expect((await selected({ filter: 'differ' })).rows).toEqual([1, 2, 3])
  expect((await selected({ filter: 'errors' })).rows).toEqual([3])
})

test('where less is better, the lower score is the better one', async () => {
  write(0, line(0, 'a', 1))
  write(1, line(0, 'b', 0))
  expect((await selected({ direction: 'lower' })).counts).toMatchObject({ first: 0, second: 1 })
})

test('the largest differences come first when they are asked for', async () => {
  write(0, line(0, 'a', 0.5), line(1, 'a', 0), line(2, 'a', 1))
  write(1, line(0, 'b', 0.6), line(1, 'b', 1), line(2, 'b', 0.5))
  expect((await selected({ sort: 'difference' })).rows).toEqual([1, 2, 0])
})

test('a search looks into prompts, references and answers, in any case, and the counts follow it', async () => {
  write(0, line(0, 'a FOX', 1), line(1, 'x', 0))
  write(1, line(0, 'b', 0), line(1, 'y', 1))
  expect((await selected({ q: 'fox' })).counts).toMatchObject({ all: 1, first: 1, second: 0 })
  expect((await selected({ q: '问题 1' })).rows).toEqual([1])
})

test('one object alone has rows, but no one to be compared with', async () => {
  write(0, line(0, 'a', 1), line(1, null))
  expect((await selected({ second: undefined })).counts).toEqual({ all: 2, differ: 0, first: 0, second: 0, errors: 1 })
})

test('what is shown is read from its place in the file, whatever bytes stand before it', async () => {
  write(0, line(5, '造船厂', 1), line(1, 'ё', 0))
  const { sources: there, index } = await createResultIndexes().open('eval', sources, undefined)
  const rows = await readRows(there, index, [1, 5])
  expect(rows.get(1)?.map(({ result }) => result.prediction)).toEqual(['ё'])
  expect(rows.get(5)?.map(({ object, result }) => [object, result.prompt])).toEqual([['base', '问题 5']])
})

test('answers that arrive are seen at the next look, a half-written line is not', async () => {
  const indexes = createResultIndexes()
  write(0, line(0, 'a'), line(1, 'b').slice(0, 20))
  expect((await indexes.open('eval', sources, undefined)).index.rows).toEqual([0])
  write(0, line(0, 'a'), line(1, 'b'))
  expect((await indexes.open('eval', sources, undefined)).index.rows).toEqual([0, 1])
  appendFileSync(sources[0]?.path ?? '', line(2, 'c'))
  expect((await indexes.open('eval', sources, undefined)).index.rows).toEqual([0, 1, 2])
})

test('an index is not made again while its files are the same', async () => {
  const indexes = createResultIndexes()
  write(0, line(0, 'a'))
  const { index } = await indexes.open('eval', sources, undefined)
  expect((await indexes.open('eval', sources, undefined)).index).toBe(index)
})

test('a selection is made once for all its pages, and anew for another search', async () => {
  const indexes = createResultIndexes()
  write(0, line(0, 'fox'), line(1, 'heron'))
  const { index } = await indexes.open('eval', sources, undefined)
  const all = indexes.select(index, query, undefined)
  expect(indexes.select(index, query, undefined)).toBe(all)
  const { matching } = await indexes.open('eval', sources, 'fox')
  expect(indexes.select(index, { ...query, matching }, 'fox').rows).toEqual([0])
})
