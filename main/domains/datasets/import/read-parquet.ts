import { Buffer } from 'node:buffer'
import { availableParallelism } from 'node:os'
import { AppError } from '../../../contract/errors.ts'
import { duckError, openDuck, pathLiteral } from './duckdb.ts'
import type { RegularFile } from './regular-file.ts'
import { maxRowBytes, type RowReader, sampleOf, type Tick, tooLong } from './row-source.ts'

/** A name that no column has: of an alias and a column of one name, DuckDB takes the column. It knows no case. */
function aliasBeside(columns: readonly string[]): string {
  const taken = new Set(columns.map(name => name.toLowerCase()))
  let alias = 'whole_row'
  while (taken.has(alias)) alias += '_'
  return alias
}

/** The columns of a Parquet file with the types that its schema declares, in DuckDB's words. Throws as `readParquet`. */
export async function parquetTypes(path: string): Promise<ReadonlyMap<string, string>> {
  const connection = await openDuck({ memoryLimitMiB: 100, threads: 1 })
  try {
    const result = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${pathLiteral(path)})`)
    return new Map(result.getRows().map(([name, type]) => [String(name), String(type)]))
  } finally {
    connection.closeSync()
  }
}

/** The hash of the source needs all its bytes, which DuckDB reads on its own. */
async function readAll(file: RegularFile, tick: Tick): Promise<void> {
  const block = Buffer.allocUnsafe(1024 * 1024)
  for (let done = 0; ; ) {
    const count = file.read(block, 0, block.length)
    if (count === 0) return
    done += count
    await tick(Math.floor(done / 10))
  }
}

/** Parquet, any schema: DuckDB reads it and gives each row as JSON. `line` is the row's number, from 1. */
export const readParquet: RowReader = async (file, sink, tick) => {
  if (file.isHashed) await readAll(file, tick)
  const connection = await openDuck({ memoryLimitMiB: 400, threads: Math.min(2, availableParallelism()) })
  try {
    const source = `read_parquet(${pathLiteral(file.path)})`
    const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${source}`)
    const total = Number(counted.getRows()[0]?.[0] ?? 0)
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)
    const alias = aliasBeside(described.getRows().map(([name]) => String(name)))
    const result = await connection.stream(`SELECT to_json(${alias}) FROM ${source} AS ${alias}`)
    let row = 0
    for (;;) {
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) return
      for (const value of chunk.getColumnValues(0)) {
        row += 1
        const json = Buffer.from(String(value))
        const at = { line: row, byteOffset: 0 }
        const goOn =
          json.length > maxRowBytes
            ? sink.bad(at, 'row_too_long', tooLong(json.length), sampleOf(json, 0, json.length))
            : sink.row(json, 0, json.length, at)
        if (!goOn) return
      }
      await tick(Math.floor(file.sizeBytes * (0.1 + (0.9 * row) / Math.max(1, total))))
    }
  } catch (error) {
    const known = duckError(error, file.path)
    if (known instanceof AppError) throw known
    throw new AppError('invalid_input', `${file.path} is not a readable Parquet file.`, {
      cause: error,
      hint: 'It may be cut off, encrypted or damaged: get it again from its source.',
      details: { reason: error instanceof Error ? error.message.slice(0, 500) : '' },
    })
  } finally {
    connection.closeSync()
  }
}
