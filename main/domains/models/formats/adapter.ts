import type { Tensor } from './facts.ts'
import { refuse } from './refuse.ts'
import { printable } from './regular-file.ts'
import { isJsonArray, isJsonObject, type JsonObject } from './strict-json.ts'

export type AdapterConfig = {
  readonly method: string
  readonly rank: number | undefined
  readonly alpha: number | undefined
  readonly targets: readonly string[]
  readonly baseModel: string | undefined
  /** Every rank that a module may have instead of `rank`. */
  readonly otherRanks: readonly number[]
}

/** Reads PEFT's `adapter_config.json`. */
export function readAdapterConfig(config: JsonObject, file: string): AdapterConfig {
  const method = config.get('peft_type')
  if (typeof method !== 'string' || method === '') throw refuse(file, 'it has no peft_type: this is no PEFT adapter.')
  const rank = config.get('r')
  if (
    rank !== undefined &&
    rank !== null &&
    !(typeof rank === 'number' && Number.isInteger(rank) && rank > 0 && rank < 2 ** 20)
  ) {
    throw refuse(file, 'its rank "r" is not a positive whole number.')
  }
  const targets = config.get('target_modules')
  const base = config.get('base_model_name_or_path')
  const alpha = config.get('lora_alpha')
  const pattern = config.get('rank_pattern')
  return {
    method: printable(method).toUpperCase(),
    rank: typeof rank === 'number' ? rank : undefined,
    alpha: typeof alpha === 'number' ? alpha : undefined,
    targets: (isJsonArray(targets) ? targets : [targets])
      .filter(name => typeof name === 'string')
      .map(printable)
      .toSorted(),
    baseModel: typeof base === 'string' && base !== '' ? printable(base) : undefined,
    otherRanks: isJsonObject(pattern) ? [...pattern.values()].filter(value => typeof value === 'number') : [],
  }
}

/** What does not fit between an adapter's configuration and its tensors. */
export function adapterWarnings(
  { method, rank, otherRanks }: AdapterConfig,
  tensors: readonly Tensor[],
): readonly string[] {
  if (method !== 'LORA' || rank === undefined) return []
  const halves = tensors.filter(({ name }) => /\.lora_A(\.\w+)?\.weight$/.test(name))
  if (halves.length === 0) return ['The adapter says LoRA, but has no LoRA tensors.']
  const odd = halves.find(({ shape }) => shape[0] !== rank && !otherRanks.includes(shape[0] ?? 0))
  return odd === undefined
    ? []
    : [`The adapter's configuration says rank ${rank}, but "${printable(odd.name)}" has rank ${odd.shape[0]}.`]
}

/** Rank and targets of a LoRA in GGUF, which only its tensors tell: `blk.0.attn_q.weight.lora_a` of shape [rank, inputs]. */
export function adapterOfTensors(tensors: readonly Tensor[]): {
  readonly rank: number | undefined
  readonly targets: readonly string[]
} {
  const halves = tensors.filter(({ name }) => name.endsWith('.lora_a'))
  const targets = halves.map(({ name }) => name.replace(/^blk\.\d+\./, '').replace(/(\.weight)?\.lora_a$/, ''))
  const ranks = halves.map(({ shape }) => shape[0] ?? 0)
  return {
    rank: ranks.length === 0 ? undefined : Math.max(...ranks),
    targets: [...new Set(targets)].toSorted().map(printable),
  }
}
