/**
 * How well a text answers what somebody typed. The backend ranks names by it and the palette its commands, so that both
 * mean the same by "found".
 */
export type FuzzyMatch = {
  /**
   * 4: the whole text. 3: its beginning. 2: the beginning of a word in it. 1: anywhere, in one piece. Below 1: the letters
   * in their order, with others between them; the more of them stand together or begin a word, the higher.
   */
  readonly score: number
  /** Which characters of the text (counted in code points) were meant, rising. */
  readonly at: readonly number[]
}

/** Below the beginning of a text: only what was typed as a whole can be the whole of something. */
const bestOfWords = 2.9

/**
 * Compares without case and accents. Several words may stand in any order; undefined when one of them is not in the text,
 * or its letters lie about in it so loosely that nobody would have meant it.
 */
export function fuzzyMatch(query: string, text: string): FuzzyMatch | undefined {
  const letters = lettersOf(text)
  const whole = bestOfPiece(lettersOf(query.trim().replaceAll(/\s+/g, ' ')), letters)
  const words = query.split(/\s+/).filter(Boolean)
  if (words.length < 2 || (whole && whole.score >= 1)) return whole
  const matches = words.map(word => bestOfPiece(lettersOf(word), letters))
  const found = matches.filter(match => match !== undefined)
  if (found.length < words.length) return undefined
  return {
    score: Math.min(bestOfWords, found.reduce((sum, { score }) => sum + score, 0) / found.length),
    at: [...new Set(found.flatMap(({ at }) => at))].sort((a, b) => a - b),
  }
}

/** A letter without case and accents, and which character of the text it came from. */
type Letter = { readonly letter: string; readonly at: number }

const lettersOf = (text: string): readonly Letter[] =>
  [...text].flatMap((character, at) =>
    [...character.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()].map(letter => ({ letter, at })),
  )

const isSeparator = (letter: string): boolean => /[\s\-_./:@,()]/.test(letter)
/** Chinese has no spaces: any of its characters may begin a word. */
const isWordStart = (letters: readonly Letter[], index: number): boolean =>
  index === 0 || isSeparator(letters[index - 1]?.letter ?? '') || /\p{Script=Han}/u.test(letters[index]?.letter ?? '')

function bestOfPiece(wanted: readonly Letter[], letters: readonly Letter[]): FuzzyMatch | undefined {
  if (wanted.length === 0 || wanted.length > letters.length) return undefined
  let best: FuzzyMatch | undefined
  for (let start = 0; start <= letters.length - wanted.length; start += 1) {
    if (letters[start]?.letter !== wanted[0]?.letter) continue
    const match = inOnePiece(wanted, letters, start) ?? scattered(wanted, letters, start)
    if (match && match.score > (best?.score ?? 0)) best = match
    if (start === 0 && best && best.score >= 3) break
  }
  return best
}

function inOnePiece(wanted: readonly Letter[], letters: readonly Letter[], start: number): FuzzyMatch | undefined {
  if (wanted.some(({ letter }, index) => letters[start + index]?.letter !== letter)) return undefined
  const score = start > 0 ? (isWordStart(letters, start) ? 2 : 1) : wanted.length === letters.length ? 4 : 3
  return { score, at: letters.slice(start, start + wanted.length).map(({ at }) => at) }
}

function scattered(wanted: readonly Letter[], letters: readonly Letter[], start: number): FuzzyMatch | undefined {
  const at: number[] = []
  let index = start - 1
  let good = 0
  for (const { letter } of wanted) {
    const next = letters.findIndex((each, position) => position > index && each.letter === letter)
    if (next < 0) return undefined
    if (isWordStart(letters, next) || (next === index + 1 && next > start)) good += 1
    at.push(letters[next]?.at ?? 0)
    index = next
  }
  const share = good / wanted.length
  // `xport` is not meant by an x here, a p there and an o in the end.
  if (!isWordStart(letters, start) && share < 0.5) return undefined
  const density = wanted.length / (index - start + 1)
  return { score: 0.8 * share + 0.19 * density, at }
}
