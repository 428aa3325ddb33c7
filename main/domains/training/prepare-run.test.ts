import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MemoryPlan } from '../../contract/memory-plan.ts'
import { inputOf } from '../../contract/test-input.ts'
import { training } from '../../contract/training.ts'
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

test('early stopping without a row to measure by is refused before anything starts', async () => {
  const set = { earlyStopping: true, validationSplit: 0, saveSteps: 16 }
  await expect(bench.start('blind', { set })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('earlyStopping needs rows that measure'),
    details: { problems: [{ key: 'earlyStopping' }] },
  })
  expect((await bench.start('seeing', { set, validation: ['held-out'] })).state).toBe('queued')
})

test('datasets are mixed at their rates, which the trainer is told by file, and which a retry keeps', async () => {
  const dataset = ['notes', 'general']
  const mixed = await bench.start('mixed', { dataset, samplingRate: { general: 0.1 } })
  expect(bench.configOf(mixed.id)).toMatchObject({
    trainFiles: ['/blobs/notes', '/blobs/general'],
    trainRates: [1, 0.1],
  })
  expect(mixed.datasets).toEqual([
    { id: 'dver_notes', name: 'notes' },
    { id: 'dver_general', name: 'general', samplingRate: 0.1 },
  ])
  bench.end(mixed.id)
  const again = await bench.handlers.retry({ id: mixed.id, set: {}, anyway: false }, bench.call)
  expect(bench.configOf(again.id).trainRates).toEqual([1, 0.1])
  expect(bench.configOf((await bench.start('plain', { dataset })).id)).not.toHaveProperty('trainRates')
  await expect(bench.start('wrong', { dataset, samplingRate: { other: 2 } })).rejects.toMatchObject({
    code: 'invalid_input',
    message: 'other has a sampling rate, but is not learned from.',
  })
})

test('a plan counts the rows that are learned: sampled, and without those that are held back', async () => {
  const { rows } = await bench.handlers.plan(
    inputOf(training.plan, {
      ...{ method: 'sft', model: 'base', dataset: ['notes', 'general'] },
      ...{ samplingRate: { notes: 0.5 }, set: { validationSplit: 0.1 } },
    }),
    bench.call,
  )
  expect(rows).toBe(135)
})

test('how many steps packed rows take is not guessed, and said where it is set', async () => {
  const steps = async (method: 'sft' | 'pretrain', set = {}) =>
    (await bench.handlers.plan(inputOf(training.plan, { method, model: 'base', dataset: [method], set }), bench.call))
      .steps
  const unsplit = { validationSplit: 0, globalBatchSize: 16, epochs: 2 }
  expect(await steps('sft', unsplit)).toBe(14)
  expect(await steps('sft', { ...unsplit, packing: true })).toBeNull()
  expect(await steps('pretrain', unsplit)).toBeNull()
  expect(await steps('pretrain', { ...unsplit, packing: false })).toBe(14)
  expect(await steps('pretrain', { ...unsplit, maxSteps: 30 })).toBe(30)
})

test('a name is made of model and method, and numbered where a run or a model has it', async () => {
  expect((await bench.start()).name).toBe('base-sft')
  expect((await bench.start()).name).toBe('base-sft-2')
  bench.modelNames.add('base-sft-3')
  expect((await bench.start()).name).toBe('base-sft-4')
})

test('a run that fits once running jobs have ended is started, and says that it waits', async () => {
  bench.memory = plan({ verdict: 'too_large', startsWhenFree: true, totalBytes: 12e9 })
  const run = await bench.start('patient')
  expect(run.state).toBe('queued')
  const { warnings } = await bench.handlers.show({ id: run.id }, bench.call)
  expect(warnings).toEqual([expect.stringMatching(/needs 12\.0 GB on cpu, which has 10\.0 GB free: it starts when/)])
})

test('a plan says with how many processors it would compute, and warns where other jobs hold the rest', async () => {
  const planned = (set: Record<string, unknown> = {}) =>
    bench.handlers.plan(inputOf(training.plan, { method: 'sft', model: 'base', dataset: ['notes'], set }), bench.call)
  expect(await planned()).toMatchObject({ processors: 4, warnings: [] })
  bench.processors = { granted: 1, all: 4 }
  const shared = await planned()
  expect(shared.processors).toBe(1)
  expect(shared.warnings).toEqual([expect.stringMatching(/computes with 1 of 4 to its end\. Set threads/)])
  expect(await planned({ threads: 9 })).toMatchObject({ processors: 4, warnings: [] })
})
