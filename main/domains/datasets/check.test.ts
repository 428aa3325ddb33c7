import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonLines } from './import/test-import.ts'
import type { RenderRows } from './render-rows.ts'
import { type Bench, bench, call } from './test-datasets.ts'

const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string, weight?: number) => ({
  role: 'assistant',
  content,
  ...(weight !== undefined && { weight }),
})
const system = (content: string) => ({ role: 'system', content })

const rendered = { usable: 3 }
const asked: Parameters<RenderRows>[0][] = []
const render: RenderRows = async (request, _, onEvent) => {
  asked.push(request)
  onEvent?.({ event: 'phase', phase: 'importing' })
  onEvent?.({ event: 'phase', phase: 'rendering' })
  for (const done of [1, 2, 3]) onEvent?.({ event: 'progress', done, total: 3 })
  return renderAll(request)
}
const renderAll: RenderRows = async ({ method, files, samples }) => ({
  report: {
    rows: 3,
    usableRows: rendered.usable,
    problemRows: 3 - rendered.usable,
    truncatedRows: 1,
    tokens: { total: 30, learned: 10, truncated: 2, longest: 12, mean: 10 },
    maxSequenceLength: 512,
    histogram: [],
  },
  samples: [
    {
      row: 0,
      tokens: files.length,
      learnedTokens: samples,
      truncatedTokens: 0,
      parts: [{ text: method, learned: true }],
    },
  ],
  problems: rendered.usable === 3 ? [] : [{ row: 0, code: 'invalid_input', message: 'Every label is masked' }],
})

let b: Bench
beforeAll(() => {
  b = bench(render)
})
afterAll(() => b.close())

const check = async (name: string, rows: readonly unknown[], more: Record<string, unknown> = {}) => {
  const path = b.at.file(`${name}.jsonl`, jsonLines(rows))
  await b.datasets.handlers.import({ path, description: '', label: [] }, call)
  await b.settled()
  const report = await b.datasets.handlers.check({ id: name, rows: 5, ...more }, call)
  return {
    verdict: report.verdict,
    found: Object.fromEntries(report.problems.map(({ code, rows }) => [code, rows])),
    report,
  }
}

const clean = Array.from({ length: 5 }, (_, index) => ({
  messages: [system('s'), user(`q${index}`), assistant(`a${index}`)],
}))

test('every seeded defect of conversations is found, at its row', async () => {
  const { verdict, found } = await check(
    'talks',
    [
      ...clean,
      { messages: [user(' \n'), assistant('a')] },
      { messages: [assistant('first'), user('q'), assistant('b')] },
      { messages: [user('q'), user('q'), assistant('c')] },
      { messages: [user('q'), assistant('a'), user('unanswered')] },
      { messages: [user('q'), assistant('d'), system('late'), user('r'), assistant('e')] },
      { messages: [user('w'), assistant('masked', 0)] },
      { messages: [user('x'), assistant('one'), user('y'), assistant('')] },
      clean[0],
      { messages: [system('S'), user('Q1!'), assistant('a1')] },
      { messages: [user('long'), assistant('z'.repeat(7000))] },
    ],
    { maxSequenceLength: 1024, method: 'sft' },
  )
  expect(found).toEqual({
    nothing_learned: [10],
    empty_turn: [5],
    role_order: [6, 7],
    ends_unanswered: [8],
    late_system: [9],
    empty_answer: [11],
    duplicate: [12],
    near_duplicate: [13],
    too_long: [14],
  })
  expect(verdict).toBe('usable')
})

test('a clean set is ready', async () => {
  expect(await check('clean', clean)).toMatchObject({ verdict: 'ready', found: {} })
})

test('sets from which nothing can be learned are refused', async () => {
  const masked = clean.map(({ messages }) => ({ messages: [...messages.slice(0, 2), assistant('a', 0)] }))
  expect((await check('masked', masked)).verdict).toBe('refused')
  const same = ['a', 'b'].map(prompt => ({ prompt, chosen: 'x', rejected: 'x' }))
  expect(await check('same', same)).toMatchObject({ verdict: 'refused', found: { same_answers: [0, 1] } })
  const good = ['a', 'b'].map(prompt => ({ prompt, completion: 'x', label: true }))
  expect(await check('onesided', good)).toMatchObject({ verdict: 'refused', found: { label_balance: [] } })
  const scores = [{ prompt: 'a', responses: ['x', 'y'], scores: [1, 1] }]
  expect((await check('scores', scores)).verdict).toBe('refused')
  expect(await check('kind', clean, { method: 'dpo' })).toMatchObject({ verdict: 'refused', found: { wrong_kind: [] } })
})

test('an unbalanced but possible set is only a warning', async () => {
  const rows = Array.from({ length: 12 }, (_, index) => ({
    prompt: `q${index}`,
    completion: `a${index}`,
    label: index > 0,
  }))
  expect(await check('tilted', rows)).toMatchObject({ verdict: 'usable', found: { label_balance: [], few_rows: [] } })
})

test('questions that training and validation share are a leak', async () => {
  await check('held', [{ messages: [user('Q3?'), assistant('other')] }])
  const alone = clean.map(({ messages: [, question, answer] }) => ({ messages: [question, answer] }))
  const { found, report } = await check('shared', alone, { against: 'held' })
  expect(found).toEqual({ leak: [3] })
  expect(report.problems[0]?.message).toContain('held@1')
})

test('the tokenizer’s findings join in, and a set without a learned token is refused', async () => {
  rendered.usable = 3
  const { report } = await check('rendered', clean, { model: 'tiny' })
  expect(report.rendered).toMatchObject({
    report: { truncatedRows: 1 },
    samples: [{ tokens: 1, learnedTokens: 5, parts: [{ text: 'sft' }] }],
  })
  expect(report.problems.map(problem => problem.code)).toEqual(['truncated'])
  expect(asked.at(-1)?.first).toBeUndefined()
  await b.datasets.handlers.check({ id: 'rendered', model: 'tiny', rows: 5, first: 2 }, call)
  expect(asked.at(-1)?.first).toBe(2)
  rendered.usable = 0
  const refused = await b.datasets.handlers.check({ id: 'rendered', model: 'tiny', rows: 5 }, call)
  expect(refused.verdict).toBe('refused')
  expect(refused.problems.map(problem => problem.code)).toEqual([
    'render_invalid_input',
    'truncated',
    'nothing_learned',
  ])
})

test('whoever gives an id is told how far a check is: the rules, then the rows that are rendered', async () => {
  rendered.usable = 3
  const { verdict } = await check('told', clean, { model: 'tiny', first: 3, progressId: 'a-check-of-mine' })
  expect(verdict).toBe('usable')
  expect(b.told('a-check-of-mine')).toMatchObject([
    { step: 'rules', done: 0, total: 5, unit: 'rows' },
    { step: 'rules', done: 5, total: 5 },
    { step: 'loading', done: 0, total: 3 },
    { step: 'rendering', done: 0, total: 3 },
    // Those in between came too soon to be worth an event.
    { step: 'rendering', done: 3, total: 3, secondsLeft: 0 },
  ])
})

test('some rows are rendered alone, in the words of the method that the rows are for', async () => {
  rendered.usable = 3
  await check('looked-at', clean)
  const { rows, problems } = await b.datasets.handlers.render(
    { id: 'looked-at', model: 'tiny', offset: 2, limit: 2 },
    call,
  )
  expect(asked.at(-1)).toMatchObject({ model: 'tiny', method: 'sft', only: { firstRow: 2, rows: 2 } })
  expect(rows).toHaveLength(1)
  expect(problems).toEqual([])
  const before = asked.length
  expect(await b.datasets.handlers.render({ id: 'looked-at', model: 'tiny', offset: 5, limit: 2 }, call)).toEqual({
    rows: [],
    problems: [],
  })
  await expect(
    b.datasets.handlers.render({ id: 'looked-at', model: 'tiny', method: 'dpo', offset: 0, limit: 2 }, call),
  ).rejects.toMatchObject({ code: 'invalid_input' })
  expect(asked).toHaveLength(before)
})

const repair = (id: string, without: string[], more: Record<string, unknown> = {}) =>
  b.datasets.handlers.repair({ id, without, ...more }, call)

test('a repair leaves the rows of a problem out of a new version, and the old one as it was', async () => {
  const twice = [...clean, ...clean.slice(0, 2), { messages: [system('s'), user(' '), assistant('x')] }]
  const { found } = await check('torn', twice)
  expect(found).toEqual({ duplicate: [5, 6], empty_turn: [7] })
  const repaired = await repair('torn', ['duplicate', 'empty_turn'])
  expect(repaired).toMatchObject({ name: 'torn', version: 2, state: 'draft', kind: 'sft', rows: 5 })
  expect(await b.datasets.handlers.check({ id: 'torn@2', rows: 5 }, call)).toMatchObject({ problems: [] })
  const shown = await b.datasets.handlers.show({ id: 'torn@2' }, call)
  expect(shown.settings.without).toEqual(['duplicate', 'empty_turn'])
  expect(shown.lineage.madeBy).toMatchObject([{ kind: 'dataset', name: 'torn@1', role: 'repaired' }])
  expect(await b.datasets.handlers.show({ id: 'torn@1' }, call)).toMatchObject({ rows: 8 })
})

test('no rows are deleted while a repair is under way: it may just have stored the same bytes', async () => {
  const own = [1, 2, 3].map(n => ({ messages: [user(`mended ${n}`), assistant('a')] }))
  await check('mended', [...own, ...own.slice(0, 1)])
  const first = await repair('mended@1', ['duplicate'])
  const [file = ''] = b.datasets.port.version(first.id).files
  const repairing = repair('mended@1', ['duplicate'])
  await b.datasets.handlers.remove({ id: first.id, purge: true }, call)
  expect(existsSync(file)).toBe(true)
  const second = await repairing
  b.datasets.purge()
  expect(b.datasets.port.version(second.id).files, 'the same rows are the same bytes').toEqual([file])
  expect(existsSync(file)).toBe(true)
})

test('rows that a model finds fault with are left out too', async () => {
  await check('unseen', clean)
  rendered.usable = 0
  expect(await repair('unseen', ['render_invalid_input'], { model: 'tiny' })).toMatchObject({ rows: 4 })
  rendered.usable = 3
  await expect(repair('unseen', ['render_invalid_input'])).rejects.toMatchObject({ code: 'invalid_input' })
})

test('a repair that would change nothing, leave nothing or mean nothing is refused', async () => {
  await check('sound', clean)
  await expect(repair('sound', ['duplicate'])).rejects.toMatchObject({ code: 'conflict' })
  await expect(repair('sound', ['few_rows'])).rejects.toMatchObject({ code: 'invalid_input' })
  const silent = [{ messages: [user(''), assistant('a')] }]
  await check('silent', silent)
  await expect(repair('silent', ['empty_turn'])).rejects.toMatchObject({ code: 'conflict' })
})
