import { AppError } from '../../../contract/errors.ts'
import { checkArchitecture, headDimensionOf, type ModelArchitecture } from './architecture.ts'
import { GiB, product, sum } from './bytes.ts'
import type { PlanDevice } from './memory-terms.ts'
import { type Verdict, verdictOf } from './plan-memory.ts'

const kvFormats = ['f32', 'f16', 'bf16', 'q8_0', 'q4_0'] as const
export type KvFormat = (typeof kvFormats)[number]

/** Bytes per 32 numbers: GGML's blocks carry a 16-bit scale (q8_0: 34 B, q4_0: 18 B). */
const bytesPer32: Readonly<Record<KvFormat, number>> = { f32: 128, f16: 64, bf16: 64, q8_0: 34, q4_0: 18 }

const weightBytes: ReadonlyMap<string, number> = new Map([
  ['float32', 4],
  ['f32', 4],
  ['float16', 2],
  ['f16', 2],
  ['bfloat16', 2],
  ['bf16', 2],
  ['float8_e4m3fn', 1],
  ['int8', 1],
])

/** What an engine takes when the caller names no context length; see contract/engine.ts. */
export const usualContextTokens = 8192

export type ServingInput = {
  readonly model: ModelArchitecture
  /** `llama.cpp` for GGUF, `transformers` for safetensors. */
  readonly engine: 'llama.cpp' | 'transformers'
  /** The bytes of the tensors as stored. GGUF formats mix, so it is required for them; else parameters × format. */
  readonly weightsBytes?: number
  readonly adapterBytes?: number
  /** Tokens that one sequence may grow to. */
  readonly contextLength: number
  readonly sequences: number
  readonly kvDtype?: KvFormat
  /** Tokens that are computed at once while a prompt is read (llama.cpp's n_batch). */
  readonly batchTokens?: number
  readonly device: PlanDevice
}

export type ServingTerm = {
  readonly key: 'weights' | 'adapter' | 'keyValueCache' | 'computeBuffer' | 'runtimeOverhead'
  readonly bytes: number
  readonly formula: string
  readonly source: string
}

export type ServingRemedy = {
  readonly changes: Readonly<Record<string, number | string>>
  readonly text: string
  readonly totalBytes: number
  readonly verdict: Verdict
}

export type ServingPlan = {
  readonly terms: readonly ServingTerm[]
  readonly totalBytes: number
  readonly freeBytes: number
  readonly deviceName: string
  readonly verdict: Verdict
  readonly remedies: readonly ServingRemedy[]
}

const servingTerms = (input: ServingInput): readonly ServingTerm[] => {
  const {
    model,
    engine,
    contextLength,
    sequences,
    kvDtype = 'f16',
    adapterBytes = 0,
    batchTokens = 512,
    device,
  } = input
  const kvWidth = product(model.kvHeads, headDimensionOf(model))
  const each = weightBytes.get(model.dtype.toLowerCase())
  if (input.weightsBytes === undefined && each === undefined)
    throw new AppError(
      'invalid_input',
      `The size of weights in ${model.dtype.slice(0, 50)} must be read from the file.`,
    )
  const weights = input.weightsBytes ?? product(each ?? 0, model.parameterCount)
  const tokens = Math.min(batchTokens, product(contextLength, sequences))
  const layerBuffer = product(tokens, 4, sum([product(4, model.hiddenSize), product(3, model.feedForwardSize)]))
  // llama.cpp keeps logits for the batch and, without flash attention, the scores of one layer over the whole context.
  const scores = product(tokens, model.heads, contextLength, engine === 'llama.cpp' ? 4 : 2)
  const logits = engine === 'llama.cpp' ? product(tokens, model.vocabSize, 4) : product(sequences, model.vocabSize, 4)
  const overhead =
    engine === 'llama.cpp' ? (device.kind === 'cuda' ? GiB / 2 : GiB / 16) : device.kind === 'cuda' ? GiB : 943_718_400
  return [
    {
      key: 'weights',
      bytes: weights,
      formula:
        input.weightsBytes === undefined ? `${each} B × ${model.parameterCount} parameters` : `${weights} B of tensors`,
      source: 'tensor headers',
    },
    { key: 'adapter', bytes: adapterBytes, formula: `${adapterBytes} B of adapter tensors`, source: 'tensor headers' },
    {
      key: 'keyValueCache',
      bytes: product(2, model.layers, contextLength, sequences, Math.ceil(kvWidth / 32), bytesPer32[kvDtype]),
      formula: `2 × ${model.layers} layers × ${contextLength} tokens × ${sequences} sequences × ${kvWidth} in ${kvDtype}`,
      source: 'every sequence has the full context to itself; sliding windows are not deducted',
    },
    {
      key: 'computeBuffer',
      bytes: sum([layerBuffer, scores, logits]),
      formula: `${tokens} tokens × (4 B × (4 × ${model.hiddenSize} + 3 × ${model.feedForwardSize}) + ${model.heads} heads × ${contextLength} scores) + logits`,
      source: 'upper bound without flash attention',
    },
    {
      key: 'runtimeOverhead',
      bytes: overhead,
      formula: `${overhead} B for the ${device.kind === 'cuda' ? 'CUDA context and ' : ''}${engine} process`,
      source: 'rule of thumb',
    },
  ]
}

const totalOf = (input: ServingInput): number => sum(servingTerms(input).map(({ bytes }) => bytes))

const remediesOf = (input: ServingInput): readonly ServingRemedy[] => {
  const { contextLength, sequences, kvDtype = 'f16', engine, device } = input
  const attempt = (changes: ServingRemedy['changes'], text: string, next: ServingInput): readonly ServingRemedy[] => {
    const totalBytes = totalOf(next)
    const verdict = verdictOf(totalBytes, next.device.freeBytes)
    return verdict === 'too_large' ? [] : [{ changes, text, totalBytes, verdict }]
  }
  const halves = (of: number, least: number) =>
    Array.from({ length: 20 }, (_, i) => Math.floor(of / 2 ** (i + 1))).filter(size => size >= least)
  const quantised =
    engine === 'llama.cpp' && (kvDtype === 'f16' || kvDtype === 'bf16' || kvDtype === 'f32')
      ? attempt({ kvDtype: 'q8_0' }, 'keep the cache in 8 bits: nearly the same answers', { ...input, kvDtype: 'q8_0' })
      : []
  const fewer = halves(sequences, 1)
    .flatMap(size =>
      attempt({ sequences: size }, `${size} requests at once instead of ${sequences}; the others wait`, {
        ...input,
        sequences: size,
      }),
    )
    .slice(0, 1)
  const shorter = halves(contextLength, 256)
    .flatMap(size =>
      attempt({ contextLength: size }, `a context of ${size} tokens instead of ${contextLength}`, {
        ...input,
        contextLength: size,
      }),
    )
    .slice(0, 1)
  const [least] = halves(contextLength, 256).slice(-1)
  const both =
    fewer.length + shorter.length + quantised.length === 0 && least !== undefined
      ? attempt({ sequences: 1, contextLength: least }, `one request at a time with a context of ${least} tokens`, {
          ...input,
          sequences: 1,
          contextLength: least,
        })
      : []
  const atLeast = Math.ceil(totalOf(input) / 0.9 / GiB)
  const larger = { ...device, totalBytes: atLeast * GiB, freeBytes: atLeast * GiB }
  return [
    ...fewer,
    ...quantised,
    ...shorter,
    ...both,
    ...attempt({}, `at least ${atLeast} GiB free; or a smaller quantisation of the model`, {
      ...input,
      device: larger,
    }),
  ]
}

/** What serving a model needs: weights, key-value cache for every sequence, compute buffer. Sizes in bytes. */
export const planServing = (input: ServingInput): ServingPlan => {
  checkArchitecture(input.model)
  for (const [key, value] of Object.entries({ contextLength: input.contextLength, sequences: input.sequences }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new AppError('invalid_input', `${key} is ${value}; it must be a positive whole number.`)
  const terms = servingTerms(input)
  const totalBytes = sum(terms.map(({ bytes }) => bytes))
  const verdict = verdictOf(totalBytes, input.device.freeBytes)
  return {
    terms,
    totalBytes,
    freeBytes: input.device.freeBytes,
    deviceName: input.device.name,
    verdict,
    remedies: verdict === 'too_large' ? remediesOf(input) : [],
  }
}
