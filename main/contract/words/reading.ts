import { joined } from './spacing.ts'
import { type Fill, matchTemplate, type Template } from './template.ts'

export type Entry = {
  readonly source: Template
  readonly target: Template
  /** So few letters that any other sentence could have them, such as `{0} is {1}.`: what it joins must be known. */
  readonly isJoint: boolean
}

/** What a text may be: sentences without holes by themselves, and templates with the most specific one first. */
export type Catalogue = {
  readonly exact: ReadonlyMap<string, string>
  readonly candidates: (text: string) => readonly Entry[]
}

/** A translation, and about how many words of the source's language were left in it that look like no name. */
type Said = { readonly text: string; readonly left: number }

/** A failure in a failure in a failure …: deeper than anything that is said. */
const deepest = 6
const mostSentences = 12
const mostItems = 60
const endOfSentence = /(?<=[.!?]) (?=\S)/
const startOfSentence = /[.!?] \p{Lu}/u
const separators = [
  ['; ', '；'],
  [', or ', '，或'],
  [' or ', '或'],
  [', ', '、'],
] as const
const listMark = /(, | or | and )/
const listMarks: Readonly<Record<string, string>> = { ', ': '、', ' or ': ' 或 ', ' and ': ' 和 ' }

/**
 * Whether what stands in a hole may be a name, a path or a figure. Those seldom have such marks or so many plain words:
 * more likely the hole swallowed the beginning of another sentence.
 */
const isName = (part: string): boolean => !/[:;] |\.$|(^| )([a-z']+,? ){3}[a-z]/.test(part)

const wordsIn = (part: string): number => (/\s/.test(part) ? part.split(/\s+/).length : 0)

/** The one that leaves the fewest words, and the first of equals. */
function best(attempts: Iterable<Said | undefined>): Said | undefined {
  let found: Said | undefined
  for (const said of attempts) {
    if (said?.left === 0) return said
    if (said && (found === undefined || said.left < found.left)) found = said
  }
  return found
}

/** One text on its way through the catalogue. What was looked up is remembered, so that nothing is read twice. */
export class Reading {
  readonly #catalogue: Catalogue
  readonly #seen = new Map<string, Said | undefined>()

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue
  }

  /** The translation, or undefined where nothing is known of the text. */
  translated(text: string): string | undefined {
    return this.#known(text, 0)?.text
  }

  #known(text: string, depth: number): Said | undefined {
    const exact = this.#catalogue.exact.get(text)
    if (exact !== undefined) return { text: exact, left: 0 }
    if (depth > deepest) return undefined
    if (!this.#seen.has(text)) {
      // Until it is known: a text that leads back to itself leads nowhere.
      this.#seen.set(text, undefined)
      this.#seen.set(text, this.#lines(text, depth) ?? best(this.#readings(text, depth)))
    }
    return this.#seen.get(text)
  }

  *#readings(text: string, depth: number): Generator<Said | undefined> {
    const isOne = (parts: readonly string[]) => !parts.some(part => startOfSentence.test(part))
    yield best(this.#matched(text, depth, isOne))
    yield this.#sentences(text, depth)
    yield best(this.#matched(text, depth, parts => !isOne(parts)))
  }

  *#matched(text: string, depth: number, accepts: (parts: readonly string[]) => boolean): Generator<Said | undefined> {
    for (const { source, target, isJoint } of this.#catalogue.candidates(text)) {
      const parts = matchTemplate(source, text)
      if (!parts || !accepts(parts)) continue
      if (isJoint && !this.#isFilled(target, parts, depth)) continue
      yield this.#fill(target, parts, depth)
    }
  }

  #isFilled = ({ holes }: Template, parts: readonly string[], depth: number): boolean =>
    holes.some(({ index, fill }) => fill !== 'verbatim' && this.#filled(parts[index] ?? '', fill, depth) !== undefined)

  #fill({ literals, holes }: Template, parts: readonly string[], depth: number): Said {
    let said: Said = { text: literals[0] ?? '', left: 0 }
    for (const [at, { index, fill }] of holes.entries()) {
      const part = parts[index] ?? ''
      const { text, left } = this.#filled(part, fill, depth) ?? { text: part, left: wordsIn(part) }
      said = { text: joined(joined(said.text, text), literals[at + 1] ?? ''), left: said.left + left }
    }
    return said
  }

  #filled(part: string, fill: Fill, depth: number): Said | undefined {
    switch (fill) {
      case 'verbatim':
        return { text: part, left: isName(part) ? 0 : Math.max(1, wordsIn(part)) }
      case 'zh':
        return /\s/.test(part) ? this.#phrase(part, depth + 1) : undefined
      case 'word':
        return this.#phrase(part, depth + 1)
      case 'list': {
        const items = part.split(listMark)
        const said = items.map(item => listMarks[item] ?? this.#known(item, depth + 1)?.text ?? item)
        return { text: said.join(''), left: items.filter(item => !isName(item)).length }
      }
      default:
        return fill satisfies never
    }
  }

  /** What may be a list of phrases: then each is known, and the list is not taken for one of them with a long name. */
  #phrase(text: string, depth: number): Said | undefined {
    return this.#catalogue.exact.has(text) ? this.#known(text, depth) : best(this.#phrases(text, depth))
  }

  *#phrases(text: string, depth: number): Generator<Said | undefined> {
    for (const [separator, mark] of separators) {
      const items = text.split(separator)
      if (items.length > 1 && items.length <= mostItems) yield this.#each(items, mark, depth)
    }
    yield this.#known(text, depth)
  }

  #each(items: readonly string[], mark: string, depth: number): Said | undefined {
    const said: string[] = []
    for (const item of items) {
      const known = this.#known(item, depth + 1)
      if (known?.left !== 0) return undefined
      said.push(known.text)
    }
    return { text: said.join(mark), left: 0 }
  }

  #lines(text: string, depth: number): Said | undefined {
    const lines = text.split('\n')
    if (lines.length < 2 || lines.length > mostItems) return undefined
    const said = lines.map(line => (line.trim() === '' ? undefined : this.#known(line, depth + 1)))
    if (said.every(line => line === undefined)) return undefined
    const all = lines.map((line, index) => said[index] ?? { text: line, left: wordsIn(line) })
    return { text: all.map(line => line.text).join('\n'), left: all.reduce((sum, line) => sum + line.left, 0) }
  }

  #sentences(text: string, depth: number): Said | undefined {
    const sentences = text.split(endOfSentence)
    if (sentences.length < 2 || sentences.length > mostSentences) return undefined
    let said: Said = { text: '', left: 0 }
    for (let at = 0; at < sentences.length; ) {
      // The longest run that is known as one: an entry may be of several sentences.
      let end = at === 0 ? sentences.length - 1 : sentences.length
      let found: Said | undefined
      for (; end > at; end--) {
        found = this.#known(sentences.slice(at, end).join(' '), depth + 1)
        if (found !== undefined) break
      }
      if (found === undefined) return undefined
      said = { text: joined(said.text, found.text), left: said.left + found.left }
      at = end
    }
    return said
  }
}
