import type { DuckDBConnection } from '@duckdb/node-api'
import { AppError } from '../../../contract/errors.ts'
import { literal } from '../import/duckdb.ts'
import { plainRow } from './plain-row.ts'
import { type RowSet, rowsOf, searchedText } from './row-sql.ts'

export type PreviewInput = RowSet & {
  readonly rows: number
  readonly offset: number
  readonly limit: number
  readonly search?: string | undefined
  readonly regex?: string | undefined
}
export type Preview = {
  readonly total: number
  readonly rows: readonly { row: number; data: Record<string, unknown> }[]
}

/** A page of rows, of all or of those that match. Throws `invalid_input` for a regular expression that RE2 refuses. */
export async function preview(connection: DuckDBConnection, input: PreviewInput): Promise<Preview> {
  const conditions: string[] = []
  const text = searchedText(input.kind)
  if (input.search !== undefined) conditions.push(`contains(lower(${text}), lower(${literal(input.search)}))`)
  if (input.regex !== undefined) conditions.push(`regexp_matches(${text}, ${literal(input.regex)})`)
  const isFiltered = conditions.length > 0
  try {
    // Without a filter the numbers of the rows wanted are known: row groups outside are not even read.
    const page = isFiltered
      ? `SELECT * FROM ${rowsOf(input)} WHERE ${conditions.join(' AND ')} ORDER BY row_number LIMIT ${input.limit} OFFSET ${input.offset}`
      : `SELECT * FROM ${rowsOf(input)} WHERE row_number >= ${input.offset} AND row_number < ${input.offset + input.limit} ORDER BY row_number`
    const columns = (await columnNames(connection, input)).map(name => `"${name}" := "${name}"`).join(', ')
    const found = await connection.runAndReadAll(
      `SELECT row_number, to_json(struct_pack(${columns})) FROM (${page}) ORDER BY row_number`,
    )
    const total = isFiltered
      ? Number(
          (
            await connection.runAndReadAll(`SELECT count(*) FROM ${rowsOf(input)} WHERE ${conditions.join(' AND ')}`)
          ).getRows()[0]?.[0] ?? 0,
        )
      : input.rows
    return {
      total,
      rows: found.getRows().map(([row, json]) => ({ row: Number(row), data: plainRow(String(json)) })),
    }
  } catch (error) {
    if (input.regex !== undefined && error instanceof Error && /regex|RE2|invalid escape|missing/i.test(error.message))
      throw new AppError('invalid_input', `The regular expression is not valid: ${error.message.slice(0, 200)}`, {
        cause: error,
        hint: 'Write it as RE2 does: no look-ahead, no back-references.',
      })
    throw error
  }
}

/** The columns that a version's files have; optional ones exist only where they are used. */
export async function columnNames(connection: DuckDBConnection, rows: RowSet): Promise<string[]> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${rowsOf(rows)}`)
  return described
    .getRows()
    .map(([name]) => String(name))
    .filter(name => name !== 'row_number')
}
