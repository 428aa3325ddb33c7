import type { GgufFileInfo } from 'node-llama-cpp'
import { AppError } from '../../../contract/errors.ts'

// State-space models have no attention heads and no feed-forward blocks in llama.cpp's sense.
const recurrent = /^(mamba|rwkv|arwkv|falcon-h1|jamba|granitehybrid|plamo2|lfm2|nemotron_h|bamba)/

/**
 * Refuses files whose missing or absurd metadata would make llama.cpp abort the process instead of failing (engines.md
 * 0.4: a llama model without feed_forward_length or head_count raises SIGABRT). Throws `invalid_input`.
 */
export function assertLoadable(info: GgufFileInfo): void {
  const { general, tokenizer } = info.metadata
  const architecture: unknown = general?.architecture
  if (typeof architecture !== 'string' || architecture === '') throw damaged('it names no architecture')
  const facts = fieldOf(info.metadata, architecture)
  const isRecurrent = recurrent.test(architecture)
  const required = [
    'context_length',
    'embedding_length',
    'block_count',
    ...(isRecurrent ? [] : ['attention.head_count']),
  ]
  for (const key of required) assertPositive(facts, architecture, key)
  // Mixtures of experts may carry only the experts' own length.
  if (!isRecurrent && positive(fieldOf(facts, 'expert_feed_forward_length')) === undefined)
    assertPositive(facts, architecture, 'feed_forward_length')
  const tokens = fieldOf(fieldOf(tokenizer, 'ggml'), 'tokens')
  if (!Array.isArray(tokens) || tokens.length === 0) throw damaged('it carries no vocabulary (tokenizer.ggml.tokens)')
  if (!info.fullTensorInfo?.some(({ name }) => /^(token_embd|tok_embeddings)/.test(name)))
    throw damaged('it has no token embeddings: it may be an adapter or a vision part, not a model')
}

function assertPositive(facts: unknown, architecture: string, path: string): void {
  const value = path.split('.').reduce(fieldOf, facts)
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (values.length === 0 || !values.some(entry => positive(entry) !== undefined))
    throw damaged(`${architecture}.${path} is ${value === undefined ? 'missing' : 'not a positive number'}`)
}

const positive = (value: unknown): number | undefined => {
  const number = typeof value === 'bigint' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined
}

const fieldOf = (holder: unknown, key: string): unknown =>
  typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
    ? (holder as Record<string, unknown>)[key]
    : undefined

const damaged = (what: string) =>
  new AppError('invalid_input', `This GGUF file cannot be served: ${what}.`, {
    hint: 'Convert or download it again; `slipway models verify` compares its bytes with what was imported.',
  })
