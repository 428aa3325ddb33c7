import { expect, test } from 'vitest'
import { parseExposition } from '../../../tests/support/exposition-parser.ts'
import { exposition } from './exposition.ts'
import { createHistogram } from './histogram.ts'

test('names, labels and numbers of any kind come back as they were', () => {
  const labels = { path: 'C:\\new "folder"\nline two', name: 'wäre, {x="y"}' }
  const text = exposition([
    {
      name: 'a_bytes',
      help: 'one\nline \\ and "more"',
      type: 'gauge',
      samples: [{ labels, value: 1.5e-9 }, { value: -0.25 }],
    },
    { name: 'b_total', help: 'b', type: 'counter', samples: [{ value: 2 ** 53 }] },
    { name: 'c', help: 'c', type: 'gauge', samples: [{ value: Number.POSITIVE_INFINITY }] },
    { name: 'nothing', help: 'has no sample', type: 'gauge', samples: [] },
  ])
  const parsed = parseExposition(text)
  expect([...parsed.keys()]).toEqual(['a_bytes', 'b_total', 'c'])
  expect(parsed.get('a_bytes')?.samples).toEqual([
    { name: 'a_bytes', labels, value: 1.5e-9 },
    { name: 'a_bytes', labels: {}, value: -0.25 },
  ])
  expect(parsed.get('b_total')?.samples[0]?.value).toBe(2 ** 53)
  expect(parsed.get('c')?.samples[0]?.value).toBe(Number.POSITIVE_INFINITY)
})

test('a histogram counts each observation in every bucket that holds it', () => {
  const histogram = createHistogram([0.1, 1])
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value)
  const parsed = parseExposition(
    exposition([{ name: 'h_seconds', help: 'h', type: 'histogram', samples: [{ counts: histogram.counts() }] }]),
  )
  expect(parsed.get('h_seconds')?.samples.map(({ name, labels, value }) => [name, labels.le, value])).toEqual([
    ['h_seconds_bucket', '0.1', 2],
    ['h_seconds_bucket', '1', 3],
    ['h_seconds_bucket', '+Inf', 4],
    ['h_seconds_sum', undefined, 7.65],
    ['h_seconds_count', undefined, 4],
  ])
})
