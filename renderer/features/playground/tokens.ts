/** A token that could have stood in a place, and the natural logarithm of its probability. */
export type Alternative = { readonly text: string; readonly logprob: number }

/** A token of an answer as `/v1` tells it with `logprobs`. `bytes` are what it adds to the text: none for a control token. */
export type Token = Alternative & { readonly bytes: readonly number[]; readonly top: readonly Alternative[] }

/** Tokens that make whole characters together; most groups are one token. */
export type TokenGroup = { readonly text: string; readonly tokens: readonly Token[] }

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

function decoded(bytes: readonly number[]): string | undefined {
  try {
    return strict.decode(Uint8Array.from(bytes))
  } catch {
    return undefined // a part of a character: the next token has the rest
  }
}

// No UTF-8 character has more bytes: if four tokens' bytes still say nothing, they are no text.
const longestCharacter = 4

/** Joins tokens that are parts of one character, so that each group can be shown as text. */
export function groupTokens(tokens: readonly Token[]): readonly TokenGroup[] {
  const groups: TokenGroup[] = []
  let open: Token[] = []
  const close = (text: string) => {
    groups.push({ text, tokens: open })
    open = []
  }
  for (const token of tokens) {
    open.push(token)
    const bytes = open.flatMap(({ bytes: own }) => own)
    const text = decoded(bytes)
    if (text !== undefined) close(bytes.length === 0 ? '' : text)
    else if (bytes.length >= longestCharacter) close(lenient.decode(Uint8Array.from(bytes)))
  }
  if (open.length > 0) close(lenient.decode(Uint8Array.from(open.flatMap(({ bytes }) => bytes))))
  return groups
}

export const probabilityOf = (logprob: number): number => Math.min(1, Math.exp(logprob))

/** Whether a token adds nothing to the text: it marks the end of a turn, or of the text. */
export const isControl = ({ bytes }: Token): boolean => bytes.length === 0

/** A token's text where white space must be seen. */
export const visible = (text: string): string =>
  text
    .replaceAll('\n', '⏎')
    .replaceAll('\t', '⇥')
    .replace(/^ +| +$/g, spaces => '␣'.repeat(spaces.length)) || '␣'
