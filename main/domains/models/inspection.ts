import { AppError } from '../../contract/errors.ts'
import type { ModelSummary } from '../../contract/models.ts'
import type { ModelFacts } from './formats/facts.ts'
import { type InspectOptions, inspectModel } from './formats/inspect.ts'

/** What a model's headers and folder say, as the library stores it. */
export type Inspection = {
  readonly summary: ModelSummary
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[]
}

/** Reads a model's headers, loading nothing. Throws as `inspectModel`. */
export async function inspect(path: string, options: InspectOptions = {}): Promise<Inspection> {
  const facts = await inspectModel(path, options).catch(error => {
    // An abort arrives as the signal's own reason.
    if (options.signal?.aborted) throw new AppError('cancelled', 'The reading was stopped.', { cause: error })
    throw error
  })
  return {
    summary: summaryOf(facts),
    files: facts.files.map(({ path: name, sizeBytes }) => ({ path: name, sizeBytes })),
  }
}

/** The facts that lists show and plans need. Everything else stays in the files, which can be read again at any time. */
export function summaryOf(facts: ModelFacts): ModelSummary {
  const { contextLength, layers, hiddenSize, heads, kvHeads, feedForwardSize, vocabSize } = facts.dimensions
  const optional = {
    architecture: facts.architecture,
    parameterCount: 'parameterCount' in facts ? facts.parameterCount : undefined,
    dtype: facts.dtype,
    quantization: facts.quantisation?.method,
    contextLength,
    layers,
    hiddenSize,
    heads,
    kvHeads,
    feedForwardSize,
    vocabSize,
    license: facts.licence,
    baseModel: facts.format === 'adapter' ? facts.baseModel : undefined,
    loraRank: facts.format === 'adapter' ? facts.rank : undefined,
  }
  return {
    format: facts.format,
    ...withoutAbsent(optional),
    hasChatTemplate: facts.chatTemplate !== undefined,
    containsCode: facts.containsCode.map(({ path, reason }) => `${path}: ${reason}`),
    warnings: [...facts.warnings],
  }
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

const withoutAbsent = <T extends object>(values: T): Present<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>
