import { afterEach, beforeEach, expect, test } from 'vitest'
import { imported, jsonLines, type Scratch, scratch } from './test-import.ts'

let at: Scratch
beforeEach(() => {
  at = scratch()
})
afterEach(() => at.remove())

const odd = ['a\u0000b', 'é模😀', '"quoted"\n\t\\', ' x ', '\u2028', 'null', "it's"]
const textOf = (index: number) => `${odd[index % odd.length]} ${'x'.repeat(150)} ${index}`
const count = 8000

const shapes: readonly (readonly [string, (index: number) => unknown])[] = [
  [
    'chats',
    i => ({
      id: i,
      messages: [
        { role: 'user', content: textOf(i) },
        { content: textOf(i + 1), role: 'assistant', extra: [1] },
      ],
    }),
  ],
  ['pairs', i => ({ prompt: textOf(i), response: textOf(i + 3), Prompt: 'another column' })],
  ['odd columns', i => ({ 'my "question"': textOf(i), "the 'answer'": textOf(i + 2) })],
  ['texts', i => ({ text: textOf(i), meta: { a: i } })],
]
const map = { prompt: 'my "question"', response: "the 'answer'" }

test.each(shapes)('%s come out the same by the short cut and the long way', async (name, make) => {
  const rows = Array.from({ length: count }, (_, index) => make(index))
  const options = name === 'odd columns' ? { map } : {}
  const short = await imported(
    at,
    at.file('a.jsonl', `\ufeff\r\n${jsonLines(rows).replaceAll('\n', '\r\n\n')}`),
    options,
  )
  const long = await imported(at, at.file('b.json', JSON.stringify(rows)), options)
  expect(short.result.rows).toBe(count)
  expect(short.rows).toEqual(long.rows)
})

test('one row that is bad or says more than the plain form sends the import the long way', async () => {
  const lines = Array.from({ length: count }, (_, index) => JSON.stringify(shapes[0]?.[1](index)))
  lines[count - 2] = '{"messages":[{"role":"user","content":"q"},{"role":"gpt","content":"a","weight":0}]}'
  lines[count - 1] = '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","content":"b"}]}'
  const { result, rows } = await imported(at, at.file('a.jsonl', lines.join('\n')))
  expect(result).toMatchObject({ rows: count - 1, badRows: 1, reasons: { duplicate_key: 1 } })
  expect(result.issues).toMatchObject([{ line: count }])
  expect(rows.at(-1)).toMatchObject({ messages: [{ role: 'user' }, { role: 'assistant', content: 'a', weight: 0 }] })
  expect(at.left()).toEqual(['rows.parquet'])
})
