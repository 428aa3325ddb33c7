import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { SplitRole } from '../../../contract/dataset-versions.ts'
import { duckError, literal } from '../import/duckdb.ts'
import { columnNames } from './preview.ts'
import { questionOf, type RowSet, rowsOf } from './row-sql.ts'

export type SplitInput = RowSet & {
  readonly seed: number
  readonly shares: { readonly validation: number; readonly test: number }
  /** An existing folder of ours that receives `train.parquet` and so on. */
  readonly outDir: string
}
export type SplitPart = { readonly role: SplitRole; readonly path: string; readonly rows: number }

/**
 * Divides rows by chance, the same way for the same seed on every machine. Rows with the same question stay together, so
 * that no part can leak into another; the shares are met as nearly as that allows.
 */
export async function splitRows(connection: DuckDBConnection, input: SplitInput): Promise<SplitPart[]> {
  const { test, validation } = input.shares
  const columns = (await columnNames(connection, input)).map(name => `"${name}"`).join(', ')
  // MD5 stays the same between versions of DuckDB, which its own hash() need not.
  const group = `md5(${literal(`${input.seed}:`)} || ${questionOf(input.kind)})`
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE groups AS
     SELECT key, (sum(size) OVER (ORDER BY key ROWS UNBOUNDED PRECEDING) - size / 2.0) / sum(size) OVER () AS place
     FROM (SELECT ${group} AS key, count(*) AS size FROM ${rowsOf(input)} GROUP BY key)`,
  )
  const ranges: readonly (readonly [SplitRole, number, number])[] = [
    ['test', 0, test],
    ['validation', test, test + validation],
    ['train', test + validation, 1],
  ]
  const parts: SplitPart[] = []
  try {
    for (const [role, from, to] of ranges) {
      if (to <= from) continue
      const path = join(input.outDir, `${role}.parquet`)
      const result = await connection.runAndReadAll(
        `COPY (SELECT ${columns} FROM (SELECT *, ${group} AS key FROM ${rowsOf(input)}) JOIN groups USING (key)
               WHERE place >= ${from} AND place < ${to} ORDER BY row_number)
         TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`,
      )
      parts.push({ role, path, rows: Number(result.getRows()[0]?.[0] ?? 0) })
    }
  } catch (error) {
    throw duckError(error, 'the split')
  } finally {
    await connection.run('DROP TABLE IF EXISTS groups')
  }
  return parts
}
