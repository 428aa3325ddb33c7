import { type Fill, matchTemplate, parseTemplate, type Template } from './template.ts'

/** Sentences and words of the backend by their source's own template, each with its translation. */
export type Words = Readonly<Record<string, string>>
/** A text of the backend in another language; as it came where nothing is known of it. */
export type Translator = (text: string) => string

type Entry = { readonly source: Template; readonly target: Template; readonly isJoint: boolean }

/** Longer than anything that is meant to be read: it is shown as it came. */
const longestText = 20_000
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

/**
 * Makes the translator of a catalogue. The most specific template wins; the values in its holes go through unchanged, or
 * are looked up in turn where the translation says so. Several sentences in a row, lines and lists are translated one by
 * one.
 */
export function createTranslator(words: Words): Translator {
  const exact = new Map<string, string>()
  const entries: Entry[] = []
  for (const [text, translation] of Object.entries(words)) {
    const source = parseTemplate(text)
    const target = parseTemplate(translation)
    if (source.holes.length === 0) exact.set(text, translation)
    else entries.push({ source, target, isJoint: isJoint(source, target) })
  }
  entries.sort((a, b) => weightOf(b.source) - weightOf(a.source))
  // By the first character of the text: most templates begin with a word of their own.
  const byFirst = new Map<string, readonly Entry[]>()
  const candidatesOf = (text: string): readonly Entry[] => {
    const first = text[0] ?? ''
    const known = byFirst.get(first)
    if (known) return known
    const found = entries.filter(({ source: { literals } }) => literals[0] === '' || literals[0]?.[0] === first)
    byFirst.set(first, found)
    return found
  }

  return text => {
    if (text.length > longestText || text === '') return text
    return new Reading(exact, candidatesOf).known(text, 0)?.text ?? text
  }
}

const listMarks: Readonly<Record<string, string>> = { ', ': '、', ' or ': ' 或 ', ' and ': ' 和 ' }

/** Too few letters to be a sentence of its own, such as `{0} is {1}.`: any other sentence could have them. */
const isJoint = ({ literals }: Template, { holes }: Template): boolean =>
  (literals.join('').match(/\p{L}/gu)?.length ?? 0) < 4 && holes.some(({ fill }) => fill !== 'verbatim')

const weightOf = ({ literals }: Template): number => literals.reduce((sum, literal) => sum + literal.length, 0)

/** `isWhole`: nothing that looks like words was left as it came. */
type Said = { readonly text: string; readonly isWhole: boolean }

/** The first that is whole, else the first. */
function best(attempts: Iterable<Said | undefined>): Said | undefined {
  let first: Said | undefined
  for (const said of attempts) {
    if (said?.isWhole) return said
    first ??= said
  }
  return first
}

/** One text on its way through the catalogue. What was looked up is remembered, so that nothing is read twice. */
class Reading {
  readonly #exact: ReadonlyMap<string, string>
  readonly #candidates: (text: string) => readonly Entry[]
  readonly #seen = new Map<string, Said | undefined>()

  constructor(exact: ReadonlyMap<string, string>, candidates: (text: string) => readonly Entry[]) {
    this.#exact = exact
    this.#candidates = candidates
  }

  /** The translation, or undefined where nothing is known of the text. */
  known(text: string, depth: number): Said | undefined {
    const exact = this.#exact.get(text)
    if (exact !== undefined) return { text: exact, isWhole: true }
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
    for (const { source, target, isJoint } of this.#candidates(text)) {
      const parts = matchTemplate(source, text)
      if (!parts || !accepts(parts)) continue
      // A mark alone, such as a colon, says nothing: what it joins must be known.
      if (isJoint && !target.holes.some(hole => this.#filled(parts, hole, depth) !== undefined)) continue
      yield this.#fill(target, parts, depth)
    }
  }

  #fill({ literals, holes }: Template, parts: readonly string[], depth: number): Said {
    let said: Said = { text: literals[0] ?? '', isWhole: true }
    for (const [index, hole] of holes.entries()) {
      const part = parts[hole.index] ?? ''
      const filled = this.#filled(parts, hole, depth)
      // A name seldom has such marks in it: more likely it swallowed the beginning of another sentence.
      const isWhole = filled ? filled.isWhole : hole.fill === 'verbatim' ? !/[:;] |\.$/.test(part) : !/\s/.test(part)
      said = {
        text: joined(joined(said.text, filled?.text ?? part), literals[index + 1] ?? ''),
        isWhole: said.isWhole && isWhole,
      }
    }
    return said
  }

  #filled(
    parts: readonly string[],
    { index, fill }: { readonly index: number; readonly fill: Fill },
    depth: number,
  ): Said | undefined {
    const text = parts[index] ?? ''
    switch (fill) {
      case 'verbatim':
        return undefined
      case 'zh':
        return /\s/.test(text) ? this.#phrase(text, depth + 1) : undefined
      case 'word':
        return this.#phrase(text, depth + 1)
      case 'list':
        return {
          text: text
            .split(/(, | or | and )/)
            .map(this.#item(depth + 1))
            .join(''),
          isWhole: true,
        }
      default:
        return fill satisfies never
    }
  }

  #item = (depth: number) => (item: string) => listMarks[item] ?? this.known(item, depth)?.text ?? item

  /** What may be a list of phrases: then each is known, and the list is not taken for one of them with a long name. */
  #phrase(text: string, depth: number): Said | undefined {
    if (this.#exact.has(text)) return this.known(text, depth)
    return best(this.#attempts(text, depth))
  }

  *#attempts(text: string, depth: number): Generator<Said | undefined> {
    for (const [separator, mark] of separators) {
      const items = text.split(separator)
      if (items.length > 1 && items.length <= mostItems) yield this.#each(items, mark, depth)
    }
    yield this.known(text, depth)
  }

  #each(items: readonly string[], mark: string, depth: number): Said | undefined {
    const said: string[] = []
    for (const item of items) {
      const known = this.known(item, depth + 1)
      if (!known?.isWhole) return undefined
      said.push(known.text)
    }
    return { text: said.join(mark), isWhole: true }
  }

  #lines(text: string, depth: number): Said | undefined {
    const lines = text.split('\n')
    if (lines.length < 2 || lines.length > mostItems) return undefined
    const said = lines.map(line => (line.trim() === '' ? undefined : this.known(line, depth + 1)))
    if (said.every(line => line === undefined)) return undefined
    return {
      text: lines.map((line, index) => said[index]?.text ?? line).join('\n'),
      isWhole: lines.every((line, index) => line.trim() === '' || said[index]?.isWhole === true),
    }
  }

  #sentences(text: string, depth: number): Said | undefined {
    const sentences = text.split(endOfSentence)
    if (sentences.length < 2 || sentences.length > mostSentences) return undefined
    let said: Said = { text: '', isWhole: true }
    for (let at = 0; at < sentences.length; ) {
      // The longest run that is known as one: an entry may be of several sentences.
      let end = at === 0 ? sentences.length - 1 : sentences.length
      let found: Said | undefined
      for (; end > at; end--) {
        found = this.known(sentences.slice(at, end).join(' '), depth + 1)
        if (found !== undefined) break
      }
      if (found === undefined) return undefined
      said = { text: joined(said.text, found.text), isWhole: said.isWhole && found.isWhole }
      at = end
    }
    return said
  }
}

/** Chinese stands next to Chinese and its marks without a space, and apart from Latin words and figures. */
function joined(before: string, after: string): string {
  const left = before.endsWith(' ') ? before.slice(0, -1) : before
  const right = after.startsWith(' ') ? after.slice(1) : after
  const [last = '', first = ''] = [left.at(-1), right[0]]
  if (marks.test(last) || marks.test(first) || (han.test(last) && han.test(first))) return left + right
  const isSeam = (han.test(last) && latin.test(first)) || (latin.test(last) && han.test(first))
  return isSeam ? `${left} ${right}` : before + after
}

const marks = /[，。：；！？、（）“”…]/
const han = /\p{Script=Han}/u
const latin = /[A-Za-z0-9]/
