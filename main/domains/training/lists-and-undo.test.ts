import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Inputs } from '../../contract/index.ts'
import { RunId } from '../../contract/runs.ts'
import { inputOf } from '../../contract/test-input.ts'
import { training } from '../../contract/training.ts'
import { undoMs } from '../../platform/retention.ts'
import { call, openTraining } from './test-training.ts'

let bench: ReturnType<typeof openTraining>
beforeEach(() => {
  bench = openTraining()
})
afterEach(() => bench.close())

const list = (input: Inputs['training']['list'] = {}) => bench.handlers.list(inputOf(training.list, input), call)
const restore = (id: string) => bench.handlers.restore({ id: RunId.parse(id) }, call)
const namesOf = async (input?: Inputs['training']['list']) => (await list(input)).items.map(run => run.name)
const ended = async (name: string, state: 'done' | 'failed' = 'done') => {
  const run = await bench.start(name)
  bench.end(run.id, state)
  return run
}
const step = (at: number, loss: number | null) => ({
  ...{ event: 'step', step: at, epoch: at / 10, loss, learningRate: 1e-4, gradNorm: 0.5, tokensPerSecond: 900 },
  ...{ samplesPerSecond: 3, memoryBytes: 5_000, secondsLeft: 60, metrics: { mean_token_accuracy: 0.8 } },
})

test('runs are sorted by name as people do, by loss with the best first, and otherwise the newest come first', async () => {
  const losses: [string, number | null][] = [
    ['sft-10', 0.5],
    ['sft-9', null],
    ['sft-2', 0.1],
  ]
  for (const [name, loss] of losses) {
    const run = await bench.start(name)
    bench.say(run.id, step(1, loss))
  }
  expect(await namesOf()).toEqual(['sft-2', 'sft-9', 'sft-10'])
  expect(await namesOf({ sort: 'name' })).toEqual(['sft-2', 'sft-9', 'sft-10'])
  expect(await namesOf({ sort: 'loss', order: 'asc' })).toEqual(['sft-2', 'sft-10', 'sft-9'])
})

test('pages go on under a sort, jump to a row, and hold to the filters', async () => {
  for (let i = 0; i < 12; i += 1) await ended(`run-${i}`, i % 3 === 0 ? 'failed' : 'done')
  const first = await list({ sort: 'name', limit: 3, state: ['done', 'cancelled'] })
  expect(first.total).toBe(8)
  expect(first.items.map(run => run.name)).toEqual(['run-1', 'run-2', 'run-4'])
  expect(await namesOf({ sort: 'name', limit: 3, state: ['done', 'cancelled'], cursor: first.nextCursor })).toEqual([
    'run-5',
    'run-7',
    'run-8',
  ])
  expect(await namesOf({ sort: 'name', limit: 2, offset: 6, state: 'done' })).toEqual(['run-10', 'run-11'])
  expect(await namesOf({ q: 'RUN-1', sort: 'name' })).toEqual(['run-1', 'run-10', 'run-11'])
  expect(await namesOf({ q: '%' })).toEqual([])
  expect((await list({ method: 'dpo' })).total).toBe(0)
})

test('a run is described as it starts or later, is found by that, and keeps it when it is started again', async () => {
  const { id } = await bench.start('first', { description: 'half the learning rate' })
  await bench.start('second')
  bench.end(id)
  expect(await namesOf({ q: 'RATE half' })).toEqual(['first'])
  expect(await namesOf({ q: 'first rate' })).toEqual(['first'])
  const again = await bench.handlers.retry({ id, name: 'third', set: {}, anyway: false }, call)
  expect(again.description).toBe('half the learning rate')
  const { description } = await bench.handlers.update({ id: RunId.parse(id), description: 'twice as long' }, call)
  expect(description).toBe('twice as long')
  expect(await namesOf({ q: 'twice' })).toEqual(['first'])
  expect((await list({ q: 'rate' })).total).toBe(1)
  expect(() => inputOf(training.update, { id, description: 'x'.repeat(501) })).toThrow(/500/)
})

test('a removed run is gone from sight, keeps its bytes, and comes back whole', async () => {
  const { id } = await bench.start('tuned')
  bench.say(id, step(1, 0.5))
  const checkpoint = bench.checkpoint(id, 1)
  bench.end(id)
  const removed = await bench.handlers.remove({ id: 'tuned', purge: false }, call)
  expect(removed).toMatchObject({ removed: id, freedBytes: 1_000 })
  expect(Date.parse(removed.restorableUntil ?? '')).toBe(bench.clock.now + undoMs)
  expect((await list()).total).toBe(0)
  await expect(bench.handlers.show({ id }, call)).rejects.toMatchObject({ code: 'not_found' })
  expect(existsSync(checkpoint)).toBe(true)

  const restored = await restore(id)
  expect(restored).toMatchObject({ id, name: 'tuned', state: 'done', checkpoints: [{ step: 1 }] })
  expect((await bench.handlers.metrics({ id, after: -1, points: 10 }, call)).total).toBe(1)
  expect(await namesOf()).toEqual(['tuned'])
  expect(bench.announced.filter(event => event.topic === 'runs').map(event => event.kind)).toContain('removed')
  expect(bench.announced.at(-1)).toMatchObject({ topic: 'runs', kind: 'created', id })
})

test('the name of a removed run is free; a run restored after that gets a name beside it', async () => {
  const first = await ended('tuned')
  await bench.handlers.remove({ id: 'tuned', purge: false }, call)
  const second = await ended('tuned')
  expect(await restore(first.id)).toMatchObject({ name: 'tuned-restored' })
  await bench.handlers.remove({ id: second.id, purge: false }, call)
  expect(await restore(second.id)).toMatchObject({ name: 'tuned' })
  await expect(restore(second.id)).rejects.toMatchObject({ code: 'conflict' })
})

test('after seven days the bytes are deleted, not an hour before; what the run made stays', async () => {
  const { id } = await bench.start('old')
  const checkpoint = bench.checkpoint(id, 1)
  bench.say(id, {
    event: 'finished',
    artifact: { path: join(bench.paths.runs, id, 'model'), kind: 'adapter', sizeBytes: 1 },
    metrics: {},
  })
  bench.end(id)
  await bench.handlers.remove({ id, purge: false }, call)
  bench.clock.now += undoMs - 3_600_000
  bench.training.purge()
  expect(existsSync(checkpoint)).toBe(true)
  bench.clock.now += 2 * 3_600_000
  bench.training.purge()
  expect(existsSync(checkpoint)).toBe(false)
  await expect(restore(id)).rejects.toMatchObject({ code: 'not_found' })
  const audited = bench.db.prepare("SELECT actor FROM audit_log WHERE action = 'training.purge'").all()
  expect(audited).toEqual([{ actor: 'system:slipway' }])
})

test('purging deletes at once, also a run that was removed before', async () => {
  const runs = [await bench.start('a'), await bench.start('b')]
  const paths = runs.map(run => bench.checkpoint(run.id, 1))
  for (const run of runs) bench.end(run.id)
  expect(await bench.handlers.remove({ id: 'a', purge: true }, call)).toEqual({
    removed: runs[0]?.id,
    freedBytes: 1_000,
  })
  const hidden = runs[1]?.id ?? ''
  await bench.handlers.remove({ id: hidden, purge: false }, call)
  await bench.handlers.remove({ id: hidden, purge: true }, call)
  expect(paths.map(existsSync)).toEqual([false, false])
})

test('a run that is under way is neither removed nor tried again', async () => {
  const { id } = await bench.start('busy')
  await expect(bench.handlers.remove({ id, purge: true }, call)).rejects.toMatchObject({ code: 'conflict' })
  await expect(bench.handlers.retry({ id, set: {}, anyway: false }, call)).rejects.toMatchObject({ code: 'conflict' })
})

test('a failed run is tried again with the same data and settings, or with those that are given', async () => {
  const { id } = await bench.start('tuned', {
    dataset: ['notes', 'letters'],
    validation: ['held-out'],
    set: { epochs: 7, learningRate: 0.003 },
  })
  bench.end(id, 'failed')
  const again = await bench.handlers.retry({ id: 'tuned', set: { epochs: '2' }, anyway: false }, call)
  expect(again).toMatchObject({ name: 'tuned-again', method: 'sft', state: 'queued' })
  expect(again.id).not.toBe(id)
  expect(bench.configOf(again.id)).toMatchObject({
    epochs: 2,
    learningRate: 0.003,
    trainFiles: ['/blobs/dver_notes', '/blobs/dver_letters'],
    validationFiles: ['/blobs/dver_held-out'],
  })
  bench.end(again.id, 'failed')
  const third = await bench.handlers.retry({ id, set: {}, anyway: false }, call)
  expect(third.name).toBe('tuned-again-2')
  expect((await bench.handlers.show({ id }, call)).state).toBe('failed')
})

test('the live curve carries everything that a chart needs, with the run’s id', async () => {
  const { id } = await bench.start('live')
  bench.say(id, step(3, 0.25))
  bench.say(id, step(4, null))
  bench.say(id, { event: 'evaluation', step: 4, epoch: 0.4, loss: 0.3, metrics: {} })
  const metrics = bench.announced.filter(event => event.topic === 'metrics')
  expect(metrics).toMatchObject([
    {
      kind: 'data',
      id,
      data: {
        ...{ series: 'train', step: 3, epoch: 0.3, loss: 0.25, learningRate: 1e-4, gradNorm: 0.5 },
        ...{ tokensPerSecond: 900, memoryBytes: 5_000, secondsLeft: 60, more: { mean_token_accuracy: 0.8 } },
      },
    },
    { id, data: { series: 'train', step: 4, loss: null } },
    { id, data: { series: 'validation', step: 4, loss: 0.3 } },
  ])
})
