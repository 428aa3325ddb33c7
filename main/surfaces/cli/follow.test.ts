import { expect, test } from 'vitest'
import type { Job, JobId } from '../../contract/jobs.ts'
import { progressLine } from './follow.ts'

const job: Job = {
  id: 'job_1' as JobId,
  kind: 'training',
  name: 'my-run',
  state: 'running',
  subjectId: 'run_1',
  health: 'ok',
  progress: { done: 30, total: 120, unit: 'steps', ratePerSecond: 2, secondsLeft: 45 },
  devices: [],
  priority: 'normal',
  attempt: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
}

test('a line of progress says how far, how fast and how long still', () => {
  expect(progressLine(job)).toBe('my-run: running, 25 % of 120 steps, 2 steps/s, 45 s left')
})

test('while it is stopped, it says what is done instead of the time that the whole would take', () => {
  const progress = { done: 30, total: 120, unit: 'steps' }
  const stopping = { ...job, state: 'stopping' as const, progress }
  expect(progressLine({ ...stopping, stopping: 'saving' })).toBe(
    'my-run: stopping, saving a checkpoint, 25 % of 120 steps',
  )
  expect(progressLine({ ...stopping, stopping: 'ending' })).toBe('my-run: stopping, 25 % of 120 steps')
})
