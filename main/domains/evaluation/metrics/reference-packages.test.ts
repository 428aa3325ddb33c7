import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bleuFromStatistics, bleuStatistics, sentenceBleu } from './bleu.ts'
import { bootstrapInterval } from './bootstrap.ts'
import { createMetrics, scoreRows } from './registry.ts'
import { editDistance, editSimilarity, rougeL, rougeN, tokenF1 } from './scores.ts'

type Case = {
  readonly prediction: string
  readonly references: readonly [string, ...string[]]
  readonly tokenizer: '13a' | 'zh'
} & Readonly<Record<'rouge_1' | 'rouge_2' | 'rouge_l' | 'bleu4' | 'edit_distance' | 'edit_similarity' | 'f1', number>>

type Recorded = {
  readonly cases: readonly Case[]
  readonly corpora: readonly {
    readonly tokenizer: '13a' | 'zh'
    readonly rows: readonly number[]
    readonly bleu4: number
  }[]
  readonly intervals: readonly {
    readonly values: readonly number[]
    readonly percentile: readonly [number, number]
    readonly bca: readonly [number, number]
  }[]
}

// Written by make_cases.py beside it, which this file is the reader of.
const recorded = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../../../tests/fixtures/metrics/cases.json', import.meta.url)), 'utf8'),
) as Recorded

/** What differs, as one list: a failure shows the texts. */
const differing = (ours: (one: Case) => number | null, theirs: (one: Case) => number) =>
  recorded.cases
    .map(one => ({ prediction: one.prediction, references: one.references, ours: ours(one), theirs: theirs(one) }))
    .filter(({ ours, theirs }) => ours === null || Math.abs(ours - theirs) > 1e-9)

describe('scores agree with the reference packages to 1e-9', () => {
  test('there are enough cases, with scores of all sizes', () => {
    expect(recorded.cases.length).toBeGreaterThanOrEqual(200)
    expect(recorded.cases.filter(({ bleu4 }) => bleu4 > 0.1 && bleu4 < 0.9).length).toBeGreaterThan(80)
  })
  test('ROUGE-1 with rouge-score', () => {
    expect(
      differing(
        ({ prediction, references }) => rougeN(prediction, references[0], 1),
        one => one.rouge_1,
      ),
    ).toEqual([])
  })
  test('ROUGE-2 with rouge-score', () => {
    expect(
      differing(
        ({ prediction, references }) => rougeN(prediction, references[0], 2),
        one => one.rouge_2,
      ),
    ).toEqual([])
  })
  test('ROUGE-L with rouge-score', () => {
    expect(
      differing(
        ({ prediction, references }) => rougeL(prediction, references[0]),
        one => one.rouge_l,
      ),
    ).toEqual([])
  })
  test('sentence BLEU with sacrebleu, one reference and several, tokenizers 13a and zh', () => {
    expect(
      differing(
        ({ prediction, references }) => sentenceBleu(prediction, references),
        one => one.bleu4,
      ),
    ).toEqual([])
  })
  test('edit distance with rapidfuzz', () => {
    expect(
      differing(
        ({ prediction, references }) => editDistance(prediction, references[0])?.distance ?? null,
        one => one.edit_distance,
      ),
    ).toEqual([])
  })
  test('edit similarity with rapidfuzz', () => {
    expect(
      differing(
        ({ prediction, references }) => editSimilarity(prediction, references[0]),
        one => one.edit_similarity,
      ),
    ).toEqual([])
  })
  test("F1 with SQuAD's official functions", () => {
    expect(
      differing(
        ({ prediction, references }) => tokenF1(prediction, references[0]),
        one => one.f1,
      ),
    ).toEqual([])
  })
  test('corpus BLEU with sacrebleu', () => {
    for (const { rows, tokenizer, bleu4 } of recorded.corpora) {
      const sums = new Float64Array(10)
      for (const row of rows) {
        const { prediction = '', references = [''] } = recorded.cases[row] ?? {}
        const statistics = bleuStatistics(prediction, [references[0] ?? ''], tokenizer)
        for (const [index, value] of statistics.entries()) sums[index] = (sums[index] ?? 0) + value
      }
      expect(bleuFromStatistics(sums, false)).toBeCloseTo(bleu4, 9)
    }
  })
})

test('bootstrap intervals of a mean agree with scipy within the noise of drawing', () => {
  const contains = createMetrics().get('contains')
  if (contains === undefined) throw new Error('the metric is gone')
  for (const { values, percentile, bca } of recorded.intervals) {
    const scores = values.map(value => ({ value }))
    for (const [method, [low, high]] of [
      ['percentile', percentile],
      ['bca', bca],
    ] as const) {
      const ours = bootstrapInterval(contains, scores, { method, resamples: 20_000, seed: 1 })
      // One row out of n is the grain of a mean of zeros and ones.
      const grain = 1.01 / values.length
      expect(ours?.method).toBe(method)
      expect(Math.abs((ours?.low ?? Number.NaN) - low)).toBeLessThanOrEqual(grain)
      expect(Math.abs((ours?.high ?? Number.NaN) - high)).toBeLessThanOrEqual(grain)
    }
  }
})

test('the registry gives corpus BLEU over rows, not the mean of sentences', () => {
  const corpus = recorded.corpora.find(({ tokenizer, rows }) => tokenizer === '13a' && rows.length > 30)
  const bleu = createMetrics().get('bleu4')
  if (corpus === undefined || bleu === undefined) throw new Error('the fixture lacks a corpus')
  const rows = corpus.rows.map(row => ({
    prediction: recorded.cases[row]?.prediction ?? '',
    reference: recorded.cases[row]?.references[0] ?? '',
  }))
  expect(bleu.aggregate(scoreRows(bleu, rows))).toBeCloseTo(corpus.bleu4, 9)
})
