/**
 * Turns a stream of token bytes into text that may be shown: characters are whole (a token may end in the middle of
 * one), and nothing that could still become a stop string is let out.
 */
export type TextAssembler = {
  /** Takes a token's bytes and gives the text that is certain now. After a stop string it gives nothing more. */
  readonly push: (bytes: Uint8Array) => string
  /** At the end of the stream: what was held back. A character that was never completed becomes U+FFFD. */
  readonly flush: () => string
  readonly isStopped: () => boolean
  /** Characters (UTF-16 units) given out so far, and how many the bytes so far stand for. */
  readonly givenOut: () => number
  readonly decoded: () => number
  /** Whether the bytes so far end inside a character. */
  readonly isInsideCharacter: () => boolean
}

/**
 * The text ends before the first stop string that is completed; when several are completed by the same character, the
 * longest counts. So the result does not depend on how the text was cut into tokens.
 */
export function createTextAssembler(stops: readonly string[]): TextAssembler {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const searched = stops.filter(stop => stop !== '')
  let held = ''
  let isStopped = false
  let givenOut = 0
  let decoded = 0
  let missingBytes = 0

  const give = (text: string): string => {
    givenOut += text.length
    return text
  }

  const take = (text: string): string => {
    if (isStopped || text === '') return ''
    decoded += text.length
    if (searched.length === 0) return give(text)
    const pending = held + text
    const cut = firstStop(pending, searched)
    if (cut !== undefined) {
      isStopped = true
      held = ''
      return give(pending.slice(0, cut))
    }
    const keep = longestBeginning(pending, searched)
    held = pending.slice(pending.length - keep)
    return give(pending.slice(0, pending.length - keep))
  }

  return {
    push: bytes => {
      if (isStopped) return ''
      missingBytes = stillMissing(bytes, missingBytes)
      return take(decoder.decode(bytes, { stream: true }))
    },
    flush: () => {
      const certain = take(decoder.decode())
      missingBytes = 0
      if (isStopped) return certain
      const rest = held
      held = ''
      return certain + give(rest)
    },
    isStopped: () => isStopped,
    givenOut: () => givenOut,
    decoded: () => decoded,
    isInsideCharacter: () => missingBytes > 0,
  }
}

function firstStop(text: string, stops: readonly string[]): number | undefined {
  let cut: number | undefined
  let firstEnd = Number.POSITIVE_INFINITY
  for (const stop of stops) {
    const start = text.indexOf(stop)
    if (start < 0) continue
    const end = start + stop.length
    if (end < firstEnd || (end === firstEnd && start < (cut ?? 0))) {
      cut = start
      firstEnd = end
    }
  }
  return cut
}

/** Length of the longest end of `text` with which one of the words begins (without being complete). */
export function longestBeginning(text: string, words: readonly string[]): number {
  let longest = 0
  for (const word of words) {
    for (let length = Math.min(word.length - 1, text.length); length > longest; length -= 1) {
      if (text.endsWith(word.slice(0, length))) {
        longest = length
        break
      }
    }
  }
  return longest
}

// Only for telling whether a token ends inside a character; the decoder itself judges what is valid.
function stillMissing(bytes: Uint8Array, before: number): number {
  let missing = before
  for (const byte of bytes) {
    if (missing > 0 && byte >> 6 === 0b10) missing -= 1
    else
      missing = byte >= 0xf0 && byte < 0xf8 ? 3 : byte >= 0xe0 && byte < 0xf0 ? 2 : byte >= 0xc0 && byte < 0xe0 ? 1 : 0
  }
  return missing
}
