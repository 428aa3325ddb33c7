import type { TrainingMethod, TrainingParameters } from '../../../contract/training-parameters.ts'
import {
  adapterParameterCount,
  adapterTargets,
  headDimensionOf,
  largestLinear,
  linearParameterCount,
  type ModelArchitecture,
} from './architecture.ts'
import { GiB, product, sum } from './bytes.ts'

export type PlanDevice = {
  readonly kind: 'cpu' | 'cuda'
  readonly name: string
  readonly totalBytes: number
  readonly freeBytes: number
  /** Needs in between are met once running jobs have given their memory back; absent where nobody queues. */
  readonly waits?: { readonly overBytes: number; readonly upToBytes: number }
  /** Of the CPU: how many processors a run that starts now would be granted, and how many there are. */
  readonly processors?: { readonly granted: number; readonly all: number }
}

/** Whether the queue holds a job of that size back now, and lets it start later. */
export const startsWhenFree = ({ waits }: PlanDevice, bytes: number): boolean =>
  waits !== undefined && bytes > waits.overBytes && bytes <= waits.upToBytes

const termKeys = [
  'weights',
  'mixedPrecisionCopies',
  'adapterWeights',
  'gradients',
  'gradientBuckets',
  'optimizer',
  'referenceModel',
  'activations',
  'attentionMask',
  'logits',
  'workingSet',
  'runtimeOverhead',
] as const
export type TermKey = (typeof termKeys)[number]

/** One part of a plan: how many bytes, computed how, on whose word. */
export type MemoryTerm = {
  readonly key: TermKey
  readonly bytes: number
  readonly formula: string
  readonly source: string
}

/** What a plan is computed from. `freeBytes` of the device is what this run may take. */
export type PlanInput = {
  readonly model: ModelArchitecture
  readonly method: TrainingMethod
  readonly parameters: TrainingParameters
  readonly device: PlanDevice
  /** Devices that train together, each with its own copy (data parallel). */
  readonly worldSize?: number
}

const trl = 'TRL 1.16 source'
const measured = 'bytes that autograd keeps, counted with saved-tensor hooks on Transformers 5.23 and PEFT 0.21'

/** The size of a number during computation: `auto` is bf16 on CUDA and fp32 on the CPU. */
const computeBytes = ({ precision }: TrainingParameters, device: PlanDevice): 2 | 4 =>
  precision === 'fp32' || (precision === 'auto' && device.kind === 'cpu') ? 4 : 2

/** 4 bits each, plus an 8-bit scale per 64 weights and a 32-bit one per 256 scales (QLoRA, arXiv 2305.14314). */
const nf4Bytes = (parameters: number): number =>
  Math.ceil(parameters / 2) + Math.ceil(parameters / 64) + 4 * Math.ceil(parameters / 16_384)

type Sizes = {
  readonly input: PlanInput
  readonly compute: 2 | 4
  readonly trainable: number
  readonly adapters: boolean
  /** Sequences that one forward pass carries. DPO sends the chosen and the rejected answer together. */
  readonly sequences: number
  readonly tokens: number
}

const sizesOf = (input: PlanInput): Sizes => {
  const { model, method, parameters, device } = input
  const adapters = parameters.tuning !== 'full'
  const sequences = product(parameters.microBatchSize, method === 'dpo' ? 2 : 1)
  return {
    input,
    adapters,
    sequences,
    compute: computeBytes(parameters, device),
    tokens: product(sequences, parameters.maxSequenceLength),
    trainable: adapters
      ? adapterParameterCount(model, parameters.loraRank ?? 16, parameters.loraTargetModules ?? ['all-linear'])
      : model.parameterCount,
  }
}

const weights = ({ input: { model, parameters }, compute }: Sizes): MemoryTerm => {
  const count = model.parameterCount
  switch (parameters.tuning) {
    case 'full':
      return {
        key: 'weights',
        bytes: product(4, count),
        formula: `4 B × ${count} parameters (fp32)`,
        source: `${trl}: dtype float32 by default`,
      }
    case 'lora':
      return {
        key: 'weights',
        bytes: product(compute, count),
        formula: `${compute} B × ${count} frozen parameters`,
        source: 'the base is loaded in the compute format',
      }
    case 'qlora': {
      const quantised = linearParameterCount(model)
      return {
        key: 'weights',
        bytes: sum([nf4Bytes(quantised), product(2, count - quantised)]),
        formula: `(1/2 + 1/64 + 4/16384) B × ${quantised} in linear layers + 2 B × ${count - quantised} others`,
        source: 'NF4 with double quantisation, arXiv 2305.14314',
      }
    }
    default:
      return parameters.tuning satisfies never
  }
}

/** Bytes of each trained number itself; TRL turns the adapters of a quantised base to bf16. */
const trainedBytes = ({ parameters }: PlanInput): 2 | 4 => (parameters.tuning === 'qlora' ? 2 : 4)

const learning = (sizes: Sizes): readonly MemoryTerm[] => {
  const { input, trainable, adapters, compute } = sizes
  const each = trainedBytes(input)
  const worldSize = input.worldSize ?? 1
  const copies = compute === 2 && each === 4 ? product(2, trainable) : 0
  return [
    {
      key: 'mixedPrecisionCopies',
      bytes: copies,
      formula: copies === 0 ? 'none: weights are in the compute format' : `2 B × ${trainable} trained parameters`,
      source: 'autocast keeps a 16-bit copy of each fp32 weight through the step (Transformers, model memory anatomy)',
    },
    {
      key: 'adapterWeights',
      bytes: adapters ? product(each, trainable) : 0,
      formula: adapters
        ? `${each} B × Σ r·(inputs + outputs) = ${each} B × ${trainable}`
        : 'none: all weights are trained',
      source: 'LoRA, arXiv 2106.09685; shapes from the tensor headers where they are known',
    },
    {
      key: 'gradients',
      bytes: product(each, trainable),
      formula: `${each} B × ${trainable} trained parameters`,
      source: 'PyTorch: a gradient has the format of its parameter',
    },
    {
      key: 'gradientBuckets',
      bytes: worldSize > 1 ? product(each, trainable) : 0,
      formula: worldSize > 1 ? `${each} B × ${trainable}` : 'none on one device',
      source: 'PyTorch DDP without gradient_as_bucket_view',
    },
    optimizer(sizes, each),
  ]
}

const optimizer = ({ input: { parameters, model }, trainable, adapters }: Sizes, each: 2 | 4): MemoryTerm => {
  switch (parameters.optimizer) {
    case 'adamw_torch':
      return {
        key: 'optimizer',
        bytes: product(2 * each, trainable),
        formula: `2 × ${each} B × ${trainable} (two moments)`,
        source: 'torch.optim.AdamW: moments in the format of the parameter',
      }
    case 'adamw_8bit':
      return {
        key: 'optimizer',
        bytes: sum([product(2, trainable), 8 * Math.ceil(trainable / 256)]),
        formula: `2 × (1 B + 4 B / 256) × ${trainable}`,
        source: '8-bit optimizers with blocks of 256, arXiv 2110.02861',
      }
    case 'adafactor': {
      // A row and a column of second moments per matrix: bounded by one 64th for any matrix with both sides ≥ 128.
      const narrow = adapters ? trainable : Math.min(trainable, Math.ceil(trainable / 64) + 2 * model.hiddenSize)
      return {
        key: 'optimizer',
        bytes: product(4, narrow),
        formula: `4 B × ${narrow} (row and column sums)`,
        source: 'Adafactor, arXiv 1804.04235; an upper bound',
      }
    }
    default:
      return parameters.optimizer satisfies never
  }
}

const reference = ({ input: { model, method }, adapters }: Sizes): MemoryTerm => {
  const copy = !adapters && (method === 'dpo' || method === 'kto')
  return {
    key: 'referenceModel',
    bytes: copy ? product(4, model.parameterCount) : 0,
    formula: copy
      ? `4 B × ${model.parameterCount} parameters`
      : adapters
        ? 'none: the base without its adapters is the reference'
        : 'none: the method has no reference',
    source: trl,
  }
}

/** Rows of different length in one batch are padded, and then every layer carries a mask of its own. */
const isMasked = ({ input: { parameters }, sequences }: Sizes): boolean => sequences > 1 || parameters.packing === true

/**
 * Bytes that one layer keeps per token for the backward pass, without checkpointing.
 * Norms keep their input in fp32; frozen linear layers keep nothing, trained ones their input, and under autocast each
 * trained layer its own 16-bit copy; attention keeps q, k, v, its output and a log-sum per head.
 */
export const layerBytesPerToken = (
  model: ModelArchitecture,
  parameters: TrainingParameters,
  device: PlanDevice,
  masked: boolean,
): number => {
  const compute = computeBytes(parameters, device)
  const { hiddenSize: h, feedForwardSize: f, heads } = model
  const width = heads * headDimensionOf(model)
  const kvWidth = (masked ? heads : model.kvHeads) * headDimensionOf(model)
  const products = model.gatedFeedForward === false ? 2 : 3
  const attention = compute * (2 * width + 2 * kvWidth) + 4 * heads
  const norms = 2 * (4 * h + 4)
  if (parameters.tuning === 'full') {
    const mixed = compute === 2
    // Mixed: fp32 normalised input twice, and a cast copy for q, k, v, gate and up each. Pure fp32 shares them.
    const inputs = mixed ? 2 * 4 * h + (3 + products - 1) * 2 * h : 2 * (4 + 4) * h
    return norms + inputs + attention + compute * (products + 1) * f
  }
  const targets = adapterTargets(model, parameters.loraTargetModules ?? ['all-linear'])
  const targetCount = targets.reduce((total, { count }) => total + count, 0) / model.layers
  const inputs = targets.reduce((total, { inputs: size, count }) => total + size * count, 0) / model.layers
  const dropped = (parameters.loraDropout ?? 0) > 0
  const mask = dropped ? (device.kind === 'cuda' ? 1 : 4) : 0
  // Without autocast and dropout, layers that read the same tensor share one copy of it; counting each is the safe side.
  const adapterInputs = (compute + mask) * inputs + compute * (parameters.loraRank ?? 16) * targetCount
  return Math.ceil(norms + attention + compute * products * f + adapterInputs)
}

const activations = (sizes: Sizes): readonly MemoryTerm[] => {
  const { input, compute, tokens, sequences } = sizes
  const { model, parameters, device } = input
  const { layers, hiddenSize: h, feedForwardSize: f } = model
  const masked = isMasked(sizes)
  const perLayer = layerBytesPerToken(model, parameters, device, masked)
  const residual = (parameters.tuning === 'full' ? 4 : compute) * h
  const checkpointing = parameters.gradientCheckpointing
  const liveLayers = checkpointing ? 1 : layers
  const length = parameters.maxSequenceLength
  return [
    {
      key: 'activations',
      bytes: checkpointing
        ? sum([product(tokens, layers, residual), product(tokens, perLayer)])
        : product(tokens, layers, perLayer),
      formula: checkpointing
        ? `${tokens} tokens × (${layers} layers × ${residual} B + one live layer × ${perLayer} B)`
        : `${tokens} tokens × ${layers} layers × ${perLayer} B`,
      source: measured,
    },
    {
      key: 'attentionMask',
      bytes: masked
        ? sum([product(sequences, length, length), product(liveLayers, compute, sequences, length, length)])
        : 0,
      formula: masked
        ? `${sequences} × ${length}² × (1 B + ${liveLayers} layers × ${compute} B)`
        : 'none: one unpadded row at a time',
      source: 'PyTorch SDPA turns the boolean mask of padded rows into numbers in each layer',
    },
    {
      key: 'workingSet',
      bytes: sum([
        product(tokens, compute * 3 * f + 8 * h),
        parameters.tuning === 'qlora' ? product(2, largestLinear(model)) : 0,
      ]),
      formula: `${tokens} tokens × (${compute} B × 3 × ${f} + 8 B × ${h})${parameters.tuning === 'qlora' ? ' + the largest layer unpacked to 16 bits' : ''}`,
      source: 'gradients of one layer while it is passed backward',
    },
  ]
}

const tokenTile = 4096
const vocabularyTile = 32_768

/** TRL's fused head never holds all logits: tiles of 4096 tokens × 32768 words, and gradients in fp32. */
const logits = ({ input: { model, parameters, device }, tokens, compute }: Sizes): MemoryTerm => {
  const rowsAtOnce = Math.min(tokens, tokenTile)
  // The buffer has its full width whatever the vocabulary; without Triton the fold makes eight more fp32 copies and a mask.
  const buffer = product(rowsAtOnce, vocabularyTile, compute)
  const tile =
    device.kind === 'cuda' ? buffer : sum([buffer, product(rowsAtOnce, Math.min(model.vocabSize, vocabularyTile), 33)])
  const hiddenGradient = product(tokens, model.hiddenSize, 4 + compute)
  const headGradient = parameters.tuning === 'full' ? product(4, model.vocabSize, model.hiddenSize) : 0
  return {
    key: 'logits',
    bytes: sum([tile, hiddenGradient, headGradient]),
    formula: `tile of ${rowsAtOnce} tokens (${tile} B) + ${tokens} × ${model.hiddenSize} × ${4 + compute} B${headGradient > 0 ? ` + 4 B × ${model.vocabSize} × ${model.hiddenSize} for the head's gradient` : ''}`,
    source: `${trl}: kernels/chunked_logprob.py${device.kind === 'cpu' ? ', peak of the CPU path measured' : ''}`,
  }
}

// The CPU figure is the resident size after importing torch, transformers, peft and trl (822 MiB), with room for data.
const baseOverhead = { cuda: GiB, cpu: 943_718_400 } as const

const overhead = (device: PlanDevice, dynamicBytes: number): MemoryTerm => ({
  key: 'runtimeOverhead',
  bytes: baseOverhead[device.kind] + Math.ceil(dynamicBytes / 10),
  formula: `${device.kind === 'cuda' ? '1 GiB for the CUDA context and libraries' : '900 MiB for Python, torch and trl'} + 10 % of activations, mask, logits and working set for fragmentation`,
  source: device.kind === 'cuda' ? 'rule of thumb: not measured on this device' : 'measured on Linux x64',
})

/** Every term of a training step's peak, in bytes. @throws AppError for dimensions or targets that cannot be */
export const memoryTerms = (input: PlanInput): readonly MemoryTerm[] => {
  const sizes = sizesOf(input)
  const dynamic = [...activations(sizes), logits(sizes)]
  const terms = [
    weights(sizes),
    ...learning(sizes),
    reference(sizes),
    ...dynamic,
    overhead(input.device, sum(dynamic.map(({ bytes }) => bytes))),
  ]
  return terms.toSorted((a, b) => termKeys.indexOf(a.key) - termKeys.indexOf(b.key))
}
