import type { AssetKind, FoundAsset } from '../../contract/search.ts'
import { allOf, type Part } from './list-page.ts'
import { nameKeyOf } from './name-key.ts'
import type { ReadableDb } from './types.ts'

/** A thing that may be what somebody looks for. */
export type Named = { readonly id: string; readonly name: string }

/** How the things of one kind are found by their names; each domain has one, and the search asks them all. */
export type Findable = {
  readonly kind: AssetKind
  /** At most so many whose names hold the letters of every word in their order: whole names first, then the newest. */
  readonly named: (words: readonly string[], limit: number) => readonly Named[]
  /**
   * What is told of one. `selector`: a version number or an alias. Undefined for what is removed, of another kind, or has
   * no such version.
   */
  readonly tell: (id: string, selector?: string) => FoundAsset | undefined
}

/** A table with the columns `id`, `name` and `name_key`. */
export type NamedTable = {
  readonly table: string
  /** Which rows are there to be found. */
  readonly where: string
  /** The index of ids and names, where there may be very many: then nothing else is read. */
  readonly index?: string
}

/**
 * Rows of a table whose names hold the letters of every word, in any case: first the name that is just that, then what
 * begins with it, then what has every word in one piece, then what has letters between. Ids grow with time, so among each
 * the newest come first; of 100,000 names each of the four takes a few milliseconds at most.
 */
export function selectNamed(
  db: ReadableDb,
  { table, where, index }: NamedTable,
  words: readonly string[],
  limit: number,
): readonly Named[] {
  const whole = words.join(' ')
  const found = new Map<string, Named>()
  const take = (parts: readonly Part[], by: string) => {
    if (found.size >= limit) return
    const match = allOf(parts)
    const rows = db
      .prepare<unknown[], Named>(
        `SELECT id, name FROM ${table} ${by} WHERE ${where} AND ${match.sql} ORDER BY id DESC LIMIT ?`,
      )
      .all(...match.values, limit)
    for (const row of rows) if (found.size < limit && !found.has(row.id)) found.set(row.id, row)
  }
  const byAge = index === undefined ? '' : `INDEXED BY ${index}`
  take([{ sql: 'name_key = ?', values: [nameKeyOf(whole)] }], '')
  take([like([whole], '', '')], byAge)
  take(
    words.map(word => like([word], '%', '')),
    byAge,
  )
  take(
    words.map(word => like([...word], '%', '%')),
    byAge,
  )
  return [...found.values()]
}

/** Names with these pieces in their order: `before` stands before the first, `between` between any two, `%` after the last. */
function like(pieces: readonly string[], before: '' | '%', between: '' | '%'): Part {
  // LIKE is five times as fast as GLOB, and knows no cases but those of ASCII.
  const isPlain = pieces.every(piece => piece.toLowerCase() === piece.toUpperCase() || /^[\x20-\x7e]*$/.test(piece))
  const glob = (wildcard: '' | '%') => (wildcard === '' ? '' : '*')
  return isPlain
    ? { sql: "name LIKE ? ESCAPE '\\'", values: [`${before}${pieces.map(escapeLike).join(between)}%`] }
    : {
        sql: 'name GLOB ?',
        values: [`${glob(before)}${pieces.map(piece => [...piece].map(letterPattern).join('')).join(glob(between))}*`],
      }
}

const escapeLike = (piece: string): string => piece.replaceAll(/[\\%_]/g, letter => `\\${letter}`)

/** A letter in a GLOB pattern: in both cases and without its accent, and never as a wildcard. */
function letterPattern(letter: string): string {
  const forms = [letter, letter.toLowerCase(), letter.toUpperCase(), letter.normalize('NFD').slice(0, 1)]
  const single = [...new Set(forms)].filter(form => [...form].length === 1)
  return single.length === 1 && !/[*?[\]]/.test(letter) ? letter : `[${single.join('')}]`
}
