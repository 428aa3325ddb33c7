import { AppError } from '../../contract/errors.ts'
import type { Precision } from '../../contract/model-lists.ts'
import type { ModelSummary } from '../../contract/models.ts'
import type { PlanDevice } from './plan/memory-terms.ts'
import { planServing, usualContextTokens } from './plan/plan-serving.ts'

/** Bytes per parameter of llama.cpp's formats: Q8_0 has 34 bytes per 32 weights, Q4_K_M about 4.85 bits per weight. */
const bytesPerParameter: Readonly<Record<Exclude<Precision, 'stored'>, number>> = { '8bit': 34 / 32, '4bit': 4.85 / 8 }

export type ServingSettings = {
  readonly precision: Precision
  readonly contextLength?: number | undefined
  readonly parallel: number
  readonly kind: PlanDevice['kind']
}

/**
 * Memory that a served model takes, in bytes, for tables of many models: the plan's total without its terms. Undefined
 * where nothing can be said: no engine reads the format, or the headers contradict themselves. Weights in less than they
 * are stored in mean a conversion to GGUF.
 */
export function servingBytes(
  { summary, sizeBytes }: { readonly summary: ModelSummary; readonly sizeBytes: number },
  { precision, contextLength, parallel, kind }: ServingSettings,
): number | undefined {
  if (summary.format !== 'gguf' && summary.format !== 'safetensors') return undefined
  const { parameterCount, layers, hiddenSize, heads, kvHeads = heads, feedForwardSize, vocabSize, dtype } = summary
  const reduced =
    precision === 'stored' || !parameterCount ? sizeBytes : Math.ceil(parameterCount * bytesPerParameter[precision])
  const weightsBytes = Math.min(sizeBytes, reduced)
  if (!parameterCount || !layers || !hiddenSize || !heads || !kvHeads || !feedForwardSize || !vocabSize)
    return weightsBytes
  try {
    const model = {
      ...{ parameterCount, layers, hiddenSize, heads, kvHeads, feedForwardSize, vocabSize },
      dtype: dtype ?? 'float32',
    }
    return planServing({
      model,
      engine: summary.format === 'gguf' || weightsBytes < sizeBytes ? 'llama.cpp' : 'transformers',
      weightsBytes,
      contextLength: contextLength ?? Math.min(summary.contextLength ?? usualContextTokens, usualContextTokens),
      sequences: parallel,
      device: { kind, name: kind, totalBytes: Number.MAX_SAFE_INTEGER, freeBytes: Number.MAX_SAFE_INTEGER },
    }).totalBytes
  } catch (error) {
    // Dimensions that cannot be, from untrusted headers: deploying the model says which; a table only leaves it out.
    if (error instanceof AppError) return undefined
    throw error
  }
}
