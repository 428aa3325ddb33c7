/** A number by its decimal digits, so that 1.0, 1 and 1e0 are equal and no digit of a long integer is lost. */
const canonicalNumber = (source: string): string => {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  return `${sign}${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`
}

class JsonNumber {
  readonly number: string
  constructor(number: string) {
    this.number = number
  }
}

// The engine hands the reviver the text of a number (source text access); TypeScript's types do not know it yet.
const revive = (_key: string, value: unknown, ...[context]: readonly { readonly source?: string }[]): unknown =>
  typeof value === 'number' ? new JsonNumber(canonicalNumber(context?.source ?? String(value))) : value

const fence = /^```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n```$/

/** Parses JSON exactly; undefined when it is none. One Markdown fence around it is allowed, as chat models write it. */
export const parseExactJson = (text: string): { readonly value: unknown } | undefined => {
  const trimmed = text.trim()
  try {
    return { value: JSON.parse(fence.exec(trimmed)?.[1] ?? trimmed, revive) }
  } catch {
    // A syntax error, or nesting so deep (some 2,500 levels) that the parser, which needs more stack than comparing does,
    // ran out of it: either way no JSON that could be compared.
    return undefined
  }
}

/** Structural equality: the order of keys does not count, the order of elements does, numbers by their exact value. */
export const jsonEqual = (a: unknown, b: unknown): boolean => {
  if (a instanceof JsonNumber && b instanceof JsonNumber) return a.number === b.number
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]))
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    if (Array.isArray(a) || Array.isArray(b) || a instanceof JsonNumber || b instanceof JsonNumber) return false
    const entries = Object.entries(a)
    const others = new Map(Object.entries(b))
    return (
      entries.length === others.size &&
      entries.every(([key, value]) => others.has(key) && jsonEqual(value, others.get(key)))
    )
  }
  return a === b
}
