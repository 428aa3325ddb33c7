import { Buffer } from 'node:buffer'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { datasetFormats } from '../../../contract/dataset-rows.ts'
import { formats } from './formats.ts'
import { imported, jsonLines, parquetOf, type Scratch, scratch } from './test-import.ts'

let at: Scratch
beforeEach(() => {
  at = scratch()
})
afterEach(() => at.remove())

const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })
const system = (content: string) => ({ role: 'system', content })
const human = (value: string) => ({ from: 'human', value })
const gpt = (value: string) => ({ from: 'gpt', value })

test('the contract and the importer know the same formats', () => {
  expect(formats.map(format => format.name).toSorted()).toEqual([...datasetFormats].toSorted())
})

type Case = readonly [
  what: string,
  rows: readonly unknown[],
  format: string,
  kind: string,
  expected: readonly unknown[],
]

const q = '2+2? 你好 "x"\n\\ 😀'
const cases: readonly Case[] = [
  [
    'OpenAI messages',
    [{ messages: [system('be brief'), user(q), assistant('4')] }],
    'openai',
    'sft',
    [{ messages: [system('be brief'), user(q), assistant('4')] }],
  ],
  [
    'OpenAI content parts',
    [
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a' },
              { type: 'text', text: '"b"' },
            ],
          },
          assistant('4'),
        ],
      },
    ],
    'openai',
    'sft',
    [{ messages: [user('a"b"'), assistant('4')] }],
  ],
  [
    'prompt and response',
    [{ prompt: q, response: '4' }],
    'prompt_response',
    'sft',
    [{ messages: [user(q), assistant('4')] }],
  ],
  [
    'prompt and completion',
    [{ prompt: q, completion: '4', system: 's' }],
    'prompt_response',
    'sft',
    [{ messages: [system('s'), user(q), assistant('4')] }],
  ],
  [
    'question and answer',
    [{ question: q, answer: '4' }],
    'prompt_response',
    'sft',
    [{ messages: [user(q), assistant('4')] }],
  ],
  [
    'prompt and response as messages',
    [{ prompt: [user(q)], completion: [assistant('4')] }],
    'prompt_response',
    'sft',
    [{ messages: [user(q), assistant('4')] }],
  ],
  [
    'Alpaca',
    [{ instruction: 'add', input: '2 2', output: '4' }],
    'alpaca',
    'sft',
    [{ messages: [user('add\n2 2'), assistant('4')] }],
  ],
  [
    'Alpaca with history',
    [{ instruction: 'add', input: '', output: '4', history: [['hi', 'hello']], system: 's' }],
    'alpaca',
    'sft',
    [{ messages: [system('s'), user('hi'), assistant('hello'), user('add'), assistant('4')] }],
  ],
  [
    'ShareGPT',
    [
      {
        id: 7,
        conversations: [
          { from: 'human', value: q },
          { from: 'gpt', value: '4' },
        ],
      },
    ],
    'sharegpt',
    'sft',
    [{ messages: [user(q), assistant('4')] }],
  ],
  [
    'Qianfan turns',
    [
      [
        { system: 's', prompt: q, response: '4' },
        { prompt: 'more', response: '5' },
      ],
    ],
    'qianfan_sft',
    'sft',
    [{ messages: [system('s'), user(q), assistant('4'), user('more'), assistant('5')] }],
  ],
  [
    'Qianfan turns, older form',
    [[{ prompt: q, response: [['4']] }]],
    'qianfan_sft',
    'sft',
    [{ messages: [user(q), assistant('4')] }],
  ],
  [
    'Qianfan turns with weights',
    [
      [
        { prompt: 'a', response: 'b', weight: 0 },
        { prompt: 'c', response: 'd' },
      ],
    ],
    'qianfan_sft',
    'sft',
    [
      {
        messages: [
          { ...user('a'), weight: null },
          { ...assistant('b'), weight: 0 },
          { ...user('c'), weight: null },
          { ...assistant('d'), weight: null },
        ],
      },
    ],
  ],
  [
    'Qianfan DPO',
    [
      [
        { system: 's', user: 'a', assistant: 'b' },
        { user: 'c', chosen: 'good', rejected: 'bad' },
      ],
    ],
    'qianfan_dpo',
    'dpo',
    [
      {
        messages: [system('s'), user('a'), assistant('b'), user('c')],
        chosen: [assistant('good')],
        rejected: [assistant('bad')],
      },
    ],
  ],
  [
    'Qianfan KTO',
    [[{ user: 'c', chosen: 'good' }], [{ user: 'c', rejected: 'bad' }]],
    'qianfan_kto',
    'kto',
    [
      { messages: [user('c')], completion: [assistant('good')], label: true },
      { messages: [user('c')], completion: [assistant('bad')], label: false },
    ],
  ],
  [
    'Qianfan reward',
    [[{ system: 's', prompt: 'p', response: [['a'], ['b']], score: [1, 0] }]],
    'qianfan_reward',
    'reward',
    [
      {
        messages: [system('s'), user('p')],
        responses: [
          { content: 'a', score: 1 },
          { content: 'b', score: 0 },
        ],
      },
    ],
  ],
  [
    'DPO texts',
    [{ prompt: q, chosen: 'good', rejected: 'bad' }],
    'dpo',
    'dpo',
    [{ messages: [user(q)], chosen: [assistant('good')], rejected: [assistant('bad')] }],
  ],
  [
    'DPO messages with an implicit prompt',
    [{ chosen: [user(q), assistant('good')], rejected: [user(q), assistant('bad')] }],
    'dpo',
    'dpo',
    [{ messages: [user(q)], chosen: [assistant('good')], rejected: [assistant('bad')] }],
  ],
  [
    'DPO with prompt messages',
    [{ prompt: [user(q)], chosen: [assistant('good')], rejected: [assistant('bad')] }],
    'dpo',
    'dpo',
    [{ messages: [user(q)], chosen: [assistant('good')], rejected: [assistant('bad')] }],
  ],
  [
    'KTO',
    [
      { prompt: q, completion: 'x', label: true },
      { prompt: q, completion: 'y', label: false },
    ],
    'kto',
    'kto',
    [
      { messages: [user(q)], completion: [assistant('x')], label: true },
      { messages: [user(q)], completion: [assistant('y')], label: false },
    ],
  ],
  [
    'reward',
    [{ prompt: q, responses: ['x', 'y'], scores: [1.5, -2] }],
    'reward',
    'reward',
    [
      {
        messages: [user(q)],
        responses: [
          { content: 'x', score: 1.5 },
          { content: 'y', score: -2 },
        ],
      },
    ],
  ],
  [
    'ShareGPT with a system column',
    [{ system: 's', conversations: [human(q), gpt('4')] }],
    'sharegpt',
    'sft',
    [{ messages: [system('s'), user(q), assistant('4')] }],
  ],
  [
    'ShareGPT with a system column and a system turn of its own',
    [{ system: 's', conversations: [{ from: 'system', value: 'own' }, human(q), gpt('4')] }],
    'sharegpt',
    'sft',
    [{ messages: [system('own'), user(q), assistant('4')] }],
  ],
  [
    'OpenAI messages with a system column',
    [{ system: 's', messages: [user(q), assistant('4')] }],
    'openai',
    'sft',
    [{ messages: [system('s'), user(q), assistant('4')] }],
  ],
  [
    'prompt, input and response',
    [{ prompt: 'add', input: '2 2', response: '4' }],
    'prompt_response',
    'sft',
    [{ messages: [user('add\n2 2'), assistant('4')] }],
  ],
  [
    'Alpaca DPO',
    [{ system: 's', instruction: 'add', input: '2 2', chosen: '4', rejected: '5' }],
    'dpo',
    'dpo',
    [{ messages: [system('s'), user('add\n2 2')], chosen: [assistant('4')], rejected: [assistant('5')] }],
  ],
  [
    'ShareGPT DPO',
    [{ conversations: [human('add')], chosen: gpt('4'), rejected: gpt('5') }],
    'dpo',
    'dpo',
    [{ messages: [user('add')], chosen: [assistant('4')], rejected: [assistant('5')] }],
  ],
  [
    'DPO conversations with a system column',
    [{ system: 's', chosen: [user(q), assistant('good')], rejected: [user(q), assistant('bad')] }],
    'dpo',
    'dpo',
    [{ messages: [system('s'), user(q)], chosen: [assistant('good')], rejected: [assistant('bad')] }],
  ],
  [
    'Alpaca KTO',
    [{ instruction: 'add', input: '2 2', output: '4', kto_tag: true }],
    'kto',
    'kto',
    [{ messages: [user('add\n2 2')], completion: [assistant('4')], label: true }],
  ],
  [
    'ShareGPT KTO',
    [
      { conversations: [human('add'), gpt('4')], kto_tag: true },
      { conversations: [human('add'), gpt('5')], kto_tag: false },
    ],
    'kto',
    'kto',
    [
      { messages: [user('add')], completion: [assistant('4')], label: true },
      { messages: [user('add')], completion: [assistant('5')], label: false },
    ],
  ],
  [
    'messages with a class',
    [
      { messages: [user(q), assistant('4')], label: 0 },
      { messages: [user(q), assistant('4')], label: 1 },
    ],
    'openai',
    'sft',
    [{ messages: [user(q), assistant('4')] }, { messages: [user(q), assistant('4')] }],
  ],
  [
    'prompts with an input',
    [{ instruction: 'add', input: '2 2' }],
    'prompts',
    'prompts',
    [{ messages: [user('add\n2 2')] }],
  ],
  [
    'arrays of messages',
    [
      [system('s'), user(q), assistant('4')],
      [human('a'), gpt('b')],
    ],
    'openai',
    'sft',
    [{ messages: [system('s'), user(q), assistant('4')] }, { messages: [user('a'), assistant('b')] }],
  ],
  [
    'Chinese column names',
    [{ 问题: q, 回答: '4' }],
    'prompt_response',
    'sft',
    [{ messages: [user(q), assistant('4')] }],
  ],
  [
    'Alpaca in Chinese',
    [{ 指令: '加', 输入: '2 2', 输出: '4' }],
    'prompt_response',
    'sft',
    [{ messages: [user('加\n2 2'), assistant('4')] }],
  ],
  ['prompts', [{ prompt: q }], 'prompts', 'prompts', [{ messages: [user(q)] }]],
  ['Qianfan prompts', [[{ prompt: q }]], 'prompts', 'prompts', [{ messages: [user(q)] }]],
  ['messages without an answer', [{ messages: [user(q)] }], 'prompts', 'prompts', [{ messages: [user(q)] }]],
  ['text', [{ text: q, id: 1 }], 'text', 'text', [{ text: q }]],
  ['bare strings', [q, 'second'], 'text', 'text', [{ text: q }, { text: 'second' }]],
]

describe('each shape is detected and becomes its canonical rows', () => {
  test.each(cases)('%s', async (_what, rows, format, kind, expected) => {
    const lines = await imported(at, at.file('a.jsonl', jsonLines(rows)))
    expect(lines.result).toMatchObject({ badRows: 0, detection: { format, kind, confidence: 1 } })
    expect(lines.rows).toEqual(expected)
    const array = await imported(at, at.file('b.json', JSON.stringify(rows, null, 2)))
    expect(array.rows).toEqual(expected)
  })
})

test('tools and tool calls are kept as JSON text, and a call without content is an answer', async () => {
  const call = { id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":2}' } }
  const row = {
    tools: [{ type: 'function', function: { name: 'add' } }],
    messages: [
      user('2+2'),
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: '4' },
    ],
  }
  const { rows } = await imported(at, at.file('a.jsonl', jsonLines([row])))
  const [first] = rows as [{ tools: string; messages: { tool_calls: string | null; tool_call_id: string | null }[] }]
  expect(JSON.parse(first.tools)).toEqual(row.tools)
  expect(JSON.parse(first.messages[1]?.tool_calls ?? '')).toEqual([call])
  expect(first.messages[2]).toMatchObject({ role: 'tool', tool_call_id: 'c1', content: '4', tool_calls: null })
})

test('CSV and TSV have columns of text, quoted line breaks and JSON in cells', async () => {
  const csv = at.file('a.csv', 'prompt,response\r\n"two\r\nlines, ""quoted""",4\r\n\r\nplain,=1+1\r\n')
  expect((await imported(at, csv)).rows).toEqual([
    { messages: [user('two\r\nlines, "quoted"'), assistant('4')] },
    { messages: [user('plain'), assistant('=1+1')] },
  ])
  const tsv = at.file(
    'a.tsv',
    `messages\tid\n"${JSON.stringify([user('a'), assistant('b')]).replaceAll('"', '""')}"\t1\n`,
  )
  expect((await imported(at, tsv)).rows).toEqual([{ messages: [user('a'), assistant('b')] }])
})

test('Parquet is read in any schema that can be mapped', async () => {
  const { result } = await imported(at, at.file('a.jsonl', jsonLines([{ prompt: 'a', response: 'b' }])))
  const again = scratch()
  const { rows, result: second } = await imported(again, result.file)
  expect(rows).toEqual([{ messages: [user('a'), assistant('b')] }])
  expect(second.detection.format).toBe('openai')
  again.remove()
})

test('a column of Parquet may have any name, also one that a query would give to the whole row', async () => {
  const pairs = [user('a'), assistant('b')]
  for (const name of ['source', 'SOURCE', 'whole_row', 'row', 't', 'select', 'a "quoted" name', '来源']) {
    const path = await parquetOf(at, [{ messages: pairs, [name]: 'somewhere' }])
    const { rows, result } = await imported(at, path)
    expect(rows, name).toEqual([{ messages: pairs }])
    expect(result.detection, name).toMatchObject({ format: 'openai', ignoredColumns: [name] })
  }
})

test('plain text is a row per line, or per file for documents', async () => {
  expect((await imported(at, at.file('a.txt', '\ufeffone\r\n\n two \n'))).rows).toEqual([
    { text: 'one' },
    { text: ' two ' },
  ])
  expect((await imported(at, at.file('a.txt', 'one\ntwo'), { format: 'prompts' })).rows).toEqual([
    { messages: [user('one')] },
    { messages: [user('two')] },
  ])
  expect((await imported(at, at.file('a.md', '# a\n\nb\n'))).rows).toEqual([{ text: '# a\n\nb\n' }])
})

test('a JSON object of columns, or of rows under one key, is read', async () => {
  const expected = [{ messages: [user('a'), assistant('b')] }, { messages: [user('c'), assistant('d')] }]
  expect((await imported(at, at.file('a.json', '{"prompt":["a","c"],"response":["b","d"]}'))).rows).toEqual(expected)
  const data = [
    { prompt: 'a', response: 'b' },
    { prompt: 'c', response: 'd' },
  ]
  expect((await imported(at, at.file('b.json', JSON.stringify({ version: '1', data })))).rows).toEqual(expected)
  expect((await imported(at, at.file('c.json', jsonLines(data)))).rows).toEqual(expected)
})

test('columns with names of their own are mapped', async () => {
  const path = at.file('a.jsonl', jsonLines([{ frage: 'a', antwort: 'b' }]))
  await expect(imported(at, path)).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('"frage" (text), "antwort" (text)'),
    hint: expect.stringContaining('--map'),
  })
  const { rows } = await imported(at, path, { map: { prompt: 'frage', response: 'antwort' } })
  expect(rows).toEqual([{ messages: [user('a'), assistant('b')] }])
  await expect(imported(at, path, { map: { prompt: 'nope', response: 'antwort' } })).rejects.toMatchObject({
    message: expect.stringContaining('no column "nope"'),
  })
})

test('an input or a system prompt that is no text is left out, and so is an answer that nobody judged', async () => {
  const rows = [{ prompt: 'a', response: 'b', input: [1, 2], system: 7 }]
  const { result } = await imported(at, at.file('a.jsonl', jsonLines(rows)))
  expect(result).toMatchObject({ rows: 1, detection: { ignoredColumns: ['input', 'system'] } })
  const judged = [
    { conversations: [human('a'), gpt('b')], kto_tag: true },
    { conversations: [human('a')], kto_tag: true },
    { conversations: [human('a'), gpt(' ')], kto_tag: false },
  ]
  const second = await imported(at, at.file('b.jsonl', jsonLines(judged)))
  expect(second.result).toMatchObject({ rows: 1, reasons: { no_answer: 2 } })
})

test('an answer that cannot be read is told, not left out', async () => {
  const path = at.file('a.jsonl', jsonLines([{ question: '2+2', answer: 4 }]))
  await expect(imported(at, path)).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('answer must be text, not a number'),
  })
  const prompts = await imported(at, path, { format: 'prompts' })
  expect(prompts.rows).toEqual([{ messages: [user('2+2')] }])
  const unanswered = await imported(at, at.file('b.jsonl', jsonLines([{ question: '2+2', answer: '' }])))
  expect(unanswered.result.detection.format).toBe('prompts')
})

test('the messages of one conversation are no texts', async () => {
  await expect(imported(at, at.file('a.json', JSON.stringify([user('a'), assistant('b')])))).rejects.toMatchObject({
    message: expect.stringContaining('"role" (text), "content" (text)'),
  })
})

test('two equally likely meanings are a question, not a guess', async () => {
  const columns = at.file('a.jsonl', jsonLines([{ question: 'a', query: 'b', answer: 'c' }]))
  await expect(imported(at, columns)).rejects.toMatchObject({
    message: expect.stringContaining('"question" or "query"'),
  })
  const weak = at.file('b.jsonl', jsonLines([{ prompt: 'a', text: 'b' }]))
  await expect(imported(at, weak)).rejects.toMatchObject({ message: expect.stringContaining('text or as prompts') })
})

test('a README and a licence beside rows are about them; on their own they are read', async () => {
  const { mkdirSync } = await import('node:fs')
  mkdirSync(`${at.dir}/set/data`, { recursive: true })
  at.file('set/README.md', '# About\n')
  at.file('set/LICENSE.txt', 'MIT\n')
  expect((await imported(at, `${at.dir}/set`)).rows).toHaveLength(2)
  at.file('set/data/rows.jsonl', jsonLines([{ prompt: 'a', response: 'b' }]))
  at.file('set/data/readme-rows.jsonl', jsonLines([{ prompt: 'c', response: 'd' }]))
  const { rows, result } = await imported(at, `${at.dir}/set`)
  expect(rows).toHaveLength(2)
  expect(result.ignoredFiles).toEqual([
    { name: 'LICENSE.txt', why: 'about the dataset, not rows of it' },
    { name: 'README.md', why: 'about the dataset, not rows of it' },
  ])
})

test('a folder is read as one set; several splits need a decision', async () => {
  const { mkdirSync } = await import('node:fs')
  mkdirSync(`${at.dir}/set`)
  at.file('set/train-0.jsonl', jsonLines([{ prompt: 'a', response: 'b' }]))
  at.file('set/README.png', Buffer.from([1, 2, 3]))
  at.file('set/train-1.csv', 'prompt,response\nc,d\n')
  const both = await imported(at, `${at.dir}/set`)
  expect(both.rows).toHaveLength(2)
  expect(both.result.ignoredFiles).toEqual([{ name: 'README.png', why: 'no dataset by its extension' }])
  expect(both.result.sources.map(source => source.rows)).toEqual([1, 1])
  at.file('set/test-0.jsonl', jsonLines([{ prompt: 'e', response: 'f' }]))
  await expect(imported(at, `${at.dir}/set`)).rejects.toMatchObject({ hint: expect.stringContaining('--split') })
  expect((await imported(at, `${at.dir}/set`, { split: 'test' })).rows).toHaveLength(1)
  expect((await imported(at, `${at.dir}/set`, { split: 'all' })).rows).toHaveLength(3)
})

test('a table whose columns begin with capitals is read like any other', async () => {
  const at = scratch()
  try {
    const { rows } = await imported(at, at.file('ship.csv', 'Question,Answer,Source\nHow long is it?,30 m,manual\n'))
    expect(rows).toEqual([
      {
        messages: [
          { role: 'user', content: 'How long is it?' },
          { role: 'assistant', content: '30 m' },
        ],
      },
    ])
  } finally {
    at.remove()
  }
})
