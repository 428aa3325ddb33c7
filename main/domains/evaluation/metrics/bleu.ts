import { isUnspacedScript, splitWords } from './tokenize.ts'

const order = 4

/** mteval-v13a's rules for Western text: punctuation apart, but not inside numbers. */
const western = (line: string): readonly string[] =>
  splitWords(
    line
      .replace(/[{-~[-` -&(-+:-@/]/gu, ' $& ')
      .replace(/([^0-9])([.,])/gu, '$1 $2 ')
      .replace(/([.,])([^0-9])/gu, ' $1 $2')
      .replace(/([0-9])(-)/gu, '$1 $2 '),
  )

/** sacrebleu's `13a` tokenizer. */
const tokenize13a = (text: string): readonly string[] => {
  const line = text.replace(trailingSpace, '').replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ')
  return western(
    ` ${line.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>')} `,
  )
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: U+001C to U+001F are whitespace to Python.
const trailingSpace = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const leadingSpace = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u

// sacrebleu writes two ranges of the supplementary planes as '\u20000', which Python reads as U+2000 and '0'. It thus
// takes U+2001 to U+2A6D as Chinese and no supplementary character; to give its scores, so must we.
const chinese =
  /[\u2001-\u2a6d\u2e80-\u2eff\u2f00-\u2fdf\u2ff0-\u2fff\u3000-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u32ff\u3300-\u33ff\u3400-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef]/gu

/** sacrebleu's `zh` tokenizer: Chinese characters apart, the rest like Western text. */
const tokenizeZh = (text: string): readonly string[] =>
  western(text.replace(leadingSpace, '').replace(trailingSpace, '').replace(chinese, ' $& '))

export type BleuTokenizer = '13a' | 'zh' | 'auto'

const tokenizerFor = (choice: BleuTokenizer, references: readonly string[]) =>
  choice === 'zh' || (choice === 'auto' && references.some(isUnspacedScript)) ? tokenizeZh : tokenize13a

const ngramCounts = (tokens: readonly string[]): readonly Map<string, number>[] =>
  Array.from({ length: order }, (_, index) => {
    const counts = new Map<string, number>()
    for (let start = 0; start + index < tokens.length; start += 1) {
      // Tokens hold no spaces, so the joined n-gram is unambiguous.
      const ngram = index === 0 ? (tokens[start] ?? '') : tokens.slice(start, start + index + 1).join(' ')
      counts.set(ngram, (counts.get(ngram) ?? 0) + 1)
    }
    return counts
  })

/** What a corpus score is the sum of: matched n-grams (1 to 4), n-grams (1 to 4), length, closest reference length. */
export const bleuStatisticsWidth = 10

/** The additive statistics of one sentence against its references; n-gram counts are clipped to the best reference. */
export const bleuStatistics = (
  prediction: string,
  references: readonly string[],
  tokenizer: BleuTokenizer = 'auto',
): readonly number[] => {
  const tokenize = tokenizerFor(tokenizer, references)
  const words = tokenize(prediction)
  const referenceWords = references.map(tokenize)
  const referenceCounts = referenceWords.map(ngramCounts)
  const correct: number[] = []
  const total: number[] = []
  for (const [index, counts] of ngramCounts(words).entries()) {
    let matched = 0
    for (const [ngram, count] of counts) {
      const allowed = referenceCounts.reduce((most, each) => Math.max(most, each[index]?.get(ngram) ?? 0), 0)
      matched += Math.min(count, allowed)
    }
    correct.push(matched)
    total.push(Math.max(0, words.length - index))
  }
  const closest = referenceWords
    .map(each => each.length)
    .toSorted((a, b) => Math.abs(a - words.length) - Math.abs(b - words.length) || a - b)[0]
  return [...correct, ...total, words.length, closest ?? 0]
}

/**
 * BLEU-4 from (summed) statistics, 0 to 1: sacrebleu's score ÷ 100.
 * Smoothing: `exp` (method 3 of Chen and Cherry 2014): the k-th order without a match counts as 1 ÷ 2^k matches.
 * @param effectiveOrder for single sentences: orders longer than the sentence are left out, as in sacrebleu's
 * `sentence_bleu`
 */
export const bleuFromStatistics = (statistics: ArrayLike<number>, effectiveOrder: boolean): number => {
  const at = (index: number): number => statistics[index] ?? 0
  const [length, referenceLength] = [at(8), at(9)]
  if (at(0) + at(1) + at(2) + at(3) === 0) return 0
  let smoothing = 1
  let logSum = 0
  let orders = order
  for (let n = 0; n < order; n += 1) {
    const total = at(order + n)
    if (total === 0) {
      if (!effectiveOrder) return 0
      break
    }
    if (effectiveOrder) orders = n + 1
    if (at(n) === 0) smoothing *= 2
    logSum += Math.log(at(n) === 0 ? 1 / (smoothing * total) : at(n) / total)
  }
  const brevity = length < referenceLength ? Math.exp(1 - referenceLength / length) : 1
  return brevity * Math.exp(logSum / orders)
}

/** BLEU-4 of one sentence. */
export const sentenceBleu = (
  prediction: string,
  references: readonly string[],
  tokenizer: BleuTokenizer = 'auto',
): number => bleuFromStatistics(bleuStatistics(prediction, references, tokenizer), true)
