import { AppError } from '../../../contract/errors.ts'
import { product, sum } from './bytes.ts'

/** A tensor as its header states it. */
export type TensorFact = { readonly name: string; readonly shape: readonly number[]; readonly dtype: string }

/** What the planner knows of a model: read from config.json and the tensor headers, never by loading it. */
export type ModelArchitecture = {
  readonly parameterCount: number
  readonly layers: number
  readonly hiddenSize: number
  readonly heads: number
  readonly kvHeads: number
  /** Where it isn't hiddenSize ÷ heads (Qwen3, Gemma). */
  readonly headDimension?: number
  readonly feedForwardSize: number
  readonly vocabSize: number
  /** Three matrices (SwiGLU, the default) or two (GPT-2) per feed-forward block. */
  readonly gatedFeedForward?: boolean
  /** Exact shapes where the headers were read; otherwise they are derived from the numbers above. */
  readonly tensors?: readonly TensorFact[]
  /** The format of the weights on disk, such as `bfloat16`. */
  readonly dtype: string
}

/** Refuses dimensions that cannot be: the plan would be a confident lie. */
export const checkArchitecture = (model: ModelArchitecture): void => {
  const { parameterCount, layers, hiddenSize, heads, kvHeads, headDimension = 1, feedForwardSize, vocabSize } = model
  const whole = { parameterCount, layers, hiddenSize, heads, kvHeads, headDimension, feedForwardSize, vocabSize }
  for (const [key, value] of Object.entries(whole))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new AppError('invalid_input', `The model's ${key} is ${value}; a plan needs a positive whole number.`, {
        hint: "Check the model's config.json.",
      })
  for (const { name, shape } of model.tensors ?? [])
    if (shape.some(size => !Number.isSafeInteger(size) || size < 0))
      throw new AppError(
        'invalid_input',
        `The tensor ${name.slice(0, 200)} has the shape [${shape.slice(0, 8).join(', ')}].`,
      )
}

export const headDimensionOf = ({ headDimension, hiddenSize, heads }: ModelArchitecture): number =>
  headDimension ?? Math.max(1, Math.round(hiddenSize / heads))

/** A linear layer: its inputs and outputs. */
export type Linear = { readonly name: string; readonly inputs: number; readonly outputs: number }

const embedding = /(?:^|\.)(?:embed\w*|\w*embeddings?|wte|wpe|token_embd)\.weight$/i
const head = /(?:^|\.)(?:lm_head|output|embed_out|score|classifier)\.weight$/i
// Transformers 5 fuses experts and routers into parameters of their own, which PEFT's all-linear and bitsandbytes skip.
const fused = /\.experts\.|\.router\.|\.mlp\.gate\.weight$|\.block_sparse_moe\.gate\.weight$/

const isLinear = ({ name, shape }: TensorFact): boolean =>
  shape.length === 2 && name.endsWith('.weight') && !embedding.test(name) && !head.test(name) && !fused.test(name)

/** GPT-2's Conv1D keeps its weight as [inputs, outputs], every other linear layer as [outputs, inputs]; r·(in + out) is the same. */
const toLinear = ({ name, shape: [outputs = 0, inputs = 0] }: TensorFact): Linear => ({
  name: name.replace(/\.weight$/, ''),
  inputs,
  outputs,
})

const derivedLinears = (model: ModelArchitecture): readonly Linear[] => {
  const { hiddenSize, feedForwardSize } = model
  const width = product(model.heads, headDimensionOf(model))
  const kvWidth = product(model.kvHeads, headDimensionOf(model))
  const attention = [
    { name: 'self_attn.q_proj', inputs: hiddenSize, outputs: width },
    { name: 'self_attn.k_proj', inputs: hiddenSize, outputs: kvWidth },
    { name: 'self_attn.v_proj', inputs: hiddenSize, outputs: kvWidth },
    { name: 'self_attn.o_proj', inputs: width, outputs: hiddenSize },
  ]
  const gate = { name: 'mlp.gate_proj', inputs: hiddenSize, outputs: feedForwardSize }
  const rest = [
    { name: 'mlp.up_proj', inputs: hiddenSize, outputs: feedForwardSize },
    { name: 'mlp.down_proj', inputs: feedForwardSize, outputs: hiddenSize },
  ]
  return model.gatedFeedForward === false ? [...attention, ...rest] : [...attention, gate, ...rest]
}

/** The linear layers that adapters and 4-bit quantisation act on, with how often each shape occurs. */
const linearsOf = (model: ModelArchitecture): readonly (Linear & { readonly count: number })[] =>
  model.tensors === undefined
    ? derivedLinears(model).map(linear => ({ ...linear, count: model.layers }))
    : model.tensors.filter(isLinear).map(tensor => ({ ...toLinear(tensor), count: 1 }))

/** PEFT's rule: a target is the whole name of a module or its end after a dot. */
const isTarget = (name: string, targets: readonly string[]): boolean =>
  targets.includes('all-linear') || targets.some(target => name === target || name.endsWith(`.${target}`))

/** The layers that get adapters. @throws AppError invalid_input when no layer has one of the names, as PEFT would */
export const adapterTargets = (
  model: ModelArchitecture,
  targets: readonly string[],
): readonly (Linear & { readonly count: number })[] => {
  const found = linearsOf(model).filter(({ name }) => isTarget(name, targets))
  if (found.length === 0)
    throw new AppError(
      'invalid_input',
      `loraTargetModules: no linear layer of this model is named ${targets.join(', ')}.`,
      {
        hint: `It has ${[...new Set(linearsOf(model).map(({ name }) => name.split('.').at(-1)))].slice(0, 20).join(', ')}; all-linear takes all of them.`,
      },
    )
  return found
}

/** Trainable parameters of the adapters: Σ r·(inputs + outputs) over the targets (LoRA, arXiv 2106.09685). */
export const adapterParameterCount = (model: ModelArchitecture, rank: number, targets: readonly string[]): number =>
  sum(adapterTargets(model, targets).map(({ inputs, outputs, count }) => product(rank, inputs + outputs, count)))

/** Parameters inside linear layers: what 4-bit quantisation shrinks. */
export const linearParameterCount = (model: ModelArchitecture): number =>
  Math.min(
    model.parameterCount,
    sum(linearsOf(model).map(({ inputs, outputs, count }) => product(inputs, outputs, count))),
  )

/** The largest linear layer, in parameters: what 4-bit layers unpack at a time. */
export const largestLinear = (model: ModelArchitecture): number =>
  linearsOf(model).reduce((most, { inputs, outputs }) => Math.max(most, product(inputs, outputs)), 0)
