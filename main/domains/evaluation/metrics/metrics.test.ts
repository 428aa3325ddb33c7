import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../contract/errors.ts'
import { metricNames as promisedNames } from '../../../contract/evaluation.ts'
import { commonSubsequenceLength, levenshtein } from './bit-parallel.ts'
import { bootstrapInterval, compareScores, createFill, normalCdf, normalQuantile } from './bootstrap.ts'
import type { Metric, RowScore } from './metric.ts'
import { createMetrics, metricNames, scoreRows, selectMetrics } from './registry.ts'
import { contains, editDistance, editSimilarity, exactMatch, rougeL, sameJson, sameLabel, tokenF1 } from './scores.ts'

const metric = (name: string): Metric => {
  const [found] = selectMetrics([name])
  if (found === undefined) throw new Error(name)
  return found
}
const value = (name: string, prediction: string, reference: string | readonly string[]) =>
  metric(name).perRow(prediction, reference)

describe('exact match and accuracy', () => {
  test('evens out white space only, unless asked for more', () => {
    expect(exactMatch(' 42\n', '42')).toBe(1)
    expect(exactMatch('Yes', 'yes')).toBe(0)
    expect(exactMatch('Yes!', 'yes', { lowercase: true, punctuation: true })).toBe(1)
    expect(exactMatch('ＡＢ', 'AB')).toBe(0)
    expect(exactMatch('ＡＢ', 'AB', { unicode: true })).toBe(1)
    expect(exactMatch('a  b', 'a b', { whitespace: false })).toBe(0)
  })
  test('a label is the same whatever its case, punctuation, article and width', () => {
    expect(sameLabel('The Positive.', 'positive')).toBe(1)
    expect(sameLabel('正面。', '正面')).toBe(1)
    expect(sameLabel('negative', 'positive')).toBe(0)
  })
  test('of several references the nearest counts', () => {
    expect(value('exact_match', 'b', ['a', 'b'])).toEqual({ value: 1 })
    expect(value('edit_distance', 'abd', ['xyz', 'abc'])).toEqual({ value: 1 })
    expect(value('exact_match', 'b', [])).toEqual({ value: null, reason: 'the row has no reference' })
  })
})

test('Chinese answers are compared by character', () => {
  expect(tokenF1('模型在训练', '模型训练')).toBeCloseTo(8 / 9, 12)
  expect(rougeL('模型在训练', '模型训练')).toBeCloseTo(8 / 9, 12)
})

describe('edit distance', () => {
  const slow = (a: readonly string[], b: readonly string[]): number => {
    let row = Array.from({ length: b.length + 1 }, (_, index) => index)
    for (const [i, symbol] of a.entries()) {
      const next = [i + 1]
      for (const [j, other] of b.entries())
        next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (symbol === other ? 0 : 1)))
      row = next
    }
    return row[b.length] ?? 0
  }
  const slowCommon = (a: readonly string[], b: readonly string[]): number => {
    let row = new Array<number>(b.length + 1).fill(0)
    for (const symbol of a) {
      const next = [0]
      for (const [j, other] of b.entries())
        next.push(symbol === other ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0))
      row = next
    }
    return row[b.length] ?? 0
  }
  const letters = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 150 })
  const ids = (list: readonly string[]) => Uint32Array.from(list, letter => letter.charCodeAt(0))

  test('bit-parallel and plain dynamic programming agree, over word borders too', () => {
    fc.assert(
      fc.property(letters, letters, (a, b) => {
        expect(levenshtein(ids(a), ids(b))).toBe(slow(a, b))
        expect(commonSubsequenceLength(ids(a), ids(b))).toBe(slowCommon(a, b))
      }),
    )
  })
  test('counts code points, lone surrogates too', () => {
    expect(editDistance('😀', '')).toEqual({ distance: 1, longer: 1 })
    expect(editDistance('\ud83d', '😀')).toEqual({ distance: 1, longer: 1 })
    expect(editSimilarity('', '')).toBe(1)
  })
  test('two unlike texts of 100,000 characters are refused instead of freezing, near-equal ones are compared', () => {
    const long = 'ab'.repeat(50_000)
    expect(value('edit_distance', long, 'cd'.repeat(50_000))).toEqual({
      value: null,
      reason: expect.stringContaining('too long to compare'),
    })
    expect(value('edit_distance', `${long}x${long}`, `${long}y${long}`)).toEqual({ value: 1 })
    expect(rougeL('a b '.repeat(50_000), 'c d '.repeat(50_000))).toBeNull()
  })
})

describe('scores in general', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'B', ' ', '的', '。', 'é', '1', '😀', ','), maxLength: 40 })
  const fractions = metricNames.filter(name => name !== 'edit_distance' && name !== 'regex_match')
  test('lie between 0 and 1, and are best for the reference itself', () => {
    const metrics = selectMetrics(fractions)
    fc.assert(
      fc.property(texts, texts, (prediction, reference) => {
        for (const each of metrics) {
          const score = each.perRow(prediction, reference).value
          if (score !== null) expect(score >= 0 && score <= 1).toBe(true)
          const own = each.perRow(reference, reference).value
          if (own !== null && score !== null) expect(own).toBeGreaterThanOrEqual(score - 1e-12)
        }
      }),
    )
  })
  test('F1, ROUGE and edit distance do not depend on which side is which', () => {
    const symmetric = selectMetrics(['f1', 'rouge_1', 'rouge_2', 'rouge_l', 'edit_distance', 'edit_similarity'])
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        for (const each of symmetric) expect(each.perRow(a, b)).toEqual(each.perRow(b, a))
      }),
    )
  })
  test('the aggregate leaves out what could not be scored', () => {
    const rows = [
      { prediction: 'a', reference: 'a' },
      { prediction: 'b', reference: 'a' },
      { prediction: null, reference: 'a' },
    ]
    const scores = scoreRows(metric('exact_match'), rows)
    expect(scores[2]).toEqual({ value: null, reason: 'there is no answer: the inference failed' })
    expect(metric('exact_match').aggregate(scores)).toBe(0.5)
    expect(metric('exact_match').aggregate([])).toBeNull()
    expect(metric('bleu4').aggregate(scoreRows(metric('bleu4'), rows.slice(2)))).toBeNull()
  })
  test('an unknown metric is refused with the names that there are', () => {
    expect(() => selectMetrics(['rouge'])).toThrow(AppError)
    expect(selectMetrics(['f1', 'f1']).map(({ name }) => name)).toEqual(['f1'])
    expect([...createMetrics().keys()]).toEqual([...metricNames])
    expect([...metricNames].toSorted()).toEqual([...promisedNames].toSorted())
  })
})

describe('contains and JSON', () => {
  test('an empty reference is in everything, so it scores nothing', () => {
    expect(contains('x', ' ')).toBeNull()
    expect(contains('the answer  is\n42.', 'is 42')).toBe(1)
  })
  test.each([
    ['{"a": 1, "b": [1, 2]}', '{"b":[1,2],"a":1.0}', 1],
    ['[1, 2]', '[2, 1]', 0],
    ['12345678901234567890', '12345678901234567891', 0],
    ['1e2', '100', 1],
    ['-0', '0', 1],
    ['0.10', '1e-1', 1],
    ['"1"', '1', 0],
    ['{"__proto__": 1}', '{}', 0],
    ['{}', '{"toString": 1}', 0],
    ['[]', '{}', 0],
    ['null', 'false', 0],
    ['```json\n{"a": 1}\n```', '{"a": 1}', 1],
    ['not json', '{}', 0],
    ['{"number": "1e0"}', '1', 0],
  ])('%s and %s: %d', (prediction, reference, expected) => {
    expect(sameJson(prediction, reference)).toBe(expected)
  })
  test('a reference that is no JSON scores nothing, and neither does nesting without end', () => {
    expect(sameJson('{}', '{')).toBeNull()
    const deep = '['.repeat(200_000) + ']'.repeat(200_000)
    expect(sameJson(deep, '[]')).toBe(0)
    for (const levels of [1000, 4000, 8000, 16_000]) {
      const nested = '['.repeat(levels) + ']'.repeat(levels)
      expect([null, 1]).toContain(sameJson(nested, nested))
    }
  })
})

describe('patterns from datasets', () => {
  test('match anywhere, in Unicode mode', () => {
    expect(value('regex_match', 'the answer is 42.', String.raw`\b\d+\b`)).toEqual({ value: 1 })
    expect(value('regex_match', '😀', '^.$')).toEqual({ value: 1 })
    expect(value('regex_match', 'none', ['x', 'one'])).toEqual({ value: 1 })
    expect(value('regex_match', 'none', 'x')).toEqual({ value: 0 })
  })
  test('one that backtracks without end is stopped, and the other rows of its batch are scored', () => {
    const evil = { prediction: `${'a'.repeat(40)}!`, reference: '^(a+)+$' }
    const good = { prediction: 'a1', reference: '1' }
    const scores = scoreRows(metric('regex_match'), [good, evil, good, evil, good])
    expect(scores.map(score => score.value)).toEqual([1, null, 1, null, 1])
    expect(scores[1]).toMatchObject({ reason: expect.stringContaining('longer than 100 ms') })
  })
  test('what is no pattern, or too long for one, says so', () => {
    for (const reference of ['(', 'x'.repeat(2001)])
      expect(value('regex_match', 'x', reference)).toMatchObject({
        value: null,
        reason: expect.stringContaining('no regular expression'),
      })
  })
  test('a pattern cannot reach out of its box', () => {
    expect(value('regex_match', 'x', '`);process.exit(1);(`')).toMatchObject({ value: null })
  })
})

/** Whole numbers below a bound, one at a time. */
const createRandom = (seed: number) => {
  const fill = createFill(seed)
  const one = new Uint32Array(1)
  return (below: number): number => {
    fill(one, below)
    return one[0] ?? 0
  }
}

describe('bootstrap', () => {
  const mean = metric('contains')
  const scores = (values: readonly number[]): readonly RowScore[] => values.map(each => ({ value: each }))

  test('the normal distribution function and its inverse give the known values', () => {
    expect(normalCdf(0)).toBe(0.5)
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 12)
    expect(normalQuantile(0.025)).toBeCloseTo(-1.959963984540054, 12)
  })
  test('the generator spreads evenly and repeats with its seed', () => {
    const [a, b] = [createRandom(5), createRandom(5)]
    const counts = new Array<number>(10).fill(0)
    for (let draw = 0; draw < 100_000; draw += 1) {
      const next = a(10)
      if (b(10) === next) counts[next] = (counts[next] ?? 0) + 1
    }
    expect(counts.reduce((sum, count) => sum + count)).toBe(100_000)
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })
  test('covers the true mean about as often as it says', () => {
    let covered = 0
    const random = createRandom(99)
    for (let trial = 0; trial < 200; trial += 1) {
      const sample = Array.from({ length: 60 }, () => random(2))
      const found = bootstrapInterval(mean, scores(sample), { resamples: 300, seed: trial })
      if (found !== null && found.low <= 0.5 && found.high >= 0.5) covered += 1
    }
    expect(covered).toBeGreaterThan(178)
  })
  test('is the same for the same seed, and holds the score', () => {
    const values = scores([0, 1, 1, 0.5, 0.25, 1, 0, 0.75])
    const found = bootstrapInterval(mean, values, { seed: 3 })
    expect(found).toEqual(bootstrapInterval(mean, values, { seed: 3 }))
    expect(found?.low).toBeLessThan(0.5625)
    expect(found?.high).toBeGreaterThan(0.5625)
  })
  test('rows that are all alike give an interval without width, one row gives none', () => {
    expect(bootstrapInterval(mean, scores([1, 1, 1]))).toMatchObject({ low: 1, high: 1, method: 'percentile' })
    expect(bootstrapInterval(mean, scores([1]))).toBeNull()
  })
  test('a pair that differs by the same amount in every row differs by exactly that', () => {
    const first = scores([0.1, 0.5, 0.3, 0.8])
    const second = scores([0.2, 0.6, 0.4, 0.9])
    const found = compareScores(mean, first, second)
    expect(found?.difference).toBeCloseTo(0.1, 12)
    expect(found?.interval.low).toBeCloseTo(0.1, 12)
    expect(found?.interval.high).toBeCloseTo(0.1, 12)
    expect(found).toMatchObject({ shareNotBetter: 0, twoSided: 0, rows: 4 })
  })
  test('pairing sees what two separate intervals would hide', () => {
    const random = createRandom(4)
    const base = Array.from({ length: 100 }, () => random(1000) / 1000)
    const better = base.map(each => each + 0.02 + random(10) / 1000)
    const found = compareScores(mean, scores(base), scores(better))
    expect(found?.interval.low).toBeGreaterThan(0.02)
    const [first, second] = [bootstrapInterval(mean, scores(base)), bootstrapInterval(mean, scores(better))]
    expect(first?.high).toBeGreaterThan(second?.low ?? Number.POSITIVE_INFINITY)
  })
  test('equal objects show no difference, and chance alone seldom does', () => {
    const same = scores([0, 1, 1, 0, 1])
    expect(compareScores(mean, same, same)).toMatchObject({ difference: 0, shareNotBetter: 1, twoSided: 1 })
  })
  test('for a metric where less is better, fewer edits count as better', () => {
    const found = compareScores(metric('edit_distance'), scores([5, 6, 7, 8]), scores([1, 2, 3, 3]))
    expect(found).toMatchObject({ difference: -4.25, shareNotBetter: 0 })
  })
  test('only rows that both have count, and other rows cannot be compared', () => {
    const gap: RowScore = { value: null, reason: 'failed' }
    expect(compareScores(mean, [...scores([0, 0, 1]), gap], [...scores([1, 1, 1]), { value: 0 }])).toMatchObject({
      rows: 3,
    })
    expect(() => compareScores(mean, scores([1]), scores([1, 2]))).toThrow(AppError)
  })
  test('settings out of range are refused', () => {
    expect(() => bootstrapInterval(mean, scores([0, 1]), { resamples: 10 })).toThrow(AppError)
    expect(() => bootstrapInterval(mean, scores([0, 1]), { confidence: 1 })).toThrow(AppError)
  })
})
