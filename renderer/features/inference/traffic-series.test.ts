import { expect, test } from 'vitest'
import { trafficSeries } from './traffic-series.ts'

const nowMs = Date.parse('2026-11-25T10:05:30.000Z')
const minute = (at: string, requests: number, errors = {}, completionTokens = 0) => ({
  at,
  requests,
  errors,
  promptTokens: 0,
  completionTokens,
  ttftMs: 100,
  latencyMs: 400,
})

test('minutes without requests count as zero and have no latency', () => {
  const series = trafficSeries([minute('2026-11-25T10:04:00.000Z', 3, { busy: 1 }, 120)], 3, nowMs)
  expect(series.times.map(time => new Date(time * 1000).toISOString().slice(11, 16))).toEqual([
    '10:03',
    '10:04',
    '10:05',
  ])
  expect(series.answered).toEqual([0, 2, 0])
  expect(series.failed).toEqual([0, 1, 0])
  expect(series.tokensPerSecond).toEqual([0, 2, 0])
  expect(series.ttftMs).toEqual([null, 100, null])
})

test('errors are summed by code over what is shown, and minutes before it are left out', () => {
  const series = trafficSeries(
    [
      minute('2026-11-25T10:05:00.000Z', 5, { busy: 2 }),
      minute('2026-11-25T10:04:00.000Z', 9, { busy: 1, worker_lost: 4 }),
      minute('2026-11-25T09:00:00.000Z', 7, { internal: 7 }),
    ],
    3,
    nowMs,
  )
  expect(series.errors).toEqual([
    ['worker_lost', 4],
    ['busy', 3],
  ])
  expect(series.requests).toBe(14)
})
