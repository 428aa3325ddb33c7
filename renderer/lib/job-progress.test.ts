import { expect, test } from 'vitest'
import { progressWords } from './job-progress.ts'

const steps = { done: 40, total: 300, unit: 'steps', ratePerSecond: 2.25, secondsLeft: 116 }

test('share, done of total, rate and time left are told in the language that is on', () => {
  expect(progressWords({ progress: steps }, 'en')).toEqual({
    share: 40 / 300,
    done: '40 / 300 steps',
    rate: '2.3 steps/s',
    left: '1 min 56 s',
  })
  expect(progressWords({ progress: steps }, 'zh')).toMatchObject({ done: '40 / 300 步', rate: '2.3 步/秒' })
})

test('bytes are sizes, and their rate is one too', () => {
  const progress = { done: 5e8, total: 1e9, unit: 'bytes', ratePerSecond: 141e6 }
  expect(progressWords({ progress }, 'en')).toEqual({ share: 0.5, done: '500 MB / 1.00 GB', rate: '141 MB/s' })
})

test('what is not known is not told: no total, no rate, no end', () => {
  expect(progressWords({ progress: { done: 3, unit: 'rows', ratePerSecond: 0 } }, 'en')).toEqual({ done: '3 rows' })
  expect(progressWords({}, 'en')).toEqual({})
})
