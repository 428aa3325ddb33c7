/** Python's `str.split()` whitespace, which differs from JavaScript's `\s` in a few control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: U+001C to U+001F are whitespace to Python.
const pythonSpace = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u

/** Splits at whitespace as Python does, without empty pieces. */
export const splitWords = (text: string): readonly string[] => text.split(pythonSpace).filter(word => word !== '')

/** One character of a script that is written without spaces: Chinese, Japanese. */
const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}`
const hasUnspaced = new RegExp(`[${unspaced}]`, 'u')
const eachUnspaced = new RegExp(`[${unspaced}]`, 'gu')

export const isUnspacedScript = (text: string): boolean => hasUnspaced.test(text)

const rougeWord = new RegExp(`[${unspaced}]|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}])+`, 'gu')
const asciiWord = /[a-z0-9]+/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant.
const ascii = /^[\x00-\x7f]*$/

/**
 * ROUGE tokens: lower-case runs of letters and digits, Chinese and Japanese by character.
 * For ASCII this is rouge-score's tokenizer without stemming; rouge-score drops every other script, which would score
 * any Chinese answer 0.
 */
export const rougeTokens = (text: string): readonly string[] => {
  const lower = text.toLowerCase()
  return lower.match(ascii.test(lower) ? asciiWord : rougeWord) ?? []
}

const punctuation = /[\p{P}$+<=>^`|~]/gu
// Python's \b takes every script's letters as word characters, JavaScript's only ASCII.
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu

/**
 * SQuAD's answer normalisation (lower case, no punctuation, no English articles, single spaces), with full-width forms
 * folded (NFKC) and punctuation of every script removed.
 */
export const normalizeAnswer = (text: string): string =>
  splitWords(text.normalize('NFKC').toLowerCase().replace(punctuation, '').replace(articles, ' ')).join(' ')

/** The words of a normalised answer; Chinese and Japanese by character, as in the CMRC 2018 evaluation. */
export const answerTokens = (text: string): readonly string[] =>
  splitWords(normalizeAnswer(text).replace(eachUnspaced, ' $& '))

/** Replaces tokens by small integers, equal for equal tokens: what the comparing loops work on. */
export const toIds = (...lists: readonly (readonly string[])[]): readonly Uint32Array[] => {
  const ids = new Map<string, number>()
  return lists.map(list =>
    Uint32Array.from(list, token => {
      const id = ids.get(token) ?? ids.size
      ids.set(token, id)
      return id
    }),
  )
}

/** Counts equal tokens with multiplicity: the size of the intersection of two bags. */
export const overlap = (a: readonly string[], b: readonly string[]): number => {
  const counts = new Map<string, number>()
  for (const token of a) counts.set(token, (counts.get(token) ?? 0) + 1)
  let common = 0
  for (const token of b) {
    const left = counts.get(token) ?? 0
    if (left > 0) common += 1
    counts.set(token, left - 1)
  }
  return common
}

/** The harmonic mean of precision and recall from counts; 0 where nothing is common. */
export const fMeasure = (common: number, predicted: number, expected: number): number =>
  common === 0 ? 0 : (2 * common) / (predicted + expected)
