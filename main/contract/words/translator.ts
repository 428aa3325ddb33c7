import { type Entry, Reading } from './reading.ts'
import { parseTemplate, type Template } from './template.ts'

/** Sentences and words of the backend by their source's own template, each with its translation. */
export type Words = Readonly<Record<string, string>>
/** A text of the backend in another language; as it came where nothing is known of it. */
export type Translator = (text: string) => string

/** Longer than anything that is meant to be read: it is shown as it came. */
const longestText = 20_000
const fewestLetters = 4

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
  const candidates = (text: string): readonly Entry[] => {
    const first = text[0] ?? ''
    const known = byFirst.get(first)
    if (known) return known
    const found = entries.filter(({ source: { literals } }) => literals[0] === '' || literals[0]?.[0] === first)
    byFirst.set(first, found)
    return found
  }

  return text => {
    if (text.length > longestText || text === '') return text
    return new Reading({ exact, candidates }).translated(text) ?? text
  }
}

const isJoint = ({ literals }: Template, { holes }: Template): boolean =>
  (literals.join('').match(/\p{L}/gu)?.length ?? 0) < fewestLetters && holes.some(({ fill }) => fill !== 'verbatim')

const weightOf = ({ literals }: Template): number => literals.reduce((sum, literal) => sum + literal.length, 0)
