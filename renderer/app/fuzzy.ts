/**
 * How well a text answers a query whose letters may be apart: higher is better, undefined when a letter is missing.
 * Letters next to each other and at the beginning of a word count most; case and accents do not matter.
 */
export function fuzzyScore(query: string, text: string): number | undefined {
  const wanted = [...plain(query).replace(/\s+/g, '')]
  const letters = [...plain(text)]
  let score = 0
  let at = -1
  for (const letter of wanted) {
    const next = letters.indexOf(letter, at + 1)
    if (next < 0) return undefined
    const isWordStart = next === 0 || /[\s\-_./:]/.test(letters[next - 1] ?? '')
    score += next === at + 1 ? 4 : isWordStart ? 3 : 1
    at = next
  }
  // Among equals, the shorter text says it more exactly.
  return score - letters.length / 1000
}

const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
