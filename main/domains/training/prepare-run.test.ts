import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MemoryPlan } from '../../contract/training.ts'
import { openTraining } from './test-training.ts'

let bench: ReturnType<typeof openTraining>
beforeEach(() => {
  bench = openTraining()
})
afterEach(() => bench.close())

const plan = (more: Partial<MemoryPlan>): MemoryPlan => ({
  ...{ device: 'cpu', totalBytes: 8e9, freeBytes: 10e9, verdict: 'fits', terms: [], remedies: [] },
  ...more,
})

test('a run that can never fit is refused with its numbers, and started only by who insists', async () => {
  bench.memory = plan({
    verdict: 'too_large',
    totalBytes: 30e9,
    terms: [{ name: 'weights', bytes: 30e9, formula: '' }],
  })
  await expect(bench.start('large')).rejects.toMatchObject({
    code: 'missing_requirement',
    message: expect.stringMatching(/30\.0 GB on cpu, which has 10\.0 GB free/),
  })
  expect((await bench.start('large', { anyway: true })).state).toBe('queued')
})

test('a run that fits once running jobs have ended is started, and says that it waits', async () => {
  bench.memory = plan({ verdict: 'too_large', startsWhenFree: true, totalBytes: 12e9 })
  const run = await bench.start('patient')
  expect(run.state).toBe('queued')
  const { warnings } = await bench.handlers.show({ id: run.id }, bench.call)
  expect(warnings).toEqual([expect.stringMatching(/needs 12\.0 GB on cpu, which has 10\.0 GB free: it starts when/)])
})
