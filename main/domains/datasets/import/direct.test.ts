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

const lines = () => Array.from({ length: count }, (_, index) => JSON.stringify(shapes[0]?.[1](index)))

test('one bad row sends the import the long way, and is reported', async () => {
  const bad = '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","content":"b"}]}'
  const { result } = await imported(at, at.file('a.jsonl', lines().with(-1, bad).join('\n')))
  expect(result).toMatchObject({ rows: count - 1, badRows: 1, reasons: { duplicate_key: 1 } })
  expect(result.issues).toMatchObject([{ line: count }])
  expect(at.left()).toEqual(['rows.parquet'])
})

test.each([
  [
    'a weight',
    '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","weight":0}]}',
    { weight: 0 },
  ],
  ['another name for a role', '{"messages":[{"role":"human","content":"q"},{"role":"gpt","content":"a"}]}', {}],
  [
    'parts',
    '{"messages":[{"role":"user","content":[{"type":"text","text":"q"}]},{"role":"assistant","content":"a"}]}',
    {},
  ],
])('one row with %s sends the import the long way, and loses nothing', async (_what, row, extra) => {
  const { result, rows } = await imported(at, at.file('a.jsonl', lines().with(-1, row).join('\n')))
  expect(result).toMatchObject({ rows: count, badRows: 0 })
  expect(rows.at(-1)).toMatchObject({
    messages: [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: 'a', ...extra },
    ],
  })
})
