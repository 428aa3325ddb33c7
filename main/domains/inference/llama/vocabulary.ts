import type { TokenPiece } from '../../../contract/engine.ts'

/** llama.cpp's token types, as GGUF stores them (`tokenizer.ggml.token_type`). */
const tokenType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

export type VocabularySource = {
  /** `tokenizer.ggml.model`: gpt2 (byte-level BPE), llama (SentencePiece), t5 … */
  readonly model: string
  readonly tokens: readonly string[]
  readonly types: readonly number[] | undefined
  /** For vocabularies whose storage is not known here: whole characters only. */
  readonly detokenize: (id: number) => string
}

export type Vocabulary = {
  readonly size: number
  /** What a token adds to the text. Control tokens add nothing and have a name instead. */
  readonly pieceOf: (id: number) => Pick<TokenPiece, 'id' | 'bytes' | 'special'>
}

/**
 * The bytes behind every token. node-llama-cpp decodes tokens to strings, which loses the halves of characters that
 * byte-level vocabularies split; the file itself keeps them.
 */
export function createVocabulary(source: VocabularySource): Vocabulary {
  const known: (Pick<TokenPiece, 'id' | 'bytes' | 'special'> | undefined)[] = []
  return {
    size: source.tokens.length,
    pieceOf: id => {
      const cached = known[id]
      if (cached) return cached
      const type = source.types?.[id] ?? tokenType.normal
      const isSilent = type === tokenType.control || type === tokenType.unused
      const piece = isSilent
        ? { id, bytes: '', special: source.tokens[id] ?? '' }
        : { id, bytes: Buffer.from(bytesOf(source, id, type)).toString('base64') }
      known[id] = piece
      return piece
    },
  }
}

function bytesOf({ model, tokens, detokenize }: VocabularySource, id: number, type: number): Uint8Array {
  const text = tokens[id] ?? ''
  const isVerbatim = type === tokenType.userDefined || type === tokenType.unknown
  if (model === 'gpt2') return isVerbatim ? Buffer.from(text) : (byteLevel(text) ?? Buffer.from(text))
  if (model === 'llama' || model === 't5') {
    if (type === tokenType.byte) {
      const value = /^<0x([0-9A-Fa-f]{2})>$/.exec(text)?.[1]
      return value === undefined ? Buffer.from(text) : Buffer.from(value, 'hex')
    }
    return Buffer.from(isVerbatim ? text : text.replaceAll('▁', ' '))
  }
  return Buffer.from(detokenize(id))
}

// GPT-2's bytes_to_unicode: printable bytes stand for themselves, the others for code points from 256 on.
const byteOfChar: ReadonlyMap<string, number> = (() => {
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255)
  const table = new Map<string, number>()
  let next = 256
  for (let byte = 0; byte < 256; byte += 1) table.set(String.fromCodePoint(isPrintable(byte) ? byte : next++), byte)
  return table
})()

function byteLevel(text: string): Uint8Array | undefined {
  const bytes: number[] = []
  for (const char of text) {
    const byte = byteOfChar.get(char)
    if (byte === undefined) return undefined
    bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}
