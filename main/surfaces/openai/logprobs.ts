import type { TokenPiece } from '../../contract/engine.ts'

type Shown = Pick<TokenPiece, 'bytes' | 'special'>

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A token as text. Parts of characters are written as `bytes:\x..`, as OpenAI does: so different tokens stay different. */
export function tokenText({ bytes, special }: Shown): string {
  if (special !== undefined) return special
  const raw = Buffer.from(bytes, 'base64')
  try {
    return strict.decode(raw)
  } catch {
    return `bytes:${[...raw].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`
  }
}

const bytesOf = ({ bytes }: Shown): number[] => [...Buffer.from(bytes, 'base64')]

/** `choices[].logprobs.content` of a chat completion. */
export const chatLogprobs = (pieces: readonly TokenPiece[]) => ({
  content: pieces.map(piece => ({
    token: tokenText(piece),
    logprob: piece.logprob ?? null,
    bytes: bytesOf(piece),
    top_logprobs: (piece.top ?? []).map(top => ({ token: tokenText(top), logprob: top.logprob, bytes: bytesOf(top) })),
  })),
  refusal: null,
})

/** `choices[].logprobs` of a legacy completion; offsets count characters (code points) of the choice's text. */
export type LegacyLogprobs = {
  readonly tokens: string[]
  readonly token_logprobs: (number | null)[]
  readonly top_logprobs: (Record<string, number> | null)[]
  readonly text_offset: number[]
}

/** Collects legacy log-probabilities over the pieces of one choice, keeping count of the text's length. */
export function createLegacyLogprobs(): (pieces: readonly TokenPiece[]) => LegacyLogprobs {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let offset = 0
  return pieces => {
    const result: LegacyLogprobs = { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] }
    for (const piece of pieces) {
      result.tokens.push(tokenText(piece))
      result.token_logprobs.push(piece.logprob ?? null)
      result.top_logprobs.push(piece.logprob === undefined ? null : ranked(piece, piece.logprob))
      result.text_offset.push(offset)
      offset += [...decoder.decode(Buffer.from(piece.bytes, 'base64'), { stream: true })].length
    }
    return result
  }
}

// The chosen token is always among them. Of two tokens that look the same the likelier one is shown.
function ranked(piece: TokenPiece, logprob: number): Record<string, number> {
  const shown = new Map<string, number>()
  for (const top of piece.top ?? []) {
    const text = tokenText(top)
    if (!shown.has(text)) shown.set(text, top.logprob)
  }
  const own = tokenText(piece)
  if (!shown.has(own)) shown.set(own, logprob)
  return Object.fromEntries(shown)
}
