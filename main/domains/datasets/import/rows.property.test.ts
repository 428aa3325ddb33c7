import { Buffer } from 'node:buffer'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DatasetFormat } from '../../../contract/dataset-rows.ts'
import { formatNamed } from './formats.ts'
import { IssueLog } from './issue-log.ts'
import { JsonTape } from './json-tape.ts'
import { readCsv } from './read-csv.ts'
import { readJsonArray } from './read-json.ts'
import { readJsonLines } from './read-lines.ts'
import { openRegularFile } from './regular-file.ts'
import { RowProblem } from './row-problem.ts'
import { firstInvalidUtf8, type RowReader } from './row-source.ts'
import { type ColumnMap, RowView } from './row-view.ts'
import { RowWriter } from './row-writer.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-rows-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Reads bytes as a file of rows; answers canonical rows and the lines that were bad. The Parquet step is left out. */
async function read(bytes: Buffer, reader: RowReader, format: DatasetFormat, columns: ColumnMap) {
  const source = join(dir, 'source')
  const target = join(dir, 'target')
  writeFileSync(source, bytes)
  const fd = openSync(target, 'w')
  const out = new RowWriter(fd)
  const tape = new JsonTape()
  const view = new RowView(tape, columns)
  const log = new IssueLog()
  const file = openRegularFile(source)
  try {
    await reader(
      file,
      {
        row: (row, start, end, at) => {
          if (!tape.read(row, start, end))
            log.add({ file: '', ...at, reason: tape.fault, message: tape.faultMessage }, row)
          else
            try {
              formatNamed(format).write(view, out)
              out.endRow()
            } catch (error) {
              if (!(error instanceof RowProblem)) throw error
              out.rollback()
              log.add({ file: '', ...at, reason: error.reason, message: error.message }, row)
            }
          return true
        },
        bad: (at, reason, message, sample) => {
          log.add({ file: '', ...at, reason, message }, sample)
          return true
        },
      },
      async () => undefined,
    )
    out.flush()
  } finally {
    file.close()
    closeSync(fd)
  }
  const lines = readFileSync(target, 'utf8').split('\n').slice(0, -1)
  return { rows: lines.map(line => JSON.parse(line) as unknown), bad: log.kept, badRows: log.total }
}

const spoken = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter(text => text.trim() !== '' && text.isWellFormed())
const turn = fc.record({ question: spoken, answer: spoken })
const talk = fc.record({
  system: fc.option(spoken, { nil: undefined }),
  turns: fc.array(turn, { minLength: 1, maxLength: 4 }),
})
type Talk = { system: string | undefined; turns: { question: string; answer: string }[] }

const canonical = ({ system, turns }: Talk) => ({
  messages: [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    ...turns.flatMap(({ question, answer }) => [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ]),
  ],
})
const last = (talk: Talk) => talk.turns.at(-1) ?? { question: '', answer: '' }

const encodings: readonly (readonly [DatasetFormat, ColumnMap, (talk: Talk) => unknown])[] = [
  ['openai', { messages: 'messages' }, canonical],
  [
    'sharegpt',
    { messages: 'conversations' },
    talk => ({
      conversations: canonical(talk).messages.map(({ role, content }) => ({
        from: role === 'user' ? 'human' : role === 'assistant' ? 'gpt' : role,
        value: content,
      })),
    }),
  ],
  [
    'alpaca',
    { prompt: 'instruction', input: 'input', response: 'output', history: 'history', system: 'system' },
    talk => ({
      instruction: last(talk).question,
      input: '',
      output: last(talk).answer,
      history: talk.turns.slice(0, -1).map(({ question, answer }) => [question, answer]),
      system: talk.system,
    }),
  ],
  [
    'qianfan_sft',
    {},
    ({ system, turns }) =>
      turns.map(({ question, answer }, index) => ({
        ...(index === 0 && { system }),
        prompt: question,
        response: answer,
      })),
  ],
  [
    'qianfan_sft',
    {},
    ({ system, turns }) =>
      turns.map(({ question, answer }, index) => ({
        ...(index === 0 && { system }),
        prompt: question,
        response: [[answer]],
      })),
  ],
]

describe('conversations come back as they were', () => {
  test.each(encodings)('from %s', async (format, columns, encode) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(talk, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('lines', 'crlf', 'array', 'pretty'),
        async (talks, how) => {
          const rows = talks.map(encode)
          const text =
            how === 'array'
              ? JSON.stringify(rows)
              : how === 'pretty'
                ? JSON.stringify(rows, null, 2)
                : rows.map(row => JSON.stringify(row)).join(how === 'crlf' ? '\r\n' : '\n')
          const found = await read(
            Buffer.from(text),
            how === 'array' || how === 'pretty' ? readJsonArray : readJsonLines,
            format,
            columns,
          )
          expect(found.bad).toEqual([])
          expect(found.rows).toEqual(talks.map(canonical))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('from CSV', async () => {
    const cell = (text: string) => (/[",\r\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text)
    const free = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 30 })
      .filter(text => text.isWellFormed() && text.trim() !== '' && !text.includes('\0'))
    // JSON in a cell is read as JSON, so texts that look like it are left to the other tests.
    const plain = free.filter(text => !/^[[{"]/.test(text))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(plain, plain), { minLength: 1, maxLength: 10 }), async pairs => {
        const text = `prompt,response\r\n${pairs.map(pair => pair.map(cell).join(',')).join('\r\n')}\r\n`
        const found = await read(Buffer.from(text), readCsv, 'prompt_response', {
          prompt: 'prompt',
          response: 'response',
        })
        expect(found.bad).toEqual([])
        expect(found.rows).toEqual(
          pairs.map(([question, answer]) => canonical({ system: undefined, turns: [{ question, answer }] })),
        )
      }),
      { numRuns: 150 },
    )
  })
})

test('whatever happens to one line, the others are kept and nothing is thrown', async () => {
  // Numbers of nine digits: no few bytes make one row of another.
  const rows = Array.from({ length: 9 }, (_, index) =>
    canonical({ system: undefined, turns: [{ question: `q${String(index).repeat(9)} é模`, answer: 'a' }] }),
  )
  const lines = rows.map(row => Buffer.from(JSON.stringify(row)))
  const change = fc.record({
    at: fc.nat(200),
    byte: fc.integer({ min: 0, max: 255 }).filter(byte => byte !== 0x0a),
    cut: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.nat(8), fc.array(change, { minLength: 1, maxLength: 4 }), async (victim, changes) => {
      const bytes = Buffer.from(lines[victim] ?? Buffer.alloc(0))
      let harmed = bytes
      for (const { at, byte, cut } of changes) {
        harmed[at % harmed.length] = byte
        if (cut) harmed = harmed.subarray(0, Math.max(1, at % harmed.length))
      }
      const file = Buffer.concat(lines.flatMap((line, index) => [index === victim ? harmed : line, Buffer.from('\n')]))
      const found = await read(file, readJsonLines, 'openai', { messages: 'messages' })
      const others = rows.filter((_, index) => index !== victim)
      expect(found.rows.length + found.badRows).toBeGreaterThanOrEqual(8)
      expect(
        found.rows.filter(row => others.some(other => JSON.stringify(other) === JSON.stringify(row))),
      ).toHaveLength(8)
      for (const issue of found.bad) expect(issue.line).toBe(victim + 1)
    }),
    { numRuns: 400 },
  )
})

test('any bytes at all end in rows and reports, in every reader', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      '"',
      ',',
      ':',
      '\\',
      '\n',
      '\r\n',
      '  ',
      '{"prompt":"a","response":"b"}',
      '"prompt"',
      'a,b',
      '\\ud800',
      '1e9',
      'null',
    ),
    fc.uint8Array({ maxLength: 6 }),
  )
  const file = fc
    .array(piece, { maxLength: 40 })
    .map(parts => Buffer.concat(parts.map(part => Buffer.from(part as string))))
  await fc.assert(
    fc.asyncProperty(file, fc.constantFrom(readJsonLines, readJsonArray, readCsv), async (bytes, reader) => {
      const head = reader === readCsv ? 'prompt,response\n' : reader === readJsonArray ? '[' : ''
      const found = await read(Buffer.concat([Buffer.from(head), bytes]), reader, 'prompt_response', {
        prompt: 'prompt',
        response: 'response',
      })
      for (const row of found.rows) expect(row).toHaveProperty('messages')
    }),
    { numRuns: 600 },
  )
})

describe('the tape', () => {
  const accepts = (text: string) => {
    const bytes = Buffer.from(text)
    const tape = new JsonTape()
    return { ok: tape.read(bytes, 0, bytes.length), tape }
  }

  test('reads what JSON.parse reads, value for value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), text => {
        const { ok, tape } = accepts(text)
        if (!ok) expect(['duplicate_key', 'lone_surrogate']).toContain(tape.fault)
        else expect(JSON.parse(tape.raw(0))).toEqual(JSON.parse(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('accepts nothing that JSON.parse refuses', () => {
    const change = fc.tuple(fc.nat(300), fc.constantFrom(...'{}[]",:\\ 01-+.eEntfu/\tab'))
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.array(change, { maxLength: 3 }), (text, changes) => {
        const letters = [...text]
        for (const [at, letter] of changes) letters[at % letters.length] = letter
        const mutated = letters.join('')
        const { ok, tape } = accepts(mutated)
        let parses = true
        try {
          JSON.parse(mutated)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
          parses = false
        }
        if (ok) expect(parses).toBe(true)
        else if (parses) expect(['duplicate_key', 'lone_surrogate']).toContain(tape.fault)
        if (!ok) expect(tape.faultAt).toBeLessThanOrEqual(Buffer.byteLength(mutated))
      }),
      { numRuns: 5000 },
    )
  })
})

test('the first byte that is no UTF-8 is found wherever it lies', () => {
  const bytes = Buffer.from('aé模😀'.repeat(3000))
  expect(firstInvalidUtf8(bytes, 0, bytes.length)).toBe(-1)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), at => {
      const harmed = Buffer.from(bytes)
      harmed[at] = 0xff
      const found = firstInvalidUtf8(harmed, 0, harmed.length)
      // The byte itself, or the start of the character that it cut.
      expect(at - found).toBeGreaterThanOrEqual(0)
      expect(at - found).toBeLessThan(4)
    }),
    { numRuns: 200 },
  )
})
