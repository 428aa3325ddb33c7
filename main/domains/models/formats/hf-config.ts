import type { Dimensions, Quantisation } from './facts.ts'
import type { Packing } from './parameter-count.ts'
import { printable } from './regular-file.ts'
import { isJsonArray, isJsonObject, type Json, type JsonObject } from './strict-json.ts'

export type ConfigFacts = {
  readonly architecture: string | undefined
  readonly dtype: string | undefined
  readonly dimensions: Dimensions
  readonly packing: Packing | undefined
  /** Files that transformers would import with `trust_remote_code`. */
  readonly codeReferences: readonly string[]
}

/** Reads what a Hugging Face `config.json` says. Families name the same sizes differently; the first name that is there counts. */
export function readConfig(config: JsonObject): ConfigFacts {
  // Models that see or hear keep the language model's sizes one level down.
  const nested = ['text_config', 'language_config', 'llm_config', 'thinker_config']
    .map(key => config.get(key))
    .find(isJsonObject)
  const size = (...names: readonly string[]): number | undefined =>
    names.map(name => sizeOf(config.get(name)) ?? sizeOf(nested?.get(name))).find(value => value !== undefined)
  const text = (name: string): string | undefined => textOf(config.get(name)) ?? textOf(nested?.get(name))

  const hiddenSize = size('hidden_size', 'n_embd', 'd_model', 'dim')
  const heads = size('num_attention_heads', 'n_head', 'n_heads', 'num_heads', 'encoder_attention_heads')
  const tied = config.get('tie_word_embeddings') ?? nested?.get('tie_word_embeddings')
  const architectures = config.get('architectures')
  const first = isJsonArray(architectures) ? textOf(architectures[0]) : undefined
  return {
    architecture: first ?? text('model_type'),
    dtype: dtypeNames.get((text('dtype') ?? text('torch_dtype') ?? '').replace(/^torch\./, '')),
    dimensions: {
      contextLength: size(
        'max_position_embeddings',
        'n_positions',
        'n_ctx',
        'max_seq_len',
        'max_sequence_length',
        'seq_length',
      ),
      layers: size('num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'encoder_layers'),
      hiddenSize,
      heads,
      kvHeads:
        size('num_key_value_heads', 'n_head_kv', 'num_kv_heads', 'n_kv_heads') ??
        (config.get('multi_query') === true ? 1 : heads),
      headSize:
        size('head_dim', 'd_kv', 'attention_head_dim') ??
        (hiddenSize && heads ? Math.floor(hiddenSize / heads) : undefined),
      feedForwardSize:
        size('intermediate_size', 'n_inner', 'ffn_dim', 'd_ff', 'ffn_hidden_size', 'encoder_ffn_dim') ??
        // GPT-2's n_inner is null by default and means this.
        (config.has('n_inner') && hiddenSize ? 4 * hiddenSize : undefined),
      vocabSize: size('vocab_size', 'padded_vocab_size'),
      experts: size('num_local_experts', 'num_experts', 'n_routed_experts'),
      expertsPerToken: size('num_experts_per_tok', 'num_experts_per_token', 'moe_topk'),
      slidingWindow: config.get('use_sliding_window') === false ? undefined : size('sliding_window'),
      tiedEmbeddings: typeof tied === 'boolean' ? tied : undefined,
    },
    packing: packingOf(config.get('quantization_config') ?? nested?.get('quantization_config')),
    codeReferences: codeReferences(config),
  }
}

const dtypeNames = new Map([
  ['float32', 'F32'],
  ['float', 'F32'],
  ['float16', 'F16'],
  ['half', 'F16'],
  ['bfloat16', 'BF16'],
  ['float64', 'F64'],
  ['float8_e4m3fn', 'F8_E4M3'],
  ['float8_e5m2', 'F8_E5M2'],
])

/** What `auto_map` of a config or tokenizer config names: Python of the repository, `file.Class` or `repository--file.Class`. */
export function codeReferences(config: JsonObject): readonly string[] {
  const map = config.get('auto_map')
  if (!isJsonObject(map)) return []
  return [...map.values()]
    .flatMap(value => (isJsonArray(value) ? value : [value]))
    .filter(value => typeof value === 'string')
    .map(printable)
}

export const quantisationOf = ({ method }: Packing, weightsBytes: number, parameterCount: number): Quantisation => ({
  method,
  bitsPerWeight: parameterCount > 0 ? Math.round((weightsBytes * 800) / parameterCount) / 100 : undefined,
})

function packingOf(value: Json | undefined): Packing | undefined {
  if (!isJsonObject(value)) return undefined
  const method = textOf(value.get('quant_method'))?.toLowerCase() ?? 'unknown'
  const groups = value.get('config_groups')
  const weights = isJsonObject(groups)
    ? [...groups.values()].map(group => (isJsonObject(group) ? group.get('weights') : undefined)).find(isJsonObject)
    : undefined
  const bits =
    sizeOf(value.get('bits')) ??
    sizeOf(value.get('w_bit')) ??
    sizeOf(weights?.get('num_bits')) ??
    (value.get('load_in_4bit') === true ? 4 : value.get('load_in_8bit') === true ? 8 : undefined)
  return { method, bits }
}

/** A count: a whole number from 1 that a memory plan can calculate with. */
const sizeOf = (value: Json | undefined): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= 2 ** 40 ? value : undefined

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? printable(value) : undefined
