import { expect, test } from 'vitest'
import type { ModelVersion } from '../../../contract/models.ts'
import { planConversion } from './plan.ts'
import { assertConvertible, type Request } from './refusals.ts'

const version = (name: string, path: string, summary: Partial<ModelVersion['summary']>): ModelVersion => ({
  id: `mdv_${'0'.repeat(32)}` as ModelVersion['id'],
  modelId: `mdl_${'0'.repeat(32)}` as ModelVersion['modelId'],
  name,
  version: 1,
  state: 'ready',
  source: 'registered',
  path,
  sizeBytes: 2_000_000_000,
  summary: {
    format: 'safetensors',
    dtype: 'BF16',
    parameterCount: 1_000_000_000,
    layers: 20,
    hiddenSize: 2048,
    vocabSize: 50_000,
    hasChatTemplate: true,
    containsCode: [],
    warnings: [],
    ...summary,
  },
  aliases: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
})

const model = version('org/my model', '/models/base', {})
const adapter = version('tuned', '/models/tuned', { format: 'adapter', parameterCount: 1_000_000 })
const gguf = version('small', '/models/small.gguf', { format: 'gguf', dtype: 'F16' })

const plan = (request: Partial<Request>) =>
  planConversion({ to: 'gguf', quantize: undefined, model, base: undefined, ...request }, '/data/x.partial')
const stepsOf = (request: Partial<Request>) =>
  plan(request).steps.map(step => ('type' in step ? `${step.step} ${step.type}` : step.step))

test('each wish becomes the steps that it takes, and no other', () => {
  expect(stepsOf({})).toEqual(['gguf BF16'])
  expect(stepsOf({ quantize: 'F32' })).toEqual(['gguf F32'])
  expect(stepsOf({ quantize: 'Q4_K_M' })).toEqual(['gguf BF16', 'quantize Q4_K_M'])
  expect(stepsOf({ model: adapter, base: model, quantize: 'Q8_0' })).toEqual(['merge', 'gguf BF16', 'quantize Q8_0'])
  expect(stepsOf({ model: adapter, base: model, to: 'merged' })).toEqual(['merge'])
  expect(stepsOf({ model: adapter, base: model, to: 'onnx' })).toEqual(['merge', 'onnx'])
  expect(stepsOf({ model: gguf, quantize: 'Q4_K_M' })).toEqual(['quantize Q4_K_M'])
  expect(stepsOf({ model: version('fp8', '/m', { dtype: 'F8_E4M3' }) })).toEqual(['gguf F16'])
})

test('each step reads what the one before wrote, and the last writes the result', () => {
  const { steps, resultDir, artifact } = plan({ model: adapter, base: model, quantize: 'Q4_K_M' })
  expect(steps).toMatchObject([
    { modelDir: '/models/base', adapterDir: '/models/tuned', output: '/data/x.partial/merged' },
    { modelDir: '/data/x.partial/merged', output: '/data/x.partial/plain.gguf' },
    { input: '/data/x.partial/plain.gguf', output: `${resultDir}/${artifact}` },
  ])
  expect(plan({ model: adapter, base: model, to: 'merged' }).steps[0]?.output).toBe(resultDir)
})

test('the file is called as the model is, in letters that every file system takes', () => {
  expect(plan({ quantize: 'Q4_K_M' }).artifact).toBe('org-my-model-Q4_K_M.gguf')
  expect(plan({ model: version('..//', '/m', {}) }).artifact).toBe('model-BF16.gguf')
  expect(plan({ model: version('模型 7', '/m', {}) }).artifact).toBe('模型-7-BF16.gguf')
  expect(plan({ model: adapter, base: model, to: 'merged' }).artifact).toBe('')
})

test('room is asked for two neighbouring steps at a time, memory for the largest', () => {
  const both = plan({ model: adapter, base: model, quantize: 'Q4_K_M' })
  expect(both.diskBytes / 1e9).toBeCloseTo(2 + 2, 1) // merged and plain; then plain and quantised are less
  expect(plan({}).diskBytes / 1e9).toBeCloseTo(2, 1)
  expect(both.memoryBytes).toBeGreaterThan(model.sizeBytes)
  expect(plan({ model: gguf, quantize: 'Q8_0' }).memoryBytes).toBeLessThan(2e9)
  for (const each of [both, plan({}), plan({ to: 'onnx' })]) {
    expect(Number.isInteger(each.memoryBytes)).toBe(true)
    expect(Number.isInteger(each.diskBytes)).toBe(true)
  }
})

test('only what needs Python asks for an environment, and only ONNX for the one with its packages', () => {
  expect(plan({}).environment).toBe('training')
  expect(plan({ to: 'onnx' }).environment).toBe('conversion')
  expect(plan({ model: gguf, quantize: 'Q8_0' }).environment).toBeUndefined()
})

const quantised = version('q4', '/q.gguf', { format: 'gguf', dtype: 'Q4_K', quantization: 'Q4_K_M' })
test.each<[string, Partial<Request>, string]>([
  ['types for anything but GGUF', { to: 'onnx', quantize: 'Q8_0' }, 'invalid_input'],
  ['pickles', { model: version('p', '/p', { format: 'pickle' }) }, 'unsupported'],
  ['ONNX models', { model: version('o', '/o', { format: 'onnx' }) }, 'unsupported'],
  ['GGUF to ONNX', { model: gguf, to: 'onnx' }, 'unsupported'],
  ['GGUF to what it is', { model: gguf }, 'unsupported'],
  ['GGUF to the type it has', { model: gguf, quantize: 'F16' }, 'unsupported'],
  ['quantised GGUF to another type', { model: quantised, quantize: 'Q8_0' }, 'unsupported'],
  ['merging what is no adapter', { to: 'merged' }, 'unsupported'],
  ['an adapter without its base', { model: adapter, to: 'merged' }, 'missing_requirement'],
  ['an adapter in GGUF', { model: version('a', '/a.gguf', { format: 'adapter' }), base: model }, 'unsupported'],
  ['an adapter on GGUF', { model: adapter, base: gguf }, 'unsupported'],
  [
    'an adapter on a quantised base',
    { model: adapter, base: version('b', '/b', { quantization: 'bitsandbytes' }) },
    'unsupported',
  ],
  ['ONNX of quantised weights', { to: 'onnx', model: version('g', '/g', { quantization: 'gptq' }) }, 'unsupported'],
])('%s is refused with a way out', (_, request, code) => {
  const refused = () => assertConvertible({ to: 'gguf', quantize: undefined, model, base: undefined, ...request })
  expect(refused).toThrow(expect.objectContaining({ code, hint: expect.stringMatching(/\w/) }))
})

test('what makes sense is not refused', () => {
  for (const request of [
    {},
    { quantize: 'Q4_K_M' },
    { to: 'onnx' },
    { model: adapter, base: model, to: 'merged' },
    { model: gguf, quantize: 'Q4_K_M' },
  ] as Partial<Request>[])
    expect(() =>
      assertConvertible({ to: 'gguf', quantize: undefined, model, base: undefined, ...request }),
    ).not.toThrow()
})
