import { writeFileSync } from 'node:fs'

/**
 * Writes a GGUF model of some hundred kilobytes with random weights: a real llama architecture with a byte-level
 * vocabulary that llama.cpp loads, batches and samples like any other (GGUF v3, little endian; engines.md part 2).
 */

const type = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const
type Value = readonly [key: string, type: number, value: unknown, element?: number]

const alignment = 32
const padded = (size: number) => Math.ceil(size / alignment) * alignment

function encoder() {
  const parts: Buffer[] = []
  const push = (size: number, write: (buffer: Buffer) => void) => {
    const buffer = Buffer.alloc(size)
    write(buffer)
    parts.push(buffer)
  }
  const u32 = (value: number) => push(4, buffer => buffer.writeUInt32LE(value))
  const u64 = (value: number) => push(8, buffer => buffer.writeBigUInt64LE(BigInt(value)))
  const text = (value: string) => {
    const bytes = Buffer.from(value)
    u64(bytes.length)
    parts.push(bytes)
  }
  const one = (kind: number, value: unknown) => {
    if (kind === type.u32 || kind === type.i32) u32(Number(value))
    else if (kind === type.f32) push(4, buffer => buffer.writeFloatLE(Number(value)))
    else if (kind === type.bool) parts.push(Buffer.from([value ? 1 : 0]))
    else text(String(value))
  }
  return { parts, u32, u64, text, one }
}

// GPT-2's bytes_to_unicode.
function byteAlphabet(): string[] {
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255)
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++))
}

export const chatml =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"

export type TinyGguf = {
  readonly contextLength?: number
  readonly chatTemplate?: string | undefined
  readonly seed?: number
  readonly embedding?: number
  readonly layers?: number
  /** Greedy answers never end by themselves: they go on to the limit, or until they are stopped. */
  readonly isEndless?: boolean
  /** Metadata keys to leave out, for damaged files. */
  readonly omit?: readonly string[]
}

/** Token ids that tests name: bytes are their own ids. */
export const tinyTokens = { size: 260, endOfText: 257, imStart: 258, imEnd: 259 } as const

export function writeTinyGguf(
  path: string,
  {
    contextLength = 512,
    chatTemplate = chatml,
    seed = 1,
    embedding = 32,
    layers = 2,
    isEndless = false,
    omit = [],
  }: TinyGguf = {},
): void {
  const heads = 4
  const kvHeads = 2
  const feedForward = embedding * 2
  const tokens = [...byteAlphabet(), 'Ġt', '<|endoftext|>', '<|im_start|>', '<|im_end|>']
  const types = tokens.map((_, id) => (id >= tinyTokens.endOfText ? 3 : 1))
  const values: readonly Value[] = [
    ['general.architecture', type.string, 'llama'],
    ['general.name', type.string, 'slipway-tiny'],
    ['general.file_type', type.u32, 0],
    ['llama.context_length', type.u32, contextLength],
    ['llama.embedding_length', type.u32, embedding],
    ['llama.block_count', type.u32, layers],
    ['llama.feed_forward_length', type.u32, feedForward],
    ['llama.attention.head_count', type.u32, heads],
    ['llama.attention.head_count_kv', type.u32, kvHeads],
    ['llama.attention.layer_norm_rms_epsilon', type.f32, 1e-5],
    ['llama.rope.dimension_count', type.u32, embedding / heads],
    ['llama.vocab_size', type.u32, tokens.length],
    ['tokenizer.ggml.model', type.string, 'gpt2'],
    ['tokenizer.ggml.pre', type.string, 'default'],
    ['tokenizer.ggml.tokens', type.array, tokens, type.string],
    ['tokenizer.ggml.token_type', type.array, types, type.i32],
    ['tokenizer.ggml.merges', type.array, ['Ġ t'], type.string],
    ['tokenizer.ggml.bos_token_id', type.u32, tinyTokens.endOfText],
    ['tokenizer.ggml.eos_token_id', type.u32, tinyTokens.imEnd],
    ['tokenizer.ggml.add_bos_token', type.bool, false],
    ...(chatTemplate === '' ? [] : [['tokenizer.chat_template', type.string, chatTemplate] as const]),
  ]
  const random = uniform(seed)
  const weights = (...dims: number[]) => {
    const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1))
    for (let i = 0; i < data.length; i += 1) data[i] = (random() * 2 - 1) * 0.26
    return { dims, data }
  }
  const ones = (size: number) => ({ dims: [size], data: new Float32Array(size).fill(1) })
  const kv = (embedding / heads) * kvHeads
  const embeddings = weights(embedding, tokens.length)
  const output = weights(embedding, tokens.length)
  // What ends an answer then scores nothing, and some byte always scores more.
  if (isEndless) output.data.fill(0, tinyTokens.endOfText * embedding)
  const tensors = [
    ['token_embd.weight', embeddings],
    ['output_norm.weight', ones(embedding)],
    ['output.weight', output],
    ...Array.from({ length: layers }, (_, layer) => {
      const at = (name: string) => `blk.${layer}.${name}.weight`
      return [
        [at('attn_norm'), ones(embedding)],
        [at('attn_q'), weights(embedding, embedding)],
        [at('attn_k'), weights(embedding, kv)],
        [at('attn_v'), weights(embedding, kv)],
        [at('attn_output'), weights(embedding, embedding)],
        [at('ffn_norm'), ones(embedding)],
        [at('ffn_gate'), weights(embedding, feedForward)],
        [at('ffn_up'), weights(embedding, feedForward)],
        [at('ffn_down'), weights(feedForward, embedding)],
      ] as const
    }).flat(),
  ] as const
  writeFileSync(
    path,
    encode(
      values.filter(([key]) => !omit.includes(key)),
      tensors,
    ),
  )
}

type Tensor = readonly [name: string, tensor: { readonly dims: readonly number[]; readonly data: Float32Array }]

function encode(values: readonly Value[], tensors: readonly Tensor[]): Buffer {
  const { parts, u32, u64, text, one } = encoder()
  parts.push(Buffer.from('GGUF'))
  u32(3)
  u64(tensors.length)
  u64(values.length)
  for (const [key, kind, value, element] of values) {
    text(key)
    u32(kind)
    if (kind !== type.array) one(kind, value)
    else {
      const list = value as readonly unknown[]
      u32(element ?? type.string)
      u64(list.length)
      for (const item of list) one(element ?? type.string, item)
    }
  }
  let offset = 0
  for (const [name, { dims, data }] of tensors) {
    text(name)
    u32(dims.length)
    for (const dim of dims) u64(dim)
    u32(0) // F32
    u64(offset)
    offset += padded(data.byteLength)
  }
  const head = Buffer.concat(parts)
  const bodies = tensors.map(([, { data }]) => {
    const body = Buffer.alloc(padded(data.byteLength))
    Buffer.from(data.buffer).copy(body)
    return body
  })
  return Buffer.concat([head, Buffer.alloc(padded(head.length) - head.length), ...bodies])
}

// Mulberry32: the same weights on every machine.
function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
