import { commonSubsequenceLength, levenshtein } from './bit-parallel.ts'
import { jsonEqual, parseExactJson } from './json-equal.ts'
import { answerTokens, fMeasure, normalizeAnswer, overlap, rougeTokens, splitWords, toIds } from './tokenize.ts'

/** Which differences exact match looks past. */
export type ExactMatchOptions = {
  readonly whitespace?: boolean
  readonly lowercase?: boolean
  readonly punctuation?: boolean
  /** Full-width and half-width, composed and decomposed forms (NFKC). */
  readonly unicode?: boolean
}

/** 1 when prediction and reference are equal after the chosen normalisation (by default only white space is evened out). */
export const exactMatch = (prediction: string, reference: string, options: ExactMatchOptions = {}): number => {
  const { whitespace = true, lowercase = false, punctuation = false, unicode = false } = options
  const normalize = (text: string): string => {
    const folded = unicode ? text.normalize('NFKC') : text
    const cased = lowercase ? folded.toLowerCase() : folded
    const bare = punctuation ? cased.replace(/[\p{P}$+<=>^`|~]/gu, '') : cased
    return whitespace ? splitWords(bare).join(' ') : bare
  }
  return normalize(prediction) === normalize(reference) ? 1 : 0
}

/** 1 when both name the same label: case, punctuation, English articles and character width do not count. */
export const sameLabel = (prediction: string, reference: string): number =>
  normalizeAnswer(prediction) === normalizeAnswer(reference) ? 1 : 0

/** SQuAD 2's token F1; where one side has no tokens, 1 only if both have none. */
export const tokenF1 = (prediction: string, reference: string): number => {
  const predicted = answerTokens(prediction)
  const expected = answerTokens(reference)
  if (predicted.length === 0 || expected.length === 0) return predicted.length === expected.length ? 1 : 0
  return fMeasure(overlap(predicted, expected), predicted.length, expected.length)
}

const ngrams = (tokens: readonly string[], n: number): readonly string[] =>
  n === 1 ? tokens : tokens.slice(n - 1).map((_, index) => tokens.slice(index, index + n).join(' '))

/** ROUGE-N's F-measure (Lin 2004), as rouge-score without stemming. */
export const rougeN = (prediction: string, reference: string, n: number): number => {
  const predicted = ngrams(rougeTokens(prediction), n)
  const expected = ngrams(rougeTokens(reference), n)
  return fMeasure(overlap(predicted, expected), predicted.length, expected.length)
}

/** Comparisons above this many cells are not made: half a second on one core, and no answer is worth more. */
const maxCells = 4_000_000_000

/** ROUGE-L's F-measure over the longest common subsequence of the whole texts, as rouge-score's `rougeL`; null when too long. */
export const rougeL = (prediction: string, reference: string): number | null => {
  const predicted = rougeTokens(prediction)
  const expected = rougeTokens(reference)
  if (predicted.length * expected.length > maxCells) return null
  const [a = new Uint32Array(), b = new Uint32Array()] = toIds(predicted, expected)
  return fMeasure(commonSubsequenceLength(a, b), predicted.length, expected.length)
}

const codePoints = (text: string): Uint32Array => {
  const points = new Uint32Array(text.length)
  let count = 0
  for (let index = 0; index < text.length; count += 1) {
    const point = text.codePointAt(index) ?? 0
    points[count] = point
    index += point > 0xffff ? 2 : 1
  }
  return points.subarray(0, count)
}

/** Takes off what both begin and end with: it never changes the distance, and near-equal long texts become short. */
const trimCommon = (a: Uint32Array, b: Uint32Array): readonly [Uint32Array, Uint32Array] => {
  const shorter = Math.min(a.length, b.length)
  let start = 0
  while (start < shorter && a[start] === b[start]) start += 1
  let end = 0
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1
  return [a.subarray(start, a.length - end), b.subarray(start, b.length - end)]
}

/** Levenshtein distance in Unicode code points, and the longer length; null where the texts are too long to compare. */
export const editDistance = (
  prediction: string,
  reference: string,
): { readonly distance: number; readonly longer: number } | null => {
  const [a, b] = [codePoints(prediction), codePoints(reference)]
  const [left, right] = trimCommon(a, b)
  if (left.length * right.length > maxCells) return null
  return { distance: levenshtein(left, right), longer: Math.max(a.length, b.length) }
}

/** 1 − distance ÷ length of the longer text; 1 for two empty texts. */
export const editSimilarity = (prediction: string, reference: string): number | null => {
  const result = editDistance(prediction, reference)
  if (result === null) return null
  return result.longer === 0 ? 1 : 1 - result.distance / result.longer
}

/** 1 when the reference occurs in the prediction, with white space evened out; null for an empty reference. */
export const contains = (prediction: string, reference: string): number | null => {
  const wanted = splitWords(reference).join(' ')
  if (wanted === '') return null
  return splitWords(prediction).join(' ').includes(wanted) ? 1 : 0
}

/** 1 when both are the same JSON value; 0 when the prediction is no JSON; null when the reference is none. */
export const sameJson = (prediction: string, reference: string): number | null => {
  const expected = parseExactJson(reference)
  if (expected === undefined) return null
  const predicted = parseExactJson(prediction)
  return predicted !== undefined && jsonEqual(predicted.value, expected.value) ? 1 : 0
}
