import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../contract/errors.ts'
import { defaultsFor, parseParameters, trainingMethods, tunings } from '../../../contract/training-parameters.ts'
import { adapterParameterCount, type ModelArchitecture, type TensorFact } from './architecture.ts'
import { GiB, product } from './bytes.ts'
import { layerBytesPerToken, memoryTerms, type PlanDevice, type PlanInput, type TermKey } from './memory-terms.ts'
import { planMemory } from './plan-memory.ts'
import { planServing, type ServingInput } from './plan-serving.ts'

const llama1b: ModelArchitecture = {
  parameterCount: 1_235_814_400,
  layers: 16,
  hiddenSize: 2048,
  heads: 32,
  kvHeads: 8,
  feedForwardSize: 8192,
  vocabSize: 128_256,
  dtype: 'bfloat16',
}
const llama7b: ModelArchitecture = {
  parameterCount: 6_738_415_616,
  layers: 32,
  hiddenSize: 4096,
  heads: 32,
  kvHeads: 32,
  feedForwardSize: 11_008,
  vocabSize: 32_000,
  dtype: 'float16',
}
const tiny: ModelArchitecture = {
  parameterCount: 107_328,
  layers: 2,
  hiddenSize: 64,
  heads: 4,
  kvHeads: 2,
  feedForwardSize: 128,
  vocabSize: 384,
  dtype: 'float32',
}
const cuda = (gib: number): PlanDevice => ({
  kind: 'cuda',
  name: `a GPU with ${gib} GiB`,
  totalBytes: gib * GiB,
  freeBytes: gib * GiB,
})
const cpu = (gib: number): PlanDevice => ({ kind: 'cpu', name: 'the CPU', totalBytes: gib * GiB, freeBytes: gib * GiB })

const bytesOf = (input: PlanInput, key: TermKey): number =>
  memoryTerms(input).find(term => term.key === key)?.bytes ?? Number.NaN
const caught = (act: () => unknown): AppError => {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('adapter parameters', () => {
  test('agree with what PEFT counts for Llama 3.2 1B and Llama 2 7B at rank 16', () => {
    expect(adapterParameterCount(llama1b, 16, ['all-linear'])).toBe(11_272_192)
    expect(adapterParameterCount(llama7b, 16, ['all-linear'])).toBe(39_976_960)
    expect(adapterParameterCount(llama7b, 8, ['q_proj', 'v_proj'])).toBe(4_194_304)
  })

  test('come from the tensor shapes where they are known, without embeddings, head and norms', () => {
    const tensors: readonly TensorFact[] = [
      { name: 'model.embed_tokens.weight', shape: [384, 64], dtype: 'F32' },
      { name: 'lm_head.weight', shape: [384, 64], dtype: 'F32' },
      { name: 'model.norm.weight', shape: [64], dtype: 'F32' },
      { name: 'model.layers.0.self_attn.q_proj.weight', shape: [64, 64], dtype: 'F32' },
      { name: 'model.layers.0.self_attn.q_proj.bias', shape: [64], dtype: 'F32' },
      { name: 'model.layers.0.mlp.down_proj.weight', shape: [64, 128], dtype: 'F32' },
      { name: 'model.layers.0.mlp.experts.0.w1.weight', shape: [128, 64], dtype: 'F32' },
    ]
    const model = { ...tiny, tensors }
    expect(adapterParameterCount(model, 4, ['all-linear'])).toBe(4 * (64 + 64) + 4 * (128 + 64))
    expect(adapterParameterCount(model, 4, ['q_proj'])).toBe(4 * (64 + 64))
  })

  test('names that no layer has are refused with the names that there are', () => {
    const error = caught(() => adapterParameterCount(tiny, 4, ['query_key_value']))
    expect(error.message).toContain('no linear layer of this model is named query_key_value')
    expect(error.hint).toContain('q_proj')
  })
})

describe('terms of a training step', () => {
  test('full tuning of 7B in mixed precision: 18 bytes per parameter before activations', () => {
    const input: PlanInput = { model: llama7b, method: 'sft', parameters: defaultsFor('sft', 'full'), device: cuda(80) }
    expect(bytesOf(input, 'weights')).toBe(26_953_662_464)
    expect(bytesOf(input, 'mixedPrecisionCopies')).toBe(13_476_831_232)
    expect(bytesOf(input, 'gradients')).toBe(26_953_662_464)
    expect(bytesOf(input, 'optimizer')).toBe(53_907_324_928)
    expect(bytesOf(input, 'adapterWeights')).toBe(0)
    expect(planMemory(input).verdict).toBe('too_large')
  })

  test('qlora of 7B: NF4 linear layers, the rest in 16 bits, adapters of 8 bytes a parameter', () => {
    const input: PlanInput = {
      model: llama7b,
      method: 'sft',
      parameters: defaultsFor('sft', 'qlora'),
      device: cuda(24),
    }
    expect(bytesOf(input, 'weights')).toBe(3_865_591_808)
    expect(bytesOf(input, 'adapterWeights')).toBe(2 * 39_976_960)
    expect(bytesOf(input, 'gradients')).toBe(2 * 39_976_960)
    expect(bytesOf(input, 'optimizer')).toBe(4 * 39_976_960)
    expect(planMemory(input).verdict).toBe('fits')
  })

  test('lora of 1B on CUDA: frozen bf16 base, fp32 adapters', () => {
    const input: PlanInput = { model: llama1b, method: 'sft', parameters: defaultsFor('sft', 'lora'), device: cuda(24) }
    expect(bytesOf(input, 'weights')).toBe(2_471_628_800)
    expect(bytesOf(input, 'adapterWeights')).toBe(45_088_768)
    expect(bytesOf(input, 'optimizer')).toBe(90_177_536)
    // 4 rows × 2048 tokens; 16 layers keep their bf16 input.
    expect(bytesOf(input, 'activations')).toBe(
      8192 * (16 * 4096 + layerBytesPerToken(llama1b, input.parameters, input.device, true)),
    )
    expect(bytesOf(input, 'logits')).toBe(4096 * 32_768 * 2 + 8192 * 2048 * 6)
  })

  test('a 100k-parameter model on the CPU is mostly runtime', () => {
    const parameters = parseParameters('sft', {
      tuning: 'full',
      maxSequenceLength: 128,
      globalBatchSize: 8,
      microBatchSize: 8,
    })
    const input: PlanInput = { model: tiny, method: 'sft', parameters, device: cpu(8) }
    expect(bytesOf(input, 'weights')).toBe(429_312)
    expect(bytesOf(input, 'optimizer')).toBe(858_624)
    const plan = planMemory(input)
    expect(plan.verdict).toBe('fits')
    expect(plan.totalBytes - bytesOf(input, 'runtimeOverhead')).toBeLessThan(256 * 1_048_576)
  })

  test('on the CPU the output head needs nine copies of its tile, as was measured (2292 MiB for 2048 tokens × 32000 words)', () => {
    const parameters = parseParameters('sft', { maxSequenceLength: 512, microBatchSize: 4 })
    const model = { ...tiny, vocabSize: 32_000, hiddenSize: 512 }
    const mebibytes = bytesOf({ model, method: 'sft', parameters, device: cpu(16) }, 'logits') / 1_048_576
    expect(mebibytes).toBeGreaterThan(2292)
    expect(mebibytes).toBeLessThan(2292 * 1.05)
  })

  test('the reference model costs a copy only when all weights are trained', () => {
    for (const method of ['dpo', 'kto'] as const) {
      const plan = (tuning: 'lora' | 'full'): PlanInput => ({
        model: llama1b,
        method,
        parameters: defaultsFor(method, tuning),
        device: cuda(80),
      })
      expect(bytesOf(plan('full'), 'referenceModel')).toBe(4 * llama1b.parameterCount)
      expect(bytesOf(plan('lora'), 'referenceModel')).toBe(0)
    }
  })

  test('the bytes per token and layer are those that autograd was seen to keep', () => {
    // Counted with saved-tensor hooks on Transformers 5.23 and PEFT 0.21 on the CPU, less the 16-bit weight copies.
    const model: ModelArchitecture = { ...tiny, hiddenSize: 256, heads: 8, kvHeads: 2, feedForwardSize: 704, layers: 4 }
    const bytes = (set: Readonly<Record<string, unknown>>) =>
      layerBytesPerToken(model, parseParameters('sft', set), cpu(8), false)
    expect(bytes({ tuning: 'full', precision: 'fp32' })).toBe(20_008)
    expect(bytes({ tuning: 'full', precision: 'bf16' })).toBe(16_360 - (704_512 * 2) / 512)
    expect(bytes({ loraRank: 8, precision: 'bf16', loraDropout: 0.05 })).toBe(21_286 - (36_352 * 2) / 512)
    expect(bytes({ loraRank: 8, precision: 'bf16', loraDropout: 0 })).toBe(12_326 - (36_352 * 2) / 512)
    // Here layers share their input, which the plan counts for each: 4 × 256 × (2 for q, k, v + 1 for o + 1 for gate, up).
    expect(bytes({ loraRank: 8, precision: 'fp32', loraDropout: 0 })).toBe(18_184 + 4 * 256 * 4)
  })
})

const modelArbitrary: fc.Arbitrary<ModelArchitecture> = fc
  .record({
    layers: fc.integer({ min: 1, max: 100 }),
    kvHeads: fc.integer({ min: 1, max: 16 }),
    groups: fc.integer({ min: 1, max: 8 }),
    headDimension: fc.constantFrom(16, 64, 128),
    ratio: fc.integer({ min: 1, max: 5 }),
    vocabSize: fc.integer({ min: 100, max: 300_000 }),
  })
  .map(({ layers, kvHeads, groups, headDimension, ratio, vocabSize }) => {
    const heads = kvHeads * groups
    const hiddenSize = heads * headDimension
    const feedForwardSize = ratio * hiddenSize
    const perLayer = hiddenSize * (2 * hiddenSize + 2 * kvHeads * headDimension + 3 * feedForwardSize)
    return {
      parameterCount: layers * perLayer + vocabSize * hiddenSize,
      layers,
      kvHeads,
      heads,
      hiddenSize,
      feedForwardSize,
      vocabSize,
      dtype: 'bfloat16',
    }
  })

const inputArbitrary: fc.Arbitrary<PlanInput> = fc
  .record({
    model: modelArbitrary,
    method: fc.constantFrom(...trainingMethods),
    tuning: fc.constantFrom(...tunings),
    microBatchSize: fc.constantFrom(2, 4, 8),
    maxSequenceLength: fc.integer({ min: 16, max: 8192 }),
    gradientCheckpointing: fc.boolean(),
    gib: fc.integer({ min: 1, max: 640 }),
  })
  .map(({ model, method, tuning, microBatchSize, maxSequenceLength, gradientCheckpointing, gib }) => ({
    model,
    method,
    parameters: parseParameters(method, {
      tuning,
      microBatchSize,
      globalBatchSize: 16,
      maxSequenceLength,
      gradientCheckpointing,
    }),
    device: cuda(gib),
  }))

const total = (input: PlanInput, set: Readonly<Record<string, unknown>> = {}, more: Partial<PlanInput> = {}): number =>
  planMemory({ ...input, ...more, parameters: parseParameters(input.method, { ...input.parameters, ...set }) })
    .totalBytes

describe('a plan', () => {
  test('never asks less for more: rows, tokens, rank, devices, kept activations, precision', () => {
    fc.assert(
      fc.property(inputArbitrary, input => {
        const now = total(input)
        expect(now).toBe(planMemory(input).terms.reduce((all, { bytes }) => all + bytes, 0))
        expect(
          total(input, { globalBatchSize: 32, microBatchSize: input.parameters.microBatchSize * 2 }),
        ).toBeGreaterThan(now)
        expect(total(input, { maxSequenceLength: input.parameters.maxSequenceLength + 64 })).toBeGreaterThan(now)
        // With a single layer there is nothing to gain: its input is kept and it is alive as a whole.
        if (input.model.layers > 1)
          expect(total(input, { gradientCheckpointing: false })).toBeGreaterThanOrEqual(
            total(input, { gradientCheckpointing: true }),
          )
        expect(total(input, {}, { worldSize: 4 })).toBeGreaterThan(now)
        if (input.parameters.loraRank !== undefined)
          expect(total(input, { loraRank: input.parameters.loraRank * 2 })).toBeGreaterThan(now)
      }),
      { numRuns: 60 },
    )
  })

  test('needs no rows more than the model when the global batch grows', () => {
    const input: PlanInput = { model: llama1b, method: 'sft', parameters: defaultsFor('sft', 'lora'), device: cuda(24) }
    expect(total(input, { globalBatchSize: 64 })).toBe(total(input))
  })

  test('offers only changes that make it fit, gentlest first, and always a device that is large enough', () => {
    const order = ['slower', 'quality', 'cuts_rows', 'hardware']
    fc.assert(
      fc.property(inputArbitrary, input => {
        const { verdict, remedies, totalBytes, freeBytes } = planMemory(input)
        expect(verdict === 'too_large').toBe(totalBytes > freeBytes)
        expect(remedies.length > 0).toBe(verdict === 'too_large')
        if (verdict !== 'too_large') return
        expect(remedies.map(({ harm }) => order.indexOf(harm))).toEqual(
          remedies.map(({ harm }) => order.indexOf(harm)).toSorted(),
        )
        for (const { changes, totalBytes: then, harm } of remedies.slice(0, -1)) {
          const { learningRate: _, ...rest } = input.parameters
          const parameters = parseParameters(input.method, { ...rest, ...changes })
          expect(planMemory({ ...input, parameters }).totalBytes).toBe(then)
          expect(then).toBeLessThanOrEqual(freeBytes)
          expect(harm).not.toBe('hardware')
        }
        const last = remedies.at(-1)
        const gib = Number(/at least (\d+) GiB/.exec(last?.text ?? '')?.[1])
        expect(planMemory({ ...input, device: cuda(gib) }).verdict).toBe('fits')
      }),
      { numRuns: 100 },
    )
  })

  test('for 7B with long rows on 24 GiB says which one flag is enough', () => {
    const parameters = parseParameters('sft', { tuning: 'qlora', microBatchSize: 16, maxSequenceLength: 4096 })
    const plan = planMemory({ model: llama7b, method: 'sft', parameters, device: cuda(24) })
    expect(plan.verdict).toBe('too_large')
    expect(plan.remedies[0]).toMatchObject({ harm: 'slower', changes: { microBatchSize: expect.any(Number) } })
  })

  test('combines changes where none alone is enough', () => {
    const parameters = parseParameters('sft', {
      tuning: 'lora',
      microBatchSize: 8,
      maxSequenceLength: 8192,
      gradientCheckpointing: false,
    })
    const plan = planMemory({ model: llama7b, method: 'sft', parameters, device: cuda(12) })
    const [first] = plan.remedies
    expect(Object.keys(first?.changes ?? {}).length).toBeGreaterThan(1)
    expect(first?.totalBytes).toBeLessThanOrEqual(plan.freeBytes)
  })

  test('little room to spare is called tight', () => {
    const input: PlanInput = { model: llama1b, method: 'sft', parameters: defaultsFor('sft', 'lora'), device: cuda(80) }
    const { totalBytes } = planMemory(input)
    const free = (bytes: number) => planMemory({ ...input, device: { ...input.device, freeBytes: bytes } }).verdict
    expect([free(Math.ceil(totalBytes / 0.9)), free(totalBytes), free(totalBytes - 1)]).toEqual([
      'fits',
      'tight',
      'too_large',
    ])
  })

  test('qlora and 8-bit optimizers are refused on the CPU, with what to use instead', () => {
    const on = (set: Readonly<Record<string, unknown>>) =>
      caught(() => planMemory({ model: tiny, method: 'sft', parameters: parseParameters('sft', set), device: cpu(8) }))
    expect(on({ tuning: 'qlora' })).toMatchObject({ code: 'missing_requirement', hint: 'Use tuning=lora.' })
    expect(on({ optimizer: 'adamw_8bit' })).toMatchObject({
      code: 'missing_requirement',
      hint: 'Use optimizer=adamw_torch.',
    })
  })

  test.each([
    ['no layers', { layers: 0 }],
    ['a fraction', { hiddenSize: 64.5 }],
    ['not a number', { vocabSize: Number.NaN }],
    ['a negative count', { parameterCount: -1 }],
    ['a shape that is none', { tensors: [{ name: 'x.weight', shape: [-1, 4], dtype: 'F32' }] }],
  ])('%s in the model is refused', (_, wrong) => {
    const act = () =>
      planMemory({
        model: { ...tiny, ...wrong },
        method: 'sft',
        parameters: defaultsFor('sft', 'full'),
        device: cpu(8),
      })
    expect(caught(act).code).toBe('invalid_input')
  })

  test('dimensions whose product leaves the exact range are refused instead of wrapping', () => {
    const model = { ...tiny, parameterCount: Number.MAX_SAFE_INTEGER }
    const act = () => planMemory({ model, method: 'sft', parameters: defaultsFor('sft', 'full'), device: cpu(8) })
    expect(caught(act).code).toBe('too_large')
    expect(caught(() => product(2 ** 40, 2 ** 40)).code).toBe('too_large')
  })
})

describe('serving', () => {
  const input: ServingInput = {
    model: llama1b,
    engine: 'llama.cpp',
    weightsBytes: 807_694_464,
    contextLength: 4096,
    sequences: 4,
    device: cuda(24),
  }
  const term = (from: ServingInput, key: string) =>
    planServing(from).terms.find(candidate => candidate.key === key)?.bytes

  test('the key-value cache holds every sequence at full length', () => {
    expect(term(input, 'weights')).toBe(807_694_464)
    expect(term(input, 'keyValueCache')).toBe(4 * 134_217_728)
    expect(term({ ...input, kvDtype: 'q8_0' }, 'keyValueCache')).toBe((4 * 134_217_728 * 34) / 64)
    expect(term({ ...input, engine: 'transformers', model: llama7b, sequences: 1 }, 'keyValueCache')).toBe(2 * GiB)
  })

  test('safetensors weights follow their format, and an unknown one must be read from the file', () => {
    const { weightsBytes: _, ...unread } = input
    expect(term(unread, 'weights')).toBe(2_471_628_800)
    expect(caught(() => planServing({ ...unread, model: { ...llama1b, dtype: 'q4_k' } })).code).toBe('invalid_input')
  })

  test('more context or sequences never need less, and what is offered fits', () => {
    const servings = fc.record({
      model: modelArbitrary,
      contextLength: fc.integer({ min: 1, max: 131_072 }),
      sequences: fc.integer({ min: 1, max: 64 }),
      gib: fc.integer({ min: 1, max: 200 }),
    })
    fc.assert(
      fc.property(servings, ({ model, contextLength, sequences, gib }) => {
        const { weightsBytes: _, ...rest } = input
        const now: ServingInput = { ...rest, model, contextLength, sequences, device: cuda(gib) }
        const plan = planServing(now)
        expect(planServing({ ...now, contextLength: contextLength + 1 }).totalBytes).toBeGreaterThan(plan.totalBytes)
        expect(planServing({ ...now, sequences: sequences + 1 }).totalBytes).toBeGreaterThan(plan.totalBytes)
        for (const { changes, totalBytes } of plan.remedies.slice(0, -1)) {
          expect(planServing({ ...now, ...changes }).totalBytes).toBe(totalBytes)
          expect(totalBytes).toBeLessThanOrEqual(plan.freeBytes)
        }
        expect(plan.remedies.length > 0).toBe(plan.verdict === 'too_large')
      }),
    )
  })
})
