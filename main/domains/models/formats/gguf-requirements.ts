import type { Tensor } from './facts.ts'
import type { GgufKeys } from './gguf-keys.ts'
import { refuse } from './refuse.ts'
import { printable } from './regular-file.ts'

// Limits of llama.cpp v0.5.0: LLAMA_MAX_LAYERS, LLAMA_MAX_EXPERTS, llama_rope_scaling_type_from_string.
const maxLayers = 512
const maxExperts = 1_024
const ropeScalings: ReadonlySet<string> = new Set(['none', 'linear', 'yarn', 'longrope'])

/** Architectures without attention heads. Source: `llm_arch_is_recurrent` in llama.cpp. */
const recurrent: ReadonlySet<string> = new Set(['mamba', 'mamba2', 'rwkv6', 'rwkv6qwen2', 'rwkv7', 'arwkv7'])

/** Architectures with layers that have no attention or no dense part, and so zeros in their lists. Source: `llm_arch_is_hybrid`. */
const mixed: ReadonlySet<string> = new Set([
  'bailingmoe3',
  'deci',
  'deepseek4',
  'falcon-h1',
  'granitehybrid',
  'jamba',
  'kimi-k3',
  'kimi-linear',
  'lfm2',
  'lfm2moe',
  'minimax-01',
  'nemotron_h',
  'nemotron_h_moe',
  'plamo2',
  'qwen35',
  'qwen35moe',
  'qwen3next',
  'qwen4exp',
])

/** Types that ggml only computes with or that hold indices: as weights they abort or crash it. */
const notForWeights: ReadonlySet<string> = new Set(['Q8_1', 'Q8_K', 'I8', 'I16', 'I32', 'I64', 'F64'])
const weightName = /^(token_embd|output|output_norm|blk\.\d+\.(attn|ffn)_\w+)\.(weight|bias)$/
/**
 * Refuses a text model whose header llama.cpp answers by aborting its process (`GGML_ASSERT`), or by reading beyond an
 * array, instead of by an error. What llama.cpp reports itself is left to it.
 */
export function assertLoadable(keys: GgufKeys, tensors: readonly Tensor[], file: string): void {
  const { architecture, own } = keys
  const bad = (reason: string) =>
    refuse(
      file,
      `${reason} llama.cpp cannot load that.`,
      'Convert the model again with a current llama.cpp, or fetch it again.',
    )
  const demand = (key: string): number => {
    const value = own(key)
    if (value === undefined || value < 1)
      throw bad(`${architecture}.${key} is ${value === undefined ? 'missing' : 'zero'}.`)
    return value
  }

  demand('context_length')
  demand('embedding_length')
  const layers = demand('block_count')
  if (layers > maxLayers) throw bad(`${architecture}.block_count is ${layers}; at most ${maxLayers} are possible.`)
  if ((own('nextn_predict_layers') ?? 0) > layers) throw bad(`${architecture}.nextn_predict_layers exceeds its layers.`)

  const perLayer = (key: string): readonly number[] | undefined => {
    const sizes = keys.perLayer(key)
    if (sizes !== undefined && sizes.length !== 1 && sizes.length !== layers) {
      throw bad(`${architecture}.${key} has ${sizes.length} entries for ${layers} layers.`)
    }
    return sizes
  }
  const demandSome = (key: string): void => {
    const sizes = perLayer(key)
    if (sizes === undefined) throw bad(`${architecture}.${key} is missing.`)
    const needsAll = !mixed.has(architecture)
    if (needsAll ? sizes.includes(0) : !sizes.some(size => size > 0)) throw bad(`${architecture}.${key} is zero.`)
  }
  assertEpsilon(keys, bad)
  if (!recurrent.has(architecture)) {
    demandSome('attention.head_count')
    if (perLayer('attention.head_count_kv') !== undefined) demandSome('attention.head_count_kv')
    const isMixture = (own('expert_feed_forward_length') ?? 0) > 0
    const hasDense = tensors.some(({ name }) => /^blk\.\d+\.ffn_(up|down|gate)\.weight$/.test(name))
    if (!isMixture || hasDense) demandSome('feed_forward_length')
    for (const key of ['attention.key_length', 'attention.value_length'])
      if (own(key) === 0) throw bad(`${architecture}.${key} is zero.`)
  }
  assertExperts(keys, perLayer('expert_used_count'), bad)

  const scaling = keys.text(`${architecture}.rope.scaling.type`)
  if (scaling !== undefined && !ropeScalings.has(scaling)) {
    throw bad(`${architecture}.rope.scaling.type is "${printable(scaling)}".`)
  }
  assertVocabulary(keys, bad)
  for (const { name, dtype, shape } of tensors) {
    // Norms and biases: ggml multiplies and adds them in F32 alone, and its converters write nothing else.
    const isUsable = shape.length > 1 || dtype === 'F32'
    if (weightName.test(name) && (notForWeights.has(dtype) || !isUsable)) {
      throw bad(`tensor "${printable(name)}" is of type ${dtype}, which is none for it.`)
    }
  }
}

type Bad = (reason: string) => Error

/** The norms' epsilon is a finite number from 0. */
function assertEpsilon({ architecture, values }: GgufKeys, bad: Bad): void {
  const names = ['layer_norm_rms_epsilon', 'layer_norm_epsilon', 'group_norm_epsilon']
  const stated = names.map(name => values.get(`${architecture}.attention.${name}`)).filter(value => value !== undefined)
  if (stated.length === 0) throw bad(`${architecture}.attention.layer_norm_rms_epsilon is missing.`)
  for (const value of stated) {
    const isValid =
      value.type === 'f32' && typeof value.value === 'number' && Number.isFinite(value.value) && value.value >= 0
    if (!isValid) throw bad(`an epsilon of ${architecture} is not a number from 0.`)
  }
}

function assertExperts({ architecture, own }: GgufKeys, usedPerLayer: readonly number[] | undefined, bad: Bad): void {
  const experts = own('expert_count') ?? 0
  const used = Math.max(0, ...(usedPerLayer ?? []))
  const groups = own('expert_group_count') ?? 0
  const groupsUsed = own('expert_group_used_count') ?? 0
  const wrong = (reason: string) => bad(`${architecture}'s experts do not agree: ${reason}.`)
  if (experts > maxExperts) throw wrong(`${experts} of them; at most ${maxExperts} are possible`)
  // HunYuan's dense models state one expert; llama.cpp takes that as none.
  if (experts <= 1 && architecture.startsWith('hunyuan')) return
  if (used > experts) throw wrong(`${used} used of ${experts}`)
  if (experts > 0 && used === 0) throw wrong(`none used of ${experts}`)
  if (experts === 0 && groups > 0) throw wrong(`${groups} groups of none`)
  if (experts > 0 && groups >= experts) throw wrong(`${groups} groups of ${experts}`)
  if (groups > 1 && (experts % groups !== 0 || groupsUsed === 0 || groupsUsed >= groups)) {
    throw wrong(`${groupsUsed} of ${groups} groups used, over ${experts} experts`)
  }
}

function assertVocabulary(keys: GgufKeys, bad: Bad): void {
  const model = keys.text('tokenizer.ggml.model')
  if (model === undefined) throw bad('tokenizer.ggml.model is missing.')
  if (keys.architecture === 'wavtokenizer-dec') return
  if (model === 'none' || model === 'no_vocab') throw bad('it has no vocabulary, so that it cannot be given text.')
  const tokens = keys.array('tokenizer.ggml.tokens')
  if (tokens === undefined) throw bad('tokenizer.ggml.tokens is missing.')
  if (tokens.elementType !== 'string' || tokens.count === 0) throw bad('tokenizer.ggml.tokens is not a list of texts.')
  const { repeated, missingByte, hasNewline } = tokens.vocabulary ?? {}
  if (repeated !== undefined) throw bad(`the token "${printable(repeated)}" occurs twice.`)
  // These tokenizers look a byte up without asking whether it is there.
  if ((model === 'llama' || model === 'plamo2') && missingByte !== undefined) {
    throw bad(`the vocabulary has no token for the byte ${missingByte}.`)
  }
  if (model === 'rwkv' && hasNewline === false) throw bad('the vocabulary has no token for a new line.')

  const demandBeside = (key: string, types: readonly string[]): void => {
    const array = keys.array(key)
    if (array === undefined) return
    if (!types.includes(array.elementType)) throw bad(`${key} has the wrong type.`)
    if (array.count < tokens.count) throw bad(`${key} has ${array.count} entries for ${tokens.count} tokens.`)
  }
  demandBeside('tokenizer.ggml.scores', ['f32', 'i32'])
  demandBeside('tokenizer.ggml.token_type', ['i32'])

  const merges = keys.array('tokenizer.ggml.merges')
  if (merges !== undefined && merges.elementType !== 'string')
    throw bad('tokenizer.ggml.merges is not a list of texts.')
  if (model === 'gpt2' && merges === undefined) throw bad('tokenizer.ggml.merges is missing.')
}
