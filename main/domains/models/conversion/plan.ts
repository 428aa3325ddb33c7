import { join } from 'node:path'
import type { GgufType } from '../../../contract/conversion.ts'
import type { ModelVersion } from '../../../contract/models.ts'
import { ggufFileOf } from '../../../platform/llama-cpp/gguf-file.ts'
import type { ConvertStep } from './config.ts'
import type { Request } from './refusals.ts'

export type ConversionPlan = {
  readonly steps: readonly ConvertStep[]
  readonly resultDir: string
  /** The model in the result: a file's name, or empty for the folder itself. */
  readonly artifact: string
  /** The number format of the GGUF file. */
  readonly type: GgufType | undefined
  /** The most that lies on the disk at one time. */
  readonly diskBytes: number
  /** The most that a step holds in memory. */
  readonly memoryBytes: number
  readonly environment: 'training' | 'conversion' | undefined
}

type Float = 'F32' | 'F16' | 'BF16'

/** Bits per weight of a whole model, a little above what llama.cpp reports: tables and small tensors stay larger. */
const bitsPerWeight: Readonly<Record<GgufType, number>> = {
  F32: 32,
  F16: 16,
  BF16: 16,
  Q8_0: 8.6,
  Q6_K: 6.7,
  Q5_K_M: 5.8,
  Q5_K_S: 5.7,
  Q5_1: 6.1,
  Q5_0: 5.7,
  Q4_K_M: 5.0,
  Q4_K_S: 4.8,
  Q4_1: 5.2,
  Q4_0: 4.8,
  IQ4_NL: 4.8,
  IQ4_XS: 4.7,
  Q3_K_L: 4.5,
  Q3_K_M: 4.2,
  Q3_K_S: 4.0,
  Q2_K: 3.5,
}

const MiB = 2 ** 20
// Measured on 2 cores without a GPU: a Python with torch and transformers imported, before it loads anything.
const pythonBytes = 900 * MiB
// The exporter and ONNX Runtime on top of that.
const exporterBytes = 300 * MiB
// The quantiser's row buffers (main/platform/llama-cpp/quantize.ts), once in and once out, and its process.
const quantizerBytes = 1300 * MiB
// Vocabulary, merges and templates, which are in every file: per token, and for models that do not say how many.
const tokenBytes = 64
const usualVocabulary = 150_000

/** What to do, in which order, and what it takes. `partialDir` is a folder of its own for everything on the way. */
export function planConversion(request: Request, partialDir: string): ConversionPlan {
  const { to, model, base, quantize } = request
  const weights = base ?? model
  const own = floatOf(weights)
  const resultDir = join(partialDir, 'result')
  const steps: ConvertStep[] = []
  const merged = join(partialDir, 'merged')
  const safetensors = base ? merged : model.path
  if (base) {
    steps.push({
      step: 'merge',
      modelDir: base.path,
      adapterDir: model.path,
      output: to === 'merged' ? resultDir : merged,
      expectedBytes: base.sizeBytes,
    })
  }
  if (to === 'onnx') {
    const expectedBytes = weightBytes(weights, 32) + tokenizerBytes(weights)
    steps.push({ step: 'onnx', modelDir: safetensors, output: resultDir, expectedBytes })
  }
  const type = to === 'gguf' ? (quantize ?? own) : undefined
  const artifact = type === undefined ? '' : `${fileName(model.name)}-${type}.gguf`
  if (type !== undefined) {
    const isFloat = type === 'F32' || type === 'F16' || type === 'BF16'
    const plain = isFloat ? join(resultDir, artifact) : join(partialDir, 'plain.gguf')
    const sizeOf = (each: GgufType) => weightBytes(weights, bitsPerWeight[each]) + tokenizerBytes(weights)
    if (model.summary.format !== 'gguf') {
      const first: Float = isFloat ? type : own
      steps.push({
        step: 'gguf',
        modelDir: safetensors,
        output: plain,
        type: first,
        modelName: model.name,
        expectedBytes: sizeOf(first),
      })
    }
    if (model.summary.format === 'gguf' || !isFloat) {
      const input = model.summary.format === 'gguf' ? ggufFileOf(model.path) : plain
      steps.push({ step: 'quantize', input, output: join(resultDir, artifact), type, expectedBytes: sizeOf(type) })
    }
  }
  const needsPython = steps.some(({ step }) => step !== 'quantize')
  return {
    steps,
    resultDir,
    artifact,
    type,
    diskBytes: diskPeak(steps),
    memoryBytes: Math.max(...steps.map(step => memoryOf(step, request))),
    environment: to === 'onnx' ? 'conversion' : needsPython ? 'training' : undefined,
  }
}

/** GGUF's name of the format that the weights have; F16 for those that it does not know. */
const floatOf = ({ summary: { dtype } }: ModelVersion): Float =>
  dtype === 'F32' || dtype === 'BF16' || dtype === 'F16' ? dtype : 'F16'

const weightBytes = ({ summary, sizeBytes }: ModelVersion, bits: number): number =>
  summary.parameterCount === undefined
    ? Math.ceil((sizeBytes * bits) / 16)
    : Math.ceil((summary.parameterCount * bits) / 8)

const tokenizerBytes = ({ summary }: ModelVersion): number => tokenBytes * (summary.vocabSize ?? usualVocabulary)

/** An intermediate result is removed once the next step has read it, so at most two neighbours lie there together. */
function diskPeak(steps: readonly ConvertStep[]): number {
  const sizes = steps.map(step => step.expectedBytes)
  return Math.max(...sizes.map((size, index) => size + (sizes[index - 1] ?? 0)))
}

function memoryOf(step: ConvertStep, { model, base }: Request): number {
  const weights = base ?? model
  switch (step.step) {
    case 'merge':
      // The base as it is stored, one layer's update at a time, and a shard on its way to the disk.
      return pythonBytes + Math.ceil(weights.sizeBytes * 1.5) + model.sizeBytes
    case 'gguf':
      // Weights are read one tensor (for experts: one layer) at a time, and pass through float32.
      return pythonBytes + Math.ceil(2 * weightBytes(weights, 32) * largestShare(weights))
    case 'quantize':
      return quantizerBytes
    case 'onnx':
      // In float32: the model, the traced copy, and what ONNX Runtime loads to compare.
      return pythonBytes + exporterBytes + 3 * weightBytes(weights, 32)
    default:
      return step satisfies never
  }
}

/** The part of all weights that the largest layer or the embedding has, at most. */
function largestShare({ summary }: ModelVersion): number {
  const { layers, vocabSize, hiddenSize, parameterCount } = summary
  if (!layers || !parameterCount) return 1
  return Math.min(1, Math.max(1 / layers, ((vocabSize ?? 0) * (hiddenSize ?? 0)) / parameterCount))
}

// What no file system objects to, and what nobody takes for a part of a split model or a hidden file.
const fileName = (name: string): string =>
  name
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 80) || 'model'
