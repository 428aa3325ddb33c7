import { afterEach, beforeEach, expect, test } from 'vitest'
import { call, openTraining } from './test-training.ts'

let bench: ReturnType<typeof openTraining>
beforeEach(() => {
  bench = openTraining()
})
afterEach(() => bench.close())

const step = (at: number, loss: number | null) => ({
  ...{ event: 'step', step: at, epoch: at / 10, loss, learningRate: 1e-4, gradNorm: 0.5, tokensPerSecond: 900 },
  ...{ samplesPerSecond: 3, memoryBytes: 5_000, secondsLeft: 60, metrics: {} },
})

test('points of a curve carry the time at which the trainer made them, in the answer and in the event', async () => {
  const run = await bench.start('timed')
  bench.say(run.id, step(1, 2.5))
  bench.clock.now += 5_000
  bench.say(run.id, step(2, null))
  const { items } = await bench.handlers.metrics({ id: run.id, after: -1, points: 100 }, call)
  const times = items.map(point => Date.parse(point.at ?? ''))
  expect(times).toEqual([bench.clock.now - 5_000, bench.clock.now])
  const told = bench.announced.filter(event => event.topic === 'metrics').map(event => event.data?.at)
  expect(told).toEqual(items.map(point => point.at))
})

test('the schema says ranges and choices, and which default follows another parameter', async () => {
  const { items } = await bench.handlers.schema({ method: 'sft', tuning: 'lora' }, call)
  const of = (key: string) => items.find(item => item.key === key)
  expect(of('learningRate')).toMatchObject({ type: 'number', range: { min: 1e-9, max: 0.1 } })
  expect(of('tuning')?.choices).toEqual(['lora', 'qlora', 'full'])
  expect(of('loraAlpha')?.defaultFrom).toBe('loraRank')
  expect(of('loraTargetModules')?.items).toEqual({ min: 1, max: 64 })
  // It has no meaning yet, but a form shows it as soon as polynomial is chosen.
  expect(of('power')?.default).toBe(1)
})

test('curves in columns tell the same as the points, and a thinned one keeps its spikes and holes', async () => {
  const run = await bench.start('columns')
  for (let at = 1; at <= 200; at += 1) bench.say(run.id, step(at, at === 77 ? 9 : at === 150 ? null : 1))
  bench.say(run.id, { event: 'evaluation', step: 200, epoch: 20, loss: 1.25, metrics: {} })
  const all = await bench.handlers.curves({ id: run.id, points: 1_000 }, call)
  const { items } = await bench.handlers.metrics({ id: run.id, after: -1, points: 1_000 }, call)
  const points = items.filter(point => point.series === 'train')
  expect(all.train.loss).toEqual(points.map(point => point.loss))
  expect(all.train.atMs).toEqual(points.map(point => Date.parse(point.at ?? '')))
  expect(all.validation).toMatchObject({ step: [200], loss: [1.25] })
  expect(all.total).toBe(201)
  const few = await bench.handlers.curves({ id: run.id, points: 20 }, call)
  expect(few.train.step.length).toBeLessThanOrEqual(20)
  expect(few.train.step).toEqual([...few.train.step].sort((a, b) => a - b))
  expect(few.train.step).toEqual(expect.arrayContaining([1, 77, 150, 200]))
  expect(few.train.loss[few.train.step.indexOf(77)]).toBe(9)
})
