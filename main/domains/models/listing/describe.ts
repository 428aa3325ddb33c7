import type { ModelTask, Precision, SizeClass } from '../../../contract/model-lists.ts'
import type { ModelSummary } from '../../../contract/models.ts'

/** Serving takes other memory on each: a CUDA context, for one. */
export type ServingKind = 'cpu' | 'cuda'

type Described = { readonly summary: ModelSummary; readonly sizeBytes: number }

/** Memory that a served version takes, in bytes; undefined where nothing can be said of it. */
export type ServingBytes = (
  version: Described,
  settings: {
    readonly precision: Precision
    readonly contextLength?: number | undefined
    readonly parallel: number
    readonly kind: ServingKind
  },
) => number | undefined

/** What the rows of lists are filtered, counted and sorted by, worked out once when a version changes. */
export type Listing = {
  readonly task: ModelTask
  readonly serving: Readonly<
    Record<ServingKind, { readonly stored: number | undefined; readonly at4Bits: number | undefined }>
  >
}

export type Describe = (version: Described) => Listing

const usualParallel = 4

/** Works out what lists know of a version. */
export function describeWith(servingBytes: ServingBytes): Describe {
  return version => {
    const servedOn = (kind: ServingKind) => ({
      stored: servingBytes(version, { precision: 'stored', parallel: usualParallel, kind }),
      at4Bits: servingBytes(version, { precision: '4bit', parallel: usualParallel, kind }),
    })
    return { task: taskOf(version.summary), serving: { cpu: servedOn('cpu'), cuda: servedOn('cuda') } }
  }
}

/**
 * Raise it when {@link taskOf}, the size classes or the memory formula change: models listed by an older reckoning are
 * listed again at the next start.
 */
export const listingRevision = 2

const gigabyte = 1_000_000_000
/** Where each class ends, in bytes. */
const sizeLimits: readonly (readonly [SizeClass, number])[] = [
  ['under_2gb', 2 * gigabyte],
  ['2_to_10gb', 10 * gigabyte],
  ['10_to_30gb', 30 * gigabyte],
  ['over_30gb', Number.POSITIVE_INFINITY],
]

export const sizeClassOf = (sizeBytes: number): SizeClass =>
  sizeLimits.find(([, limit]) => sizeBytes < limit)?.[0] ?? 'over_30gb'

// By the names that Transformers and llama.cpp give architectures. The first that matches decides.
const tasks: readonly (readonly [RegExp, ModelTask])[] = [
  [/ForSequenceClassification$/, 'rerank'],
  [/whisper|wav2vec|hubert|speech|voxtral|parakeet|qwen2_?audio|moonshine/i, 'speech'],
  [/_?VL|vision|llava|mllama|paligemma|internvl|idefics|siglip|pixtral|florence|^clip|^ViT|^mmproj/i, 'vision'],
  [/^(gemma3|gemma4|mistral3|llama4)ForConditionalGeneration$/i, 'vision'],
  [/^(bert|nomic-bert(-moe)?|jina-bert-v\d|modern-bert|gemma-embedding|t5encoder)$/i, 'embedding'],
  [/(?<!LMHead)Model$/, 'embedding'], // without a head: BertModel, XLMRobertaModel, Qwen3Model
]

/** What a model is for, by its architecture and whether it knows how to converse. */
export function taskOf({ architecture = '', hasChatTemplate, format, vocabSize }: ModelSummary): ModelTask {
  const named = tasks.find(([pattern]) => pattern.test(architecture))?.[1]
  if (named) return named
  if (hasChatTemplate) return 'chat'
  const isLanguageModel = /ForCausalLM$|LMHeadModel$/.test(architecture) || (format === 'gguf' && architecture !== '')
  return isLanguageModel || (architecture !== '' && format !== 'adapter' && vocabSize !== undefined) ? 'base' : 'other'
}
