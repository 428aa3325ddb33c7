import type { DuckDBConnection } from '@duckdb/node-api'
import { pathLiteral } from '../import/duckdb.ts'
import { type RowSet, rowsOf } from './row-sql.ts'

/** SQL over a row, by the name under which what it says of the row is kept. */
export type Marks = Readonly<Record<string, string>>

export type MarkHooks = {
  readonly signal?: AbortSignal
  /** Hears how many rows have been looked at. */
  readonly onRows?: (done: number) => void
}

/** About so much of a file is looked at by one thread before it is told. Less costs: a row group is unpacked each time. */
const stretchBytes = 12 * 1024 * 1024
/** As many as there are threads: a row group is read by one of them only. */
const stretchesAtOnce = 2

type Stretch = { readonly from: number; readonly to: number }

/**
 * Looks at every row of a set once and keeps what `marks` say of it in a table `marked` of this connection, beside the
 * `row_number`, from 0 across files. Texts are read and taken apart only here: whatever is asked of the table is quick.
 */
export async function markRows(
  connection: DuckDBConnection,
  input: RowSet,
  marks: Marks,
  { signal, onRows }: MarkHooks = {},
): Promise<void> {
  const columns = Object.entries(marks)
    .map(([name, sql]) => `, ${sql} AS "${name}"`)
    .join('')
  await connection.run(`CREATE TEMP TABLE marked AS SELECT row_number${columns} FROM ${rowsOf(input)} LIMIT 0`)
  // The table is asked by row numbers: stretches may be added in any order, and so at the same time.
  await connection.run('SET preserve_insertion_order = false')
  let before = 0
  for (const file of input.files) {
    const stretches = await stretchesOf(connection, file)
    for (let first = 0; first < stretches.length; first += stretchesAtOnce) {
      signal?.throwIfAborted()
      const now = stretches.slice(first, first + stretchesAtOnce)
      const selected = now.map(
        ({ from, to }) => `SELECT file_row_number + ${before}${columns}
          FROM read_parquet(${pathLiteral(file)}, file_row_number = true)
          WHERE file_row_number >= ${from} AND file_row_number < ${to}`,
      )
      await connection.run(`INSERT INTO marked ${selected.join(' UNION ALL ')}`)
      onRows?.(before + (now.at(-1)?.to ?? 0))
    }
    before += stretches.at(-1)?.to ?? 0
  }
  await connection.run('RESET preserve_insertion_order')
}

/** The rows of a Parquet file in stretches of about the same size, none of which crosses a row group. */
async function stretchesOf(connection: DuckDBConnection, file: string): Promise<readonly Stretch[]> {
  const read = await connection.runAndReadAll(
    `SELECT any_value(row_group_num_rows), sum(total_uncompressed_size)
     FROM parquet_metadata(${pathLiteral(file)}) GROUP BY row_group_id ORDER BY row_group_id`,
  )
  const stretches: Stretch[] = []
  let from = 0
  for (const [rows, bytes] of read.getRows()) {
    const end = from + Number(rows)
    const step = Math.max(1, Math.ceil(Number(rows) / Math.max(1, Math.round(Number(bytes) / stretchBytes))))
    for (; from < end; from += step) stretches.push({ from, to: Math.min(end, from + step) })
    from = end
  }
  return stretches
}
