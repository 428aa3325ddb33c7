import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createStopLadder } from './stop-ladder.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const ladder = () => {
  const steps: string[] = []
  const made = createStopLadder({
    politeStopMs: 1_000,
    termGraceMs: 100,
    ask: save => void steps.push(save ? 'ask to save' : 'ask'),
    terminate: () => void steps.push('SIGTERM'),
    kill: () => void steps.push('SIGKILL'),
    note: () => undefined,
  })
  return { ...made, steps }
}

test('each rung has its time', () => {
  const { stop, steps, facts } = ladder()
  stop('asked', true)
  vi.advanceTimersByTime(999)
  expect(steps).toEqual(['ask to save'])
  vi.advanceTimersByTime(1)
  expect([steps.at(-1), facts()]).toEqual(['SIGTERM', { stop: 'asked', rung: 'SIGTERM' }])
  vi.advanceTimersByTime(100)
  expect([steps.at(-1), facts().rung]).toEqual(['SIGKILL', 'SIGKILL'])
  vi.advanceTimersByTime(10_000)
  expect(steps).toHaveLength(3)
})

test('asked again without saving, the wait for the checkpoint is over; any other repetition changes nothing', () => {
  const { stop, steps } = ladder()
  stop('asked', true)
  stop('asked', true)
  expect(steps).toEqual(['ask to save'])
  stop('asked', false)
  stop('asked', false)
  expect(steps).toEqual(['ask to save', 'SIGTERM'])
})

test('an end on the way ends the climb', () => {
  const { stop, clear, steps } = ladder()
  stop('asked', false)
  clear()
  vi.advanceTimersByTime(10_000)
  expect(steps).toEqual(['ask'])
})

test('a job over its memory limit is killed at once, also while it is being stopped', () => {
  const { stop, killFor, steps, facts } = ladder()
  stop('asked', true)
  killFor('memory_limit')
  killFor('memory_limit')
  vi.advanceTimersByTime(10_000)
  expect([steps, facts()]).toEqual([['ask to save', 'SIGKILL'], { stop: 'memory_limit', rung: 'SIGKILL' }])
})
