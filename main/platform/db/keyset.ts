import { AppError } from '../../contract/errors.ts'

/** A column that a list can be sorted by: an SQL expression that an index holds, never null. */
export type SortColumn = { readonly sql: string }

export type PageRequest = {
  readonly sort: string
  readonly order?: 'asc' | 'desc' | undefined
  readonly cursor?: string | undefined
  readonly offset?: number | undefined
  readonly limit: number
}

export type Keyset = {
  /** Narrows to what comes after the cursor; `1` on the first page. */
  readonly where: string
  readonly values: readonly (string | number)[]
  readonly orderBy: string
  readonly direction: 'asc' | 'desc'
  readonly limit: number
  readonly offset: number
  /** The cursor for the page after a row with this sort value and id. */
  readonly cursorAfter: (value: string | number, id: string) => string
}

/**
 * Pages by the last row seen: right under any sort while rows come and go, and as fast on the last page as on the first.
 * `offset` jumps instead, for a table that shows row 80,000 without the rows before; the two are not combined.
 * Throws `invalid_input` for a cursor of another sort.
 */
export function keysetOf(
  { sort, order, cursor, offset = 0, limit }: PageRequest,
  column: SortColumn,
  idColumn: string,
): Keyset {
  const direction = order ?? (sort === 'name' ? 'asc' : 'desc')
  const key = `${sort}.${direction}`
  if (cursor !== undefined && offset > 0) {
    throw new AppError('invalid_input', 'A page begins at a cursor or at an offset, not at both.', {
      hint: 'Leave one of them out.',
    })
  }
  const after = cursor === undefined ? undefined : readCursor(cursor, key)
  const comparison = direction === 'asc' ? '>' : '<'
  return {
    where: after ? `(${column.sql}, ${idColumn}) ${comparison} (?, ?)` : '1',
    values: after ?? [],
    orderBy: `${column.sql} ${direction}, ${idColumn} ${direction}`,
    direction,
    limit,
    offset,
    cursorAfter: (value, id) => Buffer.from(JSON.stringify([key, value, id])).toString('base64url'),
  }
}

function readCursor(cursor: string, key: string): readonly [string | number, string] {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(read) && read.length === 3 && read[0] === key) {
      const [, value, id] = read as unknown[]
      if ((typeof value === 'string' || typeof value === 'number') && typeof id === 'string') return [value, id]
    }
  } catch {
    // Not one of ours: said below.
  }
  throw new AppError('invalid_input', 'This cursor does not belong to this list and order.', {
    hint: 'Begin again without a cursor; a cursor goes on only under the sort that it came from.',
  })
}
