/**
 * How a hole of a translation is filled: as it came; `zh`: translated where it is a phrase or sentence that is known;
 * `word`: the same, and single words too (states, kinds), so never for what a person may have named; `list`: a list of
 * names or words, with the marks of the language.
 */
export type Fill = 'verbatim' | 'zh' | 'word' | 'list'

export type Template = {
  /** The text between the holes: one more than there are holes. */
  readonly literals: readonly string[]
  /** Which of the source's holes each is, and how it is filled. */
  readonly holes: readonly { readonly index: number; readonly fill: Fill }[]
}

const holePattern = /\{(\d+)(?::(zh|word|list))?\}/

/** Reads `The import of {0} failed: {1:zh}`. */
export function parseTemplate(text: string): Template {
  const literals: string[] = []
  const holes: { index: number; fill: Fill }[] = []
  let rest = text
  for (let found = holePattern.exec(rest); found; found = holePattern.exec(rest)) {
    literals.push(rest.slice(0, found.index))
    holes.push({ index: Number(found[1]), fill: (found[2] as Fill | undefined) ?? 'verbatim' })
    rest = rest.slice(found.index + found[0].length)
  }
  return { literals: [...literals, rest], holes }
}

/**
 * What stands in the holes of a template when it is read from `text`, or undefined where it is another sentence. Each
 * hole takes as little as it can. Every literal is looked for once, so the time grows with the text and nothing else.
 */
export function matchTemplate({ literals }: Template, text: string): readonly string[] | undefined {
  const first = literals[0] ?? ''
  const last = literals.at(-1) ?? ''
  if (literals.length === 1) return text === first ? [] : undefined
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return undefined
  const end = text.length - last.length
  const parts: string[] = []
  let at = first.length
  for (const literal of literals.slice(1, -1)) {
    const found = text.indexOf(literal, at)
    if (found < 0 || found + literal.length > end) return undefined
    parts.push(text.slice(at, found))
    at = found + literal.length
  }
  return [...parts, text.slice(at, end)]
}
