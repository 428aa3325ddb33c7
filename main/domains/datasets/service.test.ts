import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { DatasetDetail, DatasetVersionId } from '../../contract/dataset-versions.ts'
import { datasets } from '../../contract/datasets.ts'
import type { Inputs } from '../../contract/index.ts'
import { inputOf } from '../../contract/test-input.ts'
import { undoMs } from '../../platform/retention.ts'
import { imported, jsonLines, parquetRows, scratch } from './import/test-import.ts'
import { type Bench, bench, call } from './test-datasets.ts'

const row = (question: string, answer: string) => ({ prompt: question, response: answer })
const chat = (question: string, answer: string) => ({
  messages: [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ],
})

let b: Bench
const importing = async (path: string, input: Record<string, unknown> = {}) => {
  const made = await b.datasets.handlers.import({ path, description: '', label: [], ...input }, call)
  await b.settled()
  return b.datasets.handlers.show({ id: made.id }, call)
}

beforeAll(() => {
  b = bench()
})
afterAll(() => b.close())

describe('importing', () => {
  test('a file becomes the draft of version 1, with source, files, issues and settings', async () => {
    const path = b.at.file('talks.jsonl', `${jsonLines([row('a', 'b'), row('c', 'd')])}{"broken\n`)
    const made = await importing(path, { label: ['small'], description: 'two rows' })
    expect(DatasetDetail.parse(made)).toEqual(made)
    expect(made).toMatchObject({
      name: 'talks',
      version: 1,
      state: 'draft',
      kind: 'sft',
      format: 'prompt_response',
      rows: 2,
      badRows: 1,
      reasons: { invalid_json: 1 },
      labels: ['small'],
      description: 'two rows',
      sources: [{ path, rows: 2, badRows: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      settings: { columns: { prompt: 'prompt', response: 'response' } },
    })
    expect(made.sizeBytes).toBe(made.files[0]?.sizeBytes)
    const issues = await b.datasets.handlers.issues({ id: 'talks', offset: 0, limit: 10 }, call)
    expect(issues).toMatchObject({
      badRows: 1,
      stored: 1,
      items: [{ file: 'talks.jsonl', line: 3, reason: 'invalid_json' }],
    })
    const { files, ...data } = b.datasets.port.version('talks')
    expect(data).toMatchObject({ name: 'talks@1', kind: 'sft', rows: 2, state: 'draft' })
    expect(await parquetRows(files[0] ?? '')).toEqual([chat('a', 'b'), chat('c', 'd')])
    expect(b.audited().some(line => line.includes(path))).toBe(true)
    expect(b.announced).toContain('datasets.created')
  })

  test('the same name again makes the next version, and references name either', async () => {
    const made = await importing(b.at.file('again.jsonl', jsonLines([row('e', 'f')])), { name: 'talks' })
    expect(made.version).toBe(2)
    expect(made.versions.map(version => version.version)).toEqual([2, 1])
    await b.datasets.handlers.update({ id: 'talks@1', alias: 'golden' }, call)
    for (const ref of ['talks@1', 'talks@V1', 'talks@golden'])
      expect((await b.datasets.handlers.show({ id: ref }, call)).version, ref).toBe(1)
    for (const ref of ['talks', made.id, made.datasetId])
      expect((await b.datasets.handlers.show({ id: ref }, call)).version).toBe(2)
    await expect(b.datasets.handlers.show({ id: 'talks@9' }, call)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('an alias is taken away from the version that has it, and may be given again', async () => {
    const { update, show } = b.datasets.handlers
    await importing(b.at.file('terns.jsonl', jsonLines([row('a', 'b')])))
    await importing(b.at.file('more.jsonl', jsonLines([row('c', 'd')])), { name: 'terns' })
    await update({ id: 'terns@1', alias: 'golden' }, call)
    await expect(update({ id: 'terns', removeAlias: 'golden', description: 'no' }, call)).rejects.toMatchObject({
      code: 'not_found',
      message: 'terns@2 has no alias golden.',
      hint: expect.stringContaining('slipway datasets update terns@golden --remove-alias golden'),
    })
    expect(await show({ id: 'terns@golden' }, call)).toMatchObject({ version: 1, description: '' })
    expect(await update({ id: 'terns@golden', removeAlias: 'golden' }, call)).toMatchObject({ version: 1, aliases: [] })
    await expect(show({ id: 'terns@golden' }, call)).rejects.toMatchObject({ code: 'not_found' })
    expect(await update({ id: 'terns@1', alias: 'golden' }, call)).toMatchObject({ aliases: ['golden'] })
    const renamed = await update({ id: 'terns@golden', removeAlias: 'golden', alias: 'best' }, call)
    expect(renamed).toMatchObject({ version: 1, aliases: ['best'] })
  })

  test('an import that fails leaves a version that says why, and no bytes', async () => {
    const made = await importing(b.at.file('odd.jsonl', jsonLines([{ x: 1 }])))
    expect(made).toMatchObject({
      state: 'failed',
      rows: 0,
      files: [],
      problem: expect.stringContaining('"x" (number)'),
    })
    await expect(b.datasets.handlers.preview({ id: 'odd', offset: 0, limit: 1 }, call)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('failed'),
    })
  })

  test('detect says what would be read, and imports nothing', async () => {
    const path = b.at.file('look.csv', 'question,answer,id\na,b,1\n')
    const found = await b.datasets.handlers.detect({ path }, call)
    expect(found).toMatchObject({
      kind: 'sft',
      format: 'prompt_response',
      ignoredColumns: ['id'],
      files: [{ path: 'look.csv', format: 'csv' }],
    })
    await expect(b.datasets.handlers.show({ id: 'look' }, call)).rejects.toMatchObject({ code: 'not_found' })
    await expect(b.datasets.handlers.detect({ path: `${path}x` }, call)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('detect shows the first rows as they are and as they would be, column by column', async () => {
    const path = b.at.file(
      'shown.csv',
      'question,answer,score,raw,note\nwhy?,"because, so",1.5,"{""a"":1}",\nwho?,,-2,[],x\n',
    )
    const { preview } = await b.datasets.handlers.detect({ path }, call)
    expect(preview).toEqual({
      columns: [
        { name: 'question', type: 'text', field: 'prompt' },
        { name: 'answer', type: 'text', field: 'response' },
        { name: 'score', type: 'number' },
        { name: 'raw', type: 'json' },
        { name: 'note', type: 'text' },
      ],
      rows: [
        {
          line: 2,
          cells: { question: 'why?', answer: 'because, so', score: '1.5', raw: '{"a":1}', note: '' },
          mapped: chat('why?', 'because, so'),
        },
        {
          line: 3,
          cells: { question: 'who?', answer: '', score: '-2', raw: '[]', note: 'x' },
          problem: { reason: 'no_answer', message: 'answer is empty' },
        },
      ],
    })
    const mapped = await b.datasets.handlers.detect({ path, map: { prompt: 'note', response: 'question' } }, call)
    expect(mapped.preview.columns.map(({ name, field }) => [name, field])).toEqual([
      ['question', 'response'],
      ['answer', undefined],
      ['score', undefined],
      ['raw', undefined],
      ['note', 'prompt'],
    ])
  })

  test('detect tells the types that a Parquet file declares, and those that JSON has', async () => {
    const talks = join(b.at.dir, 'talks.parquet')
    const rows = [
      { ...row('a', 'b'), count: 3, tags: ['x'], maybe: null },
      { ...row('c', 'd'), maybe: true },
    ]
    const source = b.at.file('typed.jsonl', jsonLines(rows))
    const typed = await b.datasets.handlers.detect({ path: source }, call)
    expect(typed.preview.columns.map(({ name, type }) => [name, type])).toEqual([
      ['prompt', 'text'],
      ['response', 'text'],
      ['count', 'number'],
      ['tags', 'array'],
      ['maybe', 'boolean'],
    ])
    expect(typed.preview.rows[0]?.cells).toEqual({
      prompt: 'a',
      response: 'b',
      count: '3',
      tags: '["x"]',
      maybe: 'null',
    })
    await importing(b.at.file('declared.jsonl', jsonLines([row('a', 'b')])))
    await b.datasets.handlers.export({ id: 'declared', path: talks, annotations: true, leftOut: false }, call)
    const { preview } = await b.datasets.handlers.detect({ path: talks }, call)
    expect(preview.columns).toMatchObject([
      { name: 'messages', type: 'array', field: 'messages', sourceType: expect.stringMatching(/STRUCT.*\[\]/) },
    ])
    expect(preview.rows).toMatchObject([{ line: 1, mapped: chat('a', 'b') }])
  })

  test('of a file that nothing fits, detect shows the rows that somebody has to map', async () => {
    const path = b.at.file('odd-names.jsonl', jsonLines([{ frage: 'Warum?', wert: 'x'.repeat(1_000) }, { frage: 1 }]))
    const failure = await b.datasets.handlers.detect({ path }, call).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'invalid_input',
      details: {
        columns: { frage: 'text', wert: 'text' },
        preview: {
          columns: [
            { name: 'frage', type: 'text' },
            { name: 'wert', type: 'text' },
          ],
          rows: [
            { line: 1, cells: { frage: 'Warum?', wert: `${'x'.repeat(300)}…` } },
            { line: 2, cells: { frage: '1' } },
          ],
        },
      },
    })
  })

  test('rows that are no objects are one cell without a name', async () => {
    const path = b.at.file('plain.txt', 'first\nsecond\n')
    const { preview } = await b.datasets.handlers.detect({ path }, call)
    expect(preview.columns).toEqual([])
    expect(preview.rows.map(each => [each.cells[''], each.mapped])).toEqual([
      ['first', { text: 'first' }],
      ['second', { text: 'second' }],
    ])
  })
})

describe('reading a version', () => {
  beforeAll(async () => {
    const rows = Array.from({ length: 3000 }, (_, index) =>
      row(`question ${index}`, index === 1234 ? 'The NEEDLE (1)' : `${'x'.repeat(index % 50)}y`),
    )
    await importing(b.at.file('many.jsonl', jsonLines(rows)))
  })
  const preview = (input: Record<string, unknown>) =>
    b.datasets.handlers.preview({ id: 'many', offset: 0, limit: 20, ...input }, call)

  test('pages come in order, with row numbers', async () => {
    const page = await preview({ offset: 2500, limit: 3 })
    expect(page.total).toBe(3000)
    expect(page.rows.map(found => found.row)).toEqual([2500, 2501, 2502])
    expect(page.rows[0]?.data).toEqual(chat('question 2500', 'y'))
    expect((await preview({ offset: 3000 })).rows).toEqual([])
  })

  test('text and expressions filter', async () => {
    expect(await preview({ search: 'the needle' })).toMatchObject({ total: 1, rows: [{ row: 1234 }] })
    expect((await preview({ regex: '^question 29\\d\\d', limit: 2 })).total).toBe(100)
    expect(await preview({ search: "'; DROP TABLE x; --" })).toMatchObject({ total: 0 })
    await expect(preview({ regex: '(' })).rejects.toMatchObject({
      code: 'invalid_input',
      hint: expect.stringContaining('RE2'),
    })
  })

  test('statistics count lengths, empty and distinct texts', async () => {
    const stats = await b.datasets.handlers.stats({ id: 'many' }, call)
    expect(stats).toMatchObject({ kind: 'sft', rows: 3000 })
    const [prompt, response] = stats.columns
    expect(prompt).toMatchObject({ column: 'prompt', empty: 0, characters: { min: 10, max: 13 } })
    expect(Math.abs((prompt?.distinct ?? 0) - 3000)).toBeLessThan(300)
    expect(response?.characters).toMatchObject({ min: 1, max: 50 })
    expect(response?.characters.histogram.reduce((sum, bin) => sum + bin.rows, 0)).toBe(3000)
  })

  test('a query that is given up ends, and the next one is answered', async () => {
    const abort = new AbortController()
    const asked = b.datasets.handlers.stats({ id: 'many' }, { ...call, signal: abort.signal })
    abort.abort()
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' })
    expect((await preview({ limit: 1 })).rows).toHaveLength(1)
  })

  test('a split is the same for the same seed, keeps equal questions together and loses nothing', async () => {
    const { items } = await b.datasets.handlers.split({ id: 'many', validation: 0.2, test: 0.1, seed: 7 }, call)
    expect(items.map(part => part.splitRole)).toEqual(['train', 'validation', 'test'])
    expect(items.reduce((sum, part) => sum + part.rows, 0)).toBe(3000)
    expect(items.map(part => Math.round(part.rows / 100))).toEqual([21, 6, 3])
    const again = await b.datasets.handlers.split({ id: 'many@1', validation: 0.2, test: 0.1, seed: 7 }, call)
    const hashes = async (id: string) => (await b.datasets.handlers.show({ id }, call)).files.map(file => file.sha256)
    for (const [index, part] of items.entries())
      expect(await hashes(part.id)).toEqual(await hashes(again.items[index]?.id ?? ''))
    expect((await b.datasets.handlers.show({ id: items[0]?.id ?? '' }, call)).lineage.madeBy).toMatchObject([
      { role: 'split:train', name: 'many@1' },
    ])
    const report = await b.datasets.handlers.check(
      { id: items[0]?.id ?? '', against: items[1]?.id ?? '', rows: 5 },
      call,
    )
    expect(report.problems.filter(problem => problem.code === 'leak')).toEqual([])
  })
})

test('only drafts are frozen, once; damaged bytes are noticed before', async () => {
  const made = await importing(b.at.file('freeze.jsonl', jsonLines([row('a', 'b')])))
  const frozen = await b.datasets.handlers.freeze({ id: made.id }, call)
  expect(frozen).toMatchObject({ state: 'frozen', frozenAt: expect.any(String) })
  b.datasets.port.freeze(call, made.id)
  expect((await b.datasets.handlers.show({ id: made.id }, call)).frozenAt).toBe(frozen.frozenAt)

  const other = await importing(b.at.file('harm.jsonl', jsonLines([row('harm', 'ed')])))
  const [file] = b.datasets.port.version(other.id).files
  const { chmodSync } = await import('node:fs')
  chmodSync(file ?? '', 0o600)
  writeFileSync(file ?? '', 'zeroed')
  await expect(b.datasets.handlers.freeze({ id: other.id }, call)).rejects.toMatchObject({ code: 'storage_damaged' })
  expect((await b.datasets.handlers.show({ id: other.id }, call)).state).toBe('draft')
})

test('what is used is not removed; what is removed is gone, and its number with it', async () => {
  const made = await importing(b.at.file('used.jsonl', jsonLines([row('a', 'b')])))
  b.users.set(made.id, ['run tuned'])
  await expect(b.datasets.handlers.remove({ id: 'used', purge: false }, call)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('run tuned'),
  })
  b.users.clear()
  expect(await b.datasets.handlers.remove({ id: 'used', purge: false }, call)).toMatchObject({ removed: [made.id] })
  await expect(b.datasets.handlers.show({ id: made.id }, call)).rejects.toMatchObject({ code: 'not_found' })
  expect((await importing(b.at.file('used.jsonl', jsonLines([row('a', 'b')])))).version).toBe(2)
})

describe('taking a removal back', () => {
  const remove = (id: string, purge = false) => b.datasets.handlers.remove({ id, purge }, call)
  const restore = (id: string) => b.datasets.handlers.restore({ id: DatasetVersionId.parse(id) }, call)
  const filesOf = (id: string) => b.datasets.port.version(id).files

  test('brings back the rows, the aliases and the place in lists', async () => {
    const made = await importing(b.at.file('undo.jsonl', jsonLines([row('un', 'do')])))
    await b.datasets.handlers.update({ id: 'undo', alias: 'golden' }, call)
    const { removed, restorableUntil } = await remove('undo')
    expect(Date.parse(restorableUntil ?? '')).toBeGreaterThan(Date.now() + undoMs - 60_000)
    expect((await list({ q: 'undo' })).total).toBe(0)
    await expect(b.datasets.handlers.show({ id: 'undo@golden' }, call)).rejects.toMatchObject({ code: 'not_found' })
    expect(removed).toEqual([made.id])
    expect(await restore(made.id)).toMatchObject({ id: made.id, name: 'undo', rows: 1, aliases: ['golden'] })
    expect((await list({ q: 'undo' })).total).toBe(1)
    expect(await parquetRows(filesOf('undo@golden')[0] ?? '')).toEqual([chat('un', 'do')])
    await expect(restore(made.id)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('not removed'),
    })
  })

  test('is over after seven days: then the bytes that nothing else needs are deleted', async () => {
    const rows = jsonLines([row('same', 'bytes')])
    const [kept, gone] = [
      await importing(b.at.file('kept.jsonl', rows)),
      await importing(b.at.file('gone.jsonl', rows)),
    ]
    const alone = await importing(b.at.file('alone.jsonl', jsonLines([row('a', 'lone')])))
    const foreign = await importing(b.at.file('foreign.jsonl', jsonLines([row('for', 'eign')])))
    const files = [kept, gone, alone, foreign].map(each => filesOf(each.id)[0] ?? '')
    expect(files[0], 'the same rows are the same bytes').toBe(files[1])
    b.usedBlobs.add(foreign.files[0]?.sha256 ?? '')
    for (const { id } of [gone, alone, foreign]) await remove(id)
    b.skipMs(undoMs - 60_000)
    b.datasets.purge()
    expect(files.map(existsSync)).toEqual([true, true, true, true])
    b.skipMs(120_000)
    b.datasets.purge()
    expect(files.map(existsSync)).toEqual([true, true, false, true])
    await expect(restore(alone.id)).rejects.toMatchObject({ code: 'not_found' })
    expect((await b.datasets.handlers.freeze({ id: kept.id }, call)).state).toBe('frozen')
  })

  test('is not offered for what was deleted at once', async () => {
    const made = await importing(b.at.file('now.jsonl', jsonLines([row('n', 'ow')])))
    const [file] = filesOf(made.id)
    expect(await remove('now', true)).toEqual({ removed: [made.id] })
    expect(existsSync(file ?? '')).toBe(false)
    await expect(restore(made.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('deleting waits while an import is under way: it may be storing the same bytes', async () => {
    const rows = jsonLines([row('ra', 'ce')])
    const made = await importing(b.at.file('race.jsonl', rows))
    const [file] = filesOf(made.id)
    await b.datasets.handlers.import({ path: b.at.file('race-2.jsonl', rows), description: '', label: [] }, call)
    await remove(made.id, true)
    expect(existsSync(file ?? '')).toBe(true)
    await b.settled()
    b.datasets.purge()
    expect(await parquetRows(filesOf('race-2')[0] ?? '')).toEqual([chat('ra', 'ce')])
  })
})

const list = (input: Inputs['datasets']['list']) => b.datasets.handlers.list(inputOf(datasets.list, input), call)

test('lists filter, sort and page', async () => {
  expect((await list({ q: 'talk' })).items.map(item => item.name)).toEqual(['talks'])
  expect((await list({ q: 'ta' })).items.map(item => item.name)).toEqual(['talks'])
  expect((await list({ label: 'small' })).total).toBe(1)
  expect((await list({ state: 'failed' })).items.map(item => item.name)).toEqual(['odd'])
  const first = await list({ limit: 2 })
  const second = await list({ limit: 2, cursor: first.nextCursor })
  expect(new Set([...first.items, ...second.items].map(item => item.id)).size).toBe(4)
  const byRows = (await list({ sort: 'rows', kind: ['sft', 'text'], limit: 1000 })).items
  expect(byRows.map(item => item.rows)).toEqual(byRows.map(item => item.rows).toSorted((x, y) => y - x))
  expect((await list({ sort: 'rows', kind: ['sft', 'text'], offset: 2, limit: 2 })).items).toEqual(byRows.slice(2, 4))
  const names = (await list({ sort: 'name', limit: 1000 })).items.map(item => item.name)
  expect(names).toEqual(names.toSorted())
  await expect(b.datasets.handlers.update({ id: 'talks', name: 'many' }, call)).rejects.toMatchObject({
    code: 'conflict',
  })
})

describe('exporting', () => {
  const rows = [
    chat('=1+1', '@cmd'),
    chat('a,"b"\nc', '-2'),
    {
      messages: [
        ...chat('q', '').messages.slice(0, 1),
        { role: 'assistant', content: null, tool_calls: [{ id: 'x' }] },
      ],
      tools: [{ type: 'function' }],
    },
  ]
  const exporting = (path: string, annotations = true) =>
    b.datasets.handlers.export({ id: 'out', path, annotations, leftOut: false }, call)
  beforeAll(async () => {
    await importing(b.at.file('out.jsonl', jsonLines(rows)))
  })

  test.each(['jsonl', 'csv', 'parquet'])('%s comes back as the same rows', async format => {
    const path = join(b.at.dir, `copy.${format}`)
    const exported = await exporting(path)
    expect(exported).toMatchObject({ path, rows: 3 })
    const again = scratch()
    const back = await imported(again, path)
    expect(back.rows).toEqual(await parquetRows(b.datasets.port.version('out').files[0] ?? ''))
    again.remove()
    await expect(exporting(path)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('without annotations only the questions leave', async () => {
    const path = join(b.at.dir, 'questions.jsonl')
    await exporting(path, false)
    expect(JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? '')).toEqual({
      messages: [{ role: 'user', content: '=1+1' }],
    })
  })

  test('cells that a spreadsheet would run are defused', async () => {
    await importing(b.at.file('formulas.txt', '=1+1\n+2\n-3\n@x\nplain\n'))
    const path = join(b.at.dir, 'formulas.csv')
    await b.datasets.handlers.export({ id: 'formulas', path, annotations: true, leftOut: false }, call)
    expect(readFileSync(path, 'utf8')).toBe("text\r\n'=1+1\r\n'+2\r\n'-3\r\n'@x\r\nplain\r\n")
  })

  test('a failed export leaves nothing', async () => {
    const path = join(b.at.dir, 'nowhere', 'x.jsonl')
    await expect(exporting(path)).rejects.toMatchObject({ code: 'not_found' })
    expect(existsSync(path)).toBe(false)
    await expect(exporting(join(b.at.dir, 'x.doc'))).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('rows that an import left out', () => {
  const count = 2_500
  // They come first: a sample of the beginning tells the shape of the rows.
  const goodRows = 300
  const lines = Array.from({ length: count }, (_, index) => (index % 5 === 0 ? '{"prompt":1,"response":"b"}' : '{"cut'))
  const leftOut = (path: string) =>
    b.datasets.handlers.export({ id: 'mostly-bad', path, annotations: true, leftOut: true }, call)
  let id: string
  beforeAll(async () => {
    const path = b.at.file('mostly-bad.jsonl', `${jsonLines(Array(goodRows).fill(row('a', 'b')))}${lines.join('\n')}`)
    ;({ id } = await importing(path))
  })
  const page = (offset: number, limit: number, reason?: 'wrong_type' | 'invalid_json') =>
    b.datasets.handlers.issues({ id, offset, limit, ...(reason && { reason }) }, call)

  test('are all listed, page by page, also those of one reason alone', async () => {
    const far = await page(2_400, 1_000)
    expect(far).toMatchObject({ badRows: count, stored: count, reasons: { wrong_type: 500, invalid_json: 2_000 } })
    expect(far.items.map(({ line }) => line)).toEqual(
      Array.from({ length: 100 }, (_, index) => goodRows + 2_401 + index),
    )
    const ofOne = await page(498, 50, 'wrong_type')
    expect(ofOne).toMatchObject({
      badRows: count,
      stored: 500,
      items: [{ line: goodRows + 2_491 }, { line: goodRows + 2_496 }],
    })
    expect((await page(count, 10)).items).toEqual([])
  })

  test('leave as JSON lines, complete or not at all', async () => {
    const path = join(b.at.dir, 'left-out.jsonl')
    expect(await leftOut(path)).toMatchObject({ path, rows: count, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    const written = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(written).toHaveLength(count)
    expect(JSON.parse(written.at(-1) ?? '')).toMatchObject({ line: goodRows + count, reason: 'invalid_json' })
    await expect(leftOut(path)).rejects.toMatchObject({ code: 'conflict' })
    await expect(leftOut(join(b.at.dir, 'left-out.csv'))).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(leftOut(join(b.at.dir, 'nowhere', 'x.jsonl'))).rejects.toMatchObject({ code: 'not_found' })
  })

  test('go with the rows of a version that was removed for good', async () => {
    const { id: gone } = await importing(b.at.file('gone-bad.jsonl', `{"cut\n${jsonLines([row('gone', 'bad')])}`))
    expect(b.issuesStored(gone)).toBe(1)
    await b.datasets.handlers.remove({ id: gone, purge: true }, call)
    await vi.waitFor(() => expect(b.issuesStored(gone)).toBe(0))
    expect(b.issuesStored(id)).toBe(count)
  })
})
