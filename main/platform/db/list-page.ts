import type { Database } from 'better-sqlite3'
import { type Keyset, keysetOf, type PageRequest } from './keyset.ts'
import { nameKeyOf } from './name-key.ts'
import type { ReadableDb } from './types.ts'

/** A condition of a list and the values that it binds. */
export type Part = { readonly sql: string; readonly values: readonly (string | number)[] }

/** A list over one table with a text column `id` and `name`. */
export type ListSource = {
  readonly table: string
  /** What else is read for the rows of the page, such as `JOIN versions v ON …`. */
  readonly join?: string
  /** What is read of each row of the page. */
  readonly columns: string
  /** Expression by sort, each the first column of an index, never null. */
  readonly sorts: Readonly<Record<string, string>>
}

/** Nothing, or: the column has one of the values. As one JSON value, so that a statement's text does not depend on how many. */
export const among = (column: string, values: readonly string[] | undefined): readonly Part[] =>
  values === undefined || values.length === 0
    ? []
    : [{ sql: `${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(values)] }]

/** Nothing, or: each word is in one of the columns, in any case. */
export const containing = (columns: string | readonly string[], q: string | undefined): readonly Part[] =>
  (q ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 10)
    .map(word => {
      const all = [columns].flat()
      const pattern = `%${word.replaceAll(/[\\%_]/g, char => `\\${char}`)}%`
      return {
        sql: `(${all.map(column => `${column} LIKE ? ESCAPE '\\'`).join(' OR ')})`,
        values: all.map(() => pattern),
      }
    })

export const allOf = (parts: readonly Part[]): Part => ({
  sql: parts.length === 0 ? '1' : parts.map(part => part.sql).join(' AND '),
  values: parts.flatMap(part => part.values),
})

type Sorted = { readonly sort_value: string | number; readonly sort_id: string }

/**
 * One page of a list. The inner query reads an index alone, however far it skips; whole rows are read for the page only.
 */
export function selectPage<Row>(
  db: ReadableDb,
  { table, join = '', columns, sorts }: ListSource,
  parts: readonly Part[],
  request: PageRequest,
): { readonly rows: readonly Row[]; readonly nextCursor: string | undefined } {
  const column = sorts[request.sort] ?? 'id'
  const where = allOf(parts)
  const keyset: Keyset = keysetOf(request, { sql: column }, 'id')
  const rows = db
    .prepare<unknown[], Row & Sorted>(
      `SELECT ${columns}, chosen.sort_value, chosen.sort_id FROM (
         SELECT rowid AS chosen_row, ${column} AS sort_value, id AS sort_id FROM ${table}
         WHERE ${where.sql} AND ${keyset.where} ORDER BY ${keyset.orderBy} LIMIT ? OFFSET ?
       ) AS chosen CROSS JOIN ${table} ON ${table}.rowid = chosen.chosen_row ${join}
       ORDER BY chosen.sort_value ${keyset.direction}, chosen.sort_id ${keyset.direction}`,
    )
    .all(...where.values, ...keyset.values, keyset.limit, keyset.offset)
  const last = rows.length === keyset.limit ? rows.at(-1) : undefined
  return { rows, nextCursor: last && keyset.cursorAfter(last.sort_value, last.sort_id) }
}

export function countOf(db: ReadableDb, { table }: Pick<ListSource, 'table'>, parts: readonly Part[]): number {
  const where = allOf(parts)
  return (
    db.prepare<unknown[], { n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${where.sql}`).get(...where.values)
      ?.n ?? 0
  )
}

/** For a migration: gives a table the column that its names are sorted by, filled for the rows that it has. */
export function addNameKeys(db: Database, table: string): void {
  db.exec(`ALTER TABLE ${table} ADD COLUMN name_key TEXT NOT NULL DEFAULT ''`)
  const update = db.prepare<[string, number]>(`UPDATE ${table} SET name_key = ? WHERE rowid = ?`)
  for (const { row, name } of db
    .prepare<[], { row: number; name: string }>(`SELECT rowid AS row, name FROM ${table}`)
    .all())
    update.run(nameKeyOf(name), row)
}
