import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { duckError, literal } from '../import/duckdb.ts'
import { type CheckInput, findings, markFor } from './check.ts'
import { columnNames } from './preview.ts'
import { rowsOf } from './row-sql.ts'

export type RepairInput = CheckInput & {
  /** Codes of problems: rows that have one of them are left out. */
  readonly without: readonly string[]
  /** Further rows to leave out, from 0, such as those that a tokenizer found. */
  readonly alsoRows: readonly number[]
  /** An existing folder of ours that receives the rows. */
  readonly outDir: string
}
export type Repaired = {
  readonly path: string
  readonly rows: number
  /** Codes that no single row can have: then nothing was written. */
  readonly unknown: readonly string[]
}

/** Writes the rows that have none of some problems. */
export async function repairRows(
  connection: DuckDBConnection,
  input: RepairInput,
  signal: AbortSignal,
): Promise<Repaired> {
  const path = join(input.outDir, 'repaired.parquet')
  const sought = (await findings(connection, input)).filter(({ code }) => input.without.includes(code))
  const unknown = input.without.filter(code => !sought.some(finding => finding.code === code))
  if (unknown.length > 0) return { path, rows: 0, unknown }
  const listed = `SELECT unnest([${input.alsoRows.map(Math.trunc).join(', ')}]::BIGINT[]) AS row_number`
  const bad = [...sought.map(({ rows }) => rows), listed].map(sql => `(${sql})`).join(' UNION ')
  const columns = (await columnNames(connection, input)).map(name => `"${name}"`).join(', ')
  try {
    await markFor(connection, input, sought, { signal })
    const result = await connection.runAndReadAll(
      `COPY (SELECT ${columns} FROM ${rowsOf(input)} WHERE row_number NOT IN (${bad}) ORDER BY row_number)
       TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`,
    )
    return { path, rows: Number(result.getRows()[0]?.[0] ?? 0), unknown }
  } catch (error) {
    throw duckError(error, 'the repair')
  }
}
