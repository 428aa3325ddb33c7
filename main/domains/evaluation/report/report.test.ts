import { describe, expect, test } from 'vitest'
import { EvaluationDetail, type ResultRow } from '../../../contract/evaluation.ts'
import { renderReport } from './render-report.ts'
import { buildReport, shorten } from './report.ts'

const hex = '0'.repeat(31)
const results: ReadonlyMap<string, readonly ResultRow[]> = new Map([
  [
    'base',
    [
      {
        row: 0,
        prompt: 'What is 1 + 1?',
        reference: '2',
        prediction: '3',
        scores: { exact_match: 0, edit_distance: 1 },
      },
      {
        row: 1,
        prompt: '把“猫”翻译成英文',
        reference: 'cat',
        prediction: 'cat',
        scores: { exact_match: 1, edit_distance: 0 },
      },
      { row: 2, prompt: 'Name a colour.', reference: 'red', prediction: null, error: 'the engine ran out of memory' },
    ],
  ],
  [
    'tuned',
    [
      {
        row: 0,
        prompt: 'What is 1 + 1?',
        reference: '2',
        prediction: '2',
        scores: { exact_match: 1, edit_distance: 0 },
      },
      {
        row: 1,
        prompt: '把“猫”翻译成英文',
        reference: 'cat',
        prediction: 'cat',
        scores: { exact_match: 1, edit_distance: 0 },
      },
      {
        row: 2,
        prompt: 'Name a colour.',
        reference: 'red',
        prediction: 'red\n```\nred',
        scores: { exact_match: 0, edit_distance: 8 },
      },
    ],
  ],
])
const score = (metric: string, value: number) => ({ metric, value, low: value / 2, high: value, rows: 2 })
const evaluation = EvaluationDetail.parse({
  id: `eval_${hex}1`,
  name: 'before and after',
  version: 1,
  state: 'done',
  dataset: { id: 'ds_1', name: 'held-out' },
  objects: [
    {
      name: 'base',
      kind: 'model',
      id: 'mdl_1',
      rows: 3,
      failedRows: 1,
      scores: [score('exact_match', 0.5), score('edit_distance', 0.5)],
      completionTokens: 9,
    },
    {
      name: 'tuned',
      kind: 'model',
      id: 'mdl_2',
      rows: 3,
      failedRows: 0,
      scores: [score('exact_match', 0.6667), score('edit_distance', 2.6667)],
      completionTokens: 12,
    },
  ],
  metrics: ['exact_match', 'edit_distance'],
  rows: 3,
  sizeBytes: 1234,
  createdAt: '2026-11-24T00:00:00.000Z',
  updatedAt: '2026-11-24T00:01:00.000Z',
  endedAt: '2026-11-24T00:01:00.000Z',
  generation: { maxTokens: 64, temperature: 0, topP: 1, seed: 42 },
  comparisons: [
    {
      metric: 'exact_match',
      first: 'base',
      second: 'tuned',
      difference: 0.5,
      low: 0.1,
      high: 0.9,
      isSignificant: true,
    },
  ],
  warnings: ['1 row of base failed'],
  lineage: { madeBy: [{ kind: 'dataset', id: 'ds_1', name: 'held-out', role: 'questions' }], made: [] },
})

describe('a report', () => {
  test.each(['json', 'md', 'html'] as const)('as %s reads like the last one that a person approved', async format => {
    await expect(renderReport(format, evaluation, results)).toMatchFileSnapshot(`./golden/report.${format}.txt`)
  })

  test('picks the worst and the best answers by the first metric, and the rows that changed most', () => {
    const report = buildReport(evaluation, results)
    expect(report.examplesBy).toBe('exact_match')
    const shown = (list: typeof report.best) => list.map(({ object, row, score: found }) => [object, row, found])
    expect(shown(report.worst)).toEqual([
      ['base', 0, 0],
      ['tuned', 2, 0],
      ['tuned', 0, 1],
    ])
    expect(shown(report.best)).toEqual([
      ['base', 1, 1],
      ['tuned', 1, 1],
    ])
    expect(report.changes).toEqual([expect.objectContaining({ row: 0, difference: 1 })])
  })

  test('for a metric where less is better, the least is best', () => {
    const report = buildReport({ ...evaluation, metrics: ['edit_distance'] }, results)
    expect(report.worst[0]).toMatchObject({ object: 'base', score: 1 })
    expect(report.best[0]).toMatchObject({ object: 'base', score: 0 })
  })

  test('lists each change once, the gains before the losses', () => {
    const rows = (shift: number) =>
      Array.from(
        { length: 7 },
        (_, row): ResultRow => ({
          row,
          prompt: 'p',
          reference: 'r',
          prediction: 'a',
          scores: { exact_match: shift * (row - 3) },
        }),
      )
    const { changes } = buildReport(
      evaluation,
      new Map([
        ['base', rows(0)],
        ['tuned', rows(0.1)],
      ]),
    )
    expect(changes.map(({ row }) => row)).toEqual([6, 5, 4, 2, 1, 0])
  })

  test('an evaluation without answers still gives a report', () => {
    for (const format of ['json', 'md', 'html'] as const)
      expect(renderReport(format, { ...evaluation, objects: [], comparisons: [] }, new Map())).toContain(
        'before and after',
      )
  })

  test('long texts are cut for reading and whole in the JSON', () => {
    const long = `${'x'.repeat(1999)}😀${'y'.repeat(500)}`
    expect(shorten(long)).toBe(`${'x'.repeat(1999)}… (502 more characters in the JSON report)`)
    const rows = new Map([
      ['base', [{ row: 0, prompt: long, reference: '', prediction: '', scores: { exact_match: 0 } }]],
    ])
    expect(renderReport('json', evaluation, rows)).toContain(long)
    expect(renderReport('html', evaluation, rows)).not.toContain('yyy')
  })
})

const attacks = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</pre></details><svg/onload=alert(1)>',
  '</title></style><iframe src=javascript:alert(1)>',
  '[click](javascript:alert(1))',
  '![x](http://evil.invalid/?q=1)',
  '\n```\n<script>alert(1)</script>\n```` \n# heading',
  '| a | b |\n|---|---|',
  '&lt;script&gt;&#x3c;b&#x3e;',
  '\u202egnp.exe\u0000\u001b[31m',
  '<!-- --><style>*{display:none}</style>',
]

describe.each(attacks)('the hostile text %j in every field', attack => {
  /** Every string that a user or a model can choose. */
  const hostile: EvaluationDetail = {
    ...evaluation,
    name: attack,
    dataset: { id: attack, name: attack },
    objects: evaluation.objects.map(object => ({ ...object, name: `${object.name}${attack}`, id: attack })),
    comparisons: evaluation.comparisons.map(comparison => ({ ...comparison, first: attack, second: attack })),
    warnings: [attack],
    lineage: {
      madeBy: [{ kind: attack, id: attack, name: attack, role: attack }],
      made: [{ kind: attack, id: attack, name: attack, role: attack }],
    },
  }
  const rows = new Map(
    [...results].map(([name, list]) => [
      `${name}${attack}`,
      list.map(
        (row): ResultRow => ({
          ...row,
          prompt: attack,
          reference: attack,
          prediction: row.prediction === null ? null : attack,
          error: attack,
        }),
      ),
    ]),
  )

  test('stays text in HTML: no tag, attribute or entity comes out of it', () => {
    const html = renderReport('html', hostile, rows)
    // The tags and attributes that we write ourselves, and no other.
    const tags = [...html.matchAll(/<\/?([a-zA-Z!][^\s>]*)[^>]*>/g)].map(([, name]) => name?.toLowerCase())
    const ours =
      'html head meta title style body h1 h2 section table thead tbody tr th td strong meter details summary p pre bdi ul li !doctype'
    expect([...new Set(tags)].filter(name => !ours.split(' ').includes(name ?? ''))).toEqual([])
    const attributes = [...html.matchAll(/<[a-z0-9]+((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>/g)].flatMap(([, list]) =>
      [...(list ?? '').matchAll(/([a-z-]+)="/g)].map(([, name]) => name),
    )
    const allowed = ['lang', 'charset', 'http-equiv', 'content', 'name', 'class', 'scope', 'min', 'max', 'value']
    expect(attributes.filter(name => !allowed.includes(name ?? ''))).toEqual([])
    expect([...html.matchAll(/</g)].length).toBe([...html.matchAll(/<\/?[a-z!][^<>]*>/g)].length)
    expect(html).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/)
    expect(html).not.toContain('&#x3c;')
    expect(html.replace(/<style>[\s\S]*<\/style>/, '').replaceAll(/<[^<>]*>/g, '')).not.toMatch(/["']/)
    expect(html).not.toMatch(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u)
  })

  test('stays text in Markdown: outside of fences there is no HTML, link, image or heading of its own', () => {
    const lines = renderReport('md', hostile, rows).split('\n')
    const outside: string[] = []
    let fence = ''
    for (const line of lines) {
      const run = /^(`{3,})/.exec(line)?.[1] ?? ''
      if (fence === '' && run !== '') fence = run
      else if (fence !== '') {
        if (line === fence) fence = ''
      } else outside.push(line)
    }
    expect(fence).toBe('')
    const text = outside.join('\n')
    expect(text).not.toMatch(/</)
    expect(text).not.toMatch(/(?<!\\)[[\]]/)
    expect(text).not.toMatch(/^# heading/m)
    const columns = outside.filter(line => line.startsWith('| ')).map(line => line.split(/(?<!\\)\|/).length - 2)
    expect(columns.every(count => [2, 3, 4, 6].includes(count))).toBe(true)
  })

  test('comes back unchanged from the JSON', () => {
    const report = JSON.parse(renderReport('json', hostile, rows))
    expect(report.evaluation.name).toBe(attack)
    expect(report.results[0].rows[0].prediction).toBe(attack)
  })
})
