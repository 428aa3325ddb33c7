import type { DuckDBConnection } from '@duckdb/node-api'
import type { DatasetKind } from '../../../contract/dataset-rows.ts'
import { type RowSet, rowsOf, textsOfKind } from './row-sql.ts'

const bins = 20

export type ColumnStats = {
  column: string
  rows: number
  empty: number
  distinct: number
  characters: {
    min: number
    mean: number
    median: number
    p95: number
    max: number
    histogram: { from: number; to: number; rows: number }[]
  }
}
export type Stats = { kind: DatasetKind; rows: number; columns: ColumnStats[] }

/** Lengths in characters (Unicode code points), column by column. Two passes over the rows, whatever their number. */
export async function stats(connection: DuckDBConnection, set: RowSet): Promise<Stats> {
  const texts = Object.entries(textsOfKind(set.kind))
  const measured = texts.map(([, sql], i) => `length(${sql}) AS n${i}, hash(${sql}) AS h${i}`).join(', ')
  const source = `(SELECT ${measured} FROM ${rowsOf(set)})`
  const first = await connection.runAndReadAll(
    `SELECT count(*), ${texts
      .map(
        (_, i) =>
          `count(*) FILTER (n${i} = 0), approx_count_distinct(h${i}), min(n${i}), avg(n${i}), approx_quantile(n${i}, 0.5), approx_quantile(n${i}, 0.95), max(n${i})`,
      )
      .join(', ')} FROM ${source}`,
  )
  const numbers = (first.getRows()[0] ?? []).map(value => Number(value ?? 0))
  const rows = numbers[0] ?? 0
  const columns: ColumnStats[] = []
  for (const [i, [column]] of texts.entries()) {
    const [empty = 0, distinct = 0, min = 0, mean = 0, median = 0, p95 = 0, max = 0] = numbers.slice(
      1 + i * 7,
      8 + i * 7,
    )
    const width = Math.max(1, Math.ceil((max - min + 1) / bins))
    const counted = await connection.runAndReadAll(
      `SELECT (n${i} - ${min}) // ${width} AS bin, count(*) FROM ${source} GROUP BY bin ORDER BY bin`,
    )
    columns.push({
      column,
      rows,
      empty,
      distinct: Math.min(distinct, rows),
      characters: {
        min,
        mean,
        median,
        p95,
        max,
        histogram: counted.getRows().map(([bin, count]) => ({
          from: min + Number(bin) * width,
          to: min + (Number(bin) + 1) * width - 1,
          rows: Number(count),
        })),
      },
    })
  }
  return { kind: set.kind, rows, columns }
}
