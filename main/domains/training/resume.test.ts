import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Inputs } from '../../contract/index.ts'
import { RunId } from '../../contract/runs.ts'
import { inputOf } from '../../contract/test-input.ts'
import { training } from '../../contract/training.ts'
import { call, openTraining } from './test-training.ts'

let bench: ReturnType<typeof openTraining>
let id: RunId
const begin = 1e-4
beforeEach(async () => {
  bench = openTraining()
  id = RunId.parse((await bench.start('stopped', { set: { learningRate: begin } })).id)
  bench.say(id, started(0))
  bench.checkpoint(id, 10)
  bench.end(id, 'cancelled')
})
afterEach(() => bench.close())

const started = (resumedAtStep: number) => ({
  ...{ event: 'started', device: 'cpu', precision: 'fp32', totalSteps: 20, epochs: 1, resumedAtStep, rows: 100 },
  ...{ sequences: 100, validationRows: 0, tokensPerEpoch: 1_000, trainableParameters: 1, totalParameters: 2 },
  ...{ microBatchSize: 1, gradientAccumulationSteps: 1 },
})
const resume = (more: Partial<Inputs['training']['resume']> = {}) =>
  bench.handlers.resume(inputOf(training.resume, { id, ...more }), call)
const shown = () => bench.handlers.show({ id }, call)

test('settings that the trainer refuses never become the run’s, and a plain resume goes on as before', async () => {
  await resume({ set: { learningRate: 0.05 } })
  expect(bench.configOf(id)).toMatchObject({ learningRate: 0.05, acceptDrift: false })
  expect((await shown()).parameters.learningRate).toBe(begin)
  bench.end(id, 'failed')
  expect((await shown()).parameters.learningRate).toBe(begin)
  await resume()
  expect(bench.configOf(id)).toMatchObject({ learningRate: begin })
  bench.say(id, started(10))
  expect((await shown()).parameters.learningRate).toBe(begin)
})

test('settings that the trainer goes on with are the run’s from then on', async () => {
  await resume({ set: { learningRate: 0.05 }, acceptDrift: true })
  bench.say(id, started(10))
  expect((await shown()).parameters.learningRate).toBe(0.05)
  bench.end(id, 'cancelled')
  expect((await shown()).parameters.learningRate).toBe(0.05)
  await resume()
  expect(bench.configOf(id)).toMatchObject({ learningRate: 0.05 })
})

test('a length that the model cannot read is refused, as it is at a start', async () => {
  const set = { maxSequenceLength: 8192 }
  const refusal = { code: 'invalid_input', message: expect.stringMatching(/4,?096/) }
  await expect(bench.start('long', { set })).rejects.toMatchObject(refusal)
  await expect(resume({ set, acceptDrift: true })).rejects.toMatchObject(refusal)
  expect((await resume({ set: { maxSequenceLength: 4096 }, acceptDrift: true })).state).toBe('queued')
})

test('a run that is done stays done, unless it is to go further than it was to', async () => {
  const { id: whole } = await bench.start('whole')
  bench.say(whole, started(0))
  bench.checkpoint(whole, 20)
  bench.end(whole, 'done')
  await expect(resume({ id: whole })).rejects.toMatchObject({
    code: 'conflict',
    hint: expect.stringContaining('--set epochs=N --accept-drift'),
  })
  expect((await bench.handlers.show({ id: whole }, call)).state).toBe('done')
  expect((await resume({ id: whole, set: { epochs: 5 }, acceptDrift: true })).state).toBe('queued')
})

test('other packages than those it began with are drift: refused, or accepted and remembered', async () => {
  bench.python.lockHash = 'lock-2'
  await expect(resume()).rejects.toMatchObject({
    code: 'conflict',
    hint: expect.stringContaining('--accept-drift'),
    details: { changed: { environment: { checkpoint: 'lock-1', now: 'lock-2' } } },
  })
  expect((await shown()).state).toBe('cancelled')
  await resume({ acceptDrift: true })
  bench.say(id, started(10))
  expect((await shown()).provenance.environment.lockHash).toBe('lock-2')
})

test('a run goes on with as many threads as it had, and says so where they are others', async () => {
  bench.say(id, { ...started(0), threads: 3 })
  expect((await shown()).provenance.machine).toMatchObject({ device: 'cpu', threads: 3 })
  bench.end(id, 'cancelled')
  await resume()
  expect(bench.devicesOf(id)).toMatchObject([{ processors: 3 }])
  expect(bench.configOf(id), 'they come with the lease').not.toHaveProperty('threads')
  bench.say(id, { ...started(10), threads: 3 })
  expect((await shown()).warnings).toEqual([])
  bench.end(id, 'cancelled')
  await resume()
  bench.say(id, { ...started(10), threads: 2 })
  expect((await shown()).warnings).toEqual([expect.stringMatching(/with 2 threads, and had 3/)])
  expect((await shown()).provenance.machine.threads).toBe(2)
})

test('threads that are set hold, at the start and for a run that goes on', async () => {
  const { id: own } = await bench.start('own', { set: { threads: 2 } })
  expect(bench.devicesOf(own)).toMatchObject([{ processors: 2 }])
  bench.say(own, { ...started(0), threads: 2 })
  bench.checkpoint(own, 10)
  bench.end(own, 'cancelled')
  await resume({ id: own, set: { threads: 1 } })
  expect(bench.devicesOf(own)).toMatchObject([{ processors: 1 }])
  expect(bench.devicesOf(id)[0]).not.toHaveProperty('processors')
})

test('on a GPU the number of threads is neither asked for again nor drift', async () => {
  bench.say(id, { ...started(0), device: 'cuda:0', threads: 3 })
  expect((await shown()).provenance.machine).toMatchObject({ device: 'cuda:0' })
  bench.end(id, 'cancelled')
  await resume()
  expect(bench.devicesOf(id)[0]).not.toHaveProperty('processors')
  bench.say(id, { ...started(10), device: 'cuda:0', threads: 2 })
  expect((await shown()).warnings).toEqual([])
})

test('runs that computed with other numbers of threads differ in that', async () => {
  const { id: other } = await bench.start('other', { set: { learningRate: begin } })
  bench.say(id, { ...started(0), threads: 4 })
  bench.say(other, { ...started(0), threads: 1 })
  const { differences } = await bench.handlers.compare({ id: [id, other] }, call)
  expect(differences).toEqual([{ key: 'threads', values: [4, 1] }])
})

test('a published checkpoint is whole, holds no optimizer state, and is copied once for two who ask', async () => {
  const folder = bench.checkpoint(id, 12)
  writeFileSync(join(folder, 'optimizer.pt'), 'pickle')
  const publish = () => bench.handlers.publish({ id, step: 12, name: 'made' }, call)
  await Promise.all([publish(), publish()])
  const runFolder = join(bench.paths.runs, id)
  expect(readdirSync(runFolder).filter(name => name.startsWith('published'))).toEqual(['published-12'])
  expect(existsSync(join(runFolder, 'published-12', 'optimizer.pt'))).toBe(false)
  expect(readFileSync(join(runFolder, 'published-12', 'weights'))).toEqual(readFileSync(join(folder, 'weights')))
})

test('how long a run took is what its attempts worked, the same in the list, on its page and beside others', async () => {
  const at = (second: number) => new Date(bench.clock.now + second * 1_000).toISOString()
  const other = await bench.start('other')
  // It waits for a minute, works for 90.4 s, is noticed to have ended a second late, and goes on an hour later.
  const first = { startedAt: at(60), endedAt: at(150.4) }
  const second = { startedAt: at(3_600), endedAt: at(3_610) }
  bench.clock.now += 151_400
  bench.end(other.id, 'cancelled', first)
  bench.checkpoint(other.id, 5)
  expect(await bench.handlers.show({ id: other.id }, call)).toMatchObject({ tookSeconds: 90.4, endedAt: first.endedAt })
  await bench.handlers.resume(inputOf(training.resume, { id: other.id }), call)
  expect(await bench.handlers.show({ id: other.id }, call)).not.toHaveProperty('tookSeconds')
  bench.end(other.id, 'done', second)
  const tookSeconds = 100.4
  expect(await bench.handlers.show({ id: other.id }, call)).toMatchObject({ tookSeconds, endedAt: second.endedAt })
  const { items } = await bench.handlers.list(inputOf(training.list, {}), call)
  expect(items.find(run => run.id === other.id)).toMatchObject({ tookSeconds })
  const { runs } = await bench.handlers.compare(inputOf(training.compare, { id: [other.id, id] }), call)
  expect(runs[0]).toMatchObject({ seconds: tookSeconds })
})
