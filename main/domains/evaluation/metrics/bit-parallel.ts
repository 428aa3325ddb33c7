/** For each symbol, the positions where it occurs in the pattern, as bits in 32-bit words. */
const positionsOf = (pattern: Uint32Array, words: number): ReadonlyMap<number, Uint32Array> => {
  const positions = new Map<number, Uint32Array>()
  for (const [index, symbol] of pattern.entries()) {
    const bits = positions.get(symbol) ?? new Uint32Array(words)
    bits[index >>> 5] = (bits[index >>> 5] ?? 0) | (1 << (index & 31))
    positions.set(symbol, bits)
  }
  return positions
}

const countZeros = (words: Uint32Array, length: number): number => {
  let zeros = 0
  for (let index = 0; index < length; index += 1)
    if (((words[index >>> 5] ?? 0) & (1 << (index & 31))) === 0) zeros += 1
  return zeros
}

/**
 * Length of the longest common subsequence. Bit-parallel (Hyyrö 2004): n·m / 32 steps, and memory only for one row.
 */
export const commonSubsequenceLength = (a: Uint32Array, b: Uint32Array): number => {
  const [pattern, text] = a.length <= b.length ? [a, b] : [b, a]
  if (pattern.length === 0) return 0
  const words = (pattern.length + 31) >>> 5
  const positions = positionsOf(pattern, words)
  const row = new Uint32Array(words).fill(0xffff_ffff)
  for (const symbol of text) {
    const match = positions.get(symbol)
    // Without a match the row stays as it is.
    if (match === undefined) continue
    let carry = 0
    for (let word = 0; word < words; word += 1) {
      const old = row[word] ?? 0
      const hit = (old & (match[word] ?? 0)) >>> 0
      const total = old + hit + carry
      carry = total > 0xffff_ffff ? 1 : 0
      row[word] = total | (old & ~hit)
    }
  }
  return countZeros(row, pattern.length)
}

/**
 * Levenshtein distance (insert, delete, replace: 1 each). Bit-parallel (Myers 1999, blocks after Hyyrö 2003):
 * n·m / 32 steps.
 */
export const levenshtein = (a: Uint32Array, b: Uint32Array): number => {
  const [pattern, text] = a.length <= b.length ? [a, b] : [b, a]
  if (pattern.length === 0) return text.length
  const words = (pattern.length + 31) >>> 5
  const positions = positionsOf(pattern, words)
  const none = new Uint32Array(words)
  const up = new Uint32Array(words).fill(0xffff_ffff)
  const down = new Uint32Array(words)
  const last = 1 << ((pattern.length - 1) & 31)
  let score = pattern.length
  for (const symbol of text) {
    const match = positions.get(symbol) ?? none
    // The first row of the table grows by one with each symbol of the text.
    let risesIn = 1
    let fallsIn = 0
    for (let word = 0; word < words; word += 1) {
      const rising = up[word] ?? 0
      const falling = down[word] ?? 0
      const equal = (match[word] ?? 0) | fallsIn
      const vertical = (match[word] ?? 0) | falling
      const diagonal = (((((equal & rising) >>> 0) + rising) ^ rising) | equal) >>> 0
      let rises = falling | ~(diagonal | rising)
      let falls = rising & diagonal
      if (word === words - 1) {
        if ((rises & last) !== 0) score += 1
        if ((falls & last) !== 0) score -= 1
      }
      const risesOut = rises >>> 31
      const fallsOut = falls >>> 31
      rises = (rises << 1) | risesIn
      falls = (falls << 1) | fallsIn
      up[word] = falls | ~(vertical | rises)
      down[word] = rises & vertical
      risesIn = risesOut
      fallsIn = fallsOut
    }
  }
  return score
}
