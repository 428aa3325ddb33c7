/** As many runs as are compared at once; the backend takes no more. */
export const mostMarked = 50

/** A row that was marked, and where it stood then. */
export type Mark = { readonly index: number; readonly id: string }

type Row = { readonly id: string }
export type Rows = {
  /** A row that is held; undefined where it is not. */
  readonly at: (index: number) => Row | undefined
  readonly read: (offset: number, limit: number) => Promise<readonly Row[]>
}

export type Range = {
  /** From the first mark on; no more than can be compared. */
  readonly ids: readonly string[]
  /** How many lie between the two, themselves among them. */
  readonly count: number
}

/**
 * What lies between two rows of a list of which only the rows in view are held: the others are read.
 * @returns undefined where the list was sorted, filtered or added to since the first was marked: nothing is "between" then
 * @throws what reading throws
 */
export async function rangeBetween(rows: Rows, from: Mark, to: Mark): Promise<Range | undefined> {
  const count = Math.abs(to.index - from.index) + 1
  const taken = Math.min(count, mostMarked)
  const first = to.index >= from.index ? from.index : from.index - taken + 1
  const held = Array.from({ length: taken }, (_, step) => rows.at(first + step)).filter(row => row !== undefined)
  const found = held.length === taken ? held : await rows.read(first, taken)
  const ids = found.map(({ id }) => id)
  if (to.index < from.index) ids.reverse()
  if (ids[0] !== from.id || (taken === count && ids.at(-1) !== to.id)) return undefined
  return { ids, count }
}
