import { closeSync, existsSync, linkSync, openSync, rmSync, writeSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { DatasetKind } from '../../../contract/dataset-rows.ts'
import { AppError } from '../../../contract/errors.ts'
import { diskError, hashFile } from '../../../platform/blobs/store.ts'
import { flushFile } from '../../../platform/flush.ts'
import { duckError, literal } from '../import/duckdb.ts'
import { plainRow } from './plain-row.ts'
import { columnNames } from './preview.ts'
import { type RowSet, rowsOf } from './row-sql.ts'

export const exportFormats = ['jsonl', 'csv', 'parquet'] as const
export type ExportFormat = (typeof exportFormats)[number]
export type ExportInput = RowSet & {
  readonly path: string
  readonly fileFormat: ExportFormat
  readonly annotations: boolean
}
export type Exported = {
  readonly path: string
  readonly rows: number
  readonly sizeBytes: number
  readonly sha256: string
}

/**
 * Writes all rows to a new file, which appears complete or not at all. Without annotations, what a person or a model
 * added to the questions is left out. Throws `conflict` when the file exists, `storage_full`, `forbidden`.
 */
export async function exportRows(
  connection: DuckDBConnection,
  input: ExportInput,
  isStopped: () => boolean,
): Promise<Exported> {
  if (existsSync(input.path))
    throw new AppError('conflict', `${input.path} exists already.`, { hint: 'Name a file that does not exist yet.' })
  const part = `${input.path}.${process.pid}.part`
  try {
    const rows =
      input.fileFormat === 'parquet'
        ? await toParquet(connection, input, part)
        : await toText(connection, input, part, isStopped)
    flushFile(part)
    // A link fails where the name was taken meanwhile; a rename would silently win.
    linkSync(part, input.path)
    return { path: input.path, rows, ...(await hashFile(input.path)) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new AppError('conflict', `${input.path} exists already.`, { cause: error })
    throw diskError(duckError(error, input.path))
  } finally {
    rmSync(part, { force: true })
  }
}

const questionOnly = `CASE WHEN list_last(messages)."role" = 'assistant' THEN messages[:-2] ELSE messages END AS messages`

async function selected(connection: DuckDBConnection, input: ExportInput): Promise<string> {
  const columns = await columnNames(connection, input)
  if (input.annotations || input.kind === 'text') return columns.map(name => `"${name}"`).join(', ')
  const tools = columns.includes('tools') ? ', tools' : ''
  return `${input.kind === 'sft' ? questionOnly : 'messages'}${tools}`
}

async function toParquet(connection: DuckDBConnection, input: ExportInput, part: string): Promise<number> {
  const result = await connection.runAndReadAll(
    `COPY (SELECT ${await selected(connection, input)} FROM ${rowsOf(input)} ORDER BY row_number) TO ${literal(part)} (FORMAT parquet, COMPRESSION zstd)`,
  )
  return Number(result.getRows()[0]?.[0] ?? 0)
}

async function toText(
  connection: DuckDBConnection,
  input: ExportInput,
  part: string,
  isStopped: () => boolean,
): Promise<number> {
  const columns = await selected(connection, input)
  const result = await connection.stream(`SELECT to_json(t) FROM (SELECT ${columns} FROM ${rowsOf(input)}) AS t`)
  const fd = openSync(part, 'wx', 0o600)
  let rows = 0
  try {
    const header = input.fileFormat === 'csv' ? `${csvColumns(input).join(',')}\r\n` : ''
    let text = header
    for (;;) {
      if (isStopped()) throw new AppError('cancelled', 'The export was cancelled; nothing was kept.')
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) break
      for (const json of chunk.getColumnValues(0)) {
        const row = plainRow(String(json))
        text += input.fileFormat === 'csv' ? csvLine(csvColumns(input), row) : `${JSON.stringify(row)}\n`
        rows += 1
      }
      writeAll(fd, text)
      text = ''
    }
    writeAll(fd, text)
  } finally {
    closeSync(fd)
  }
  return rows
}

const csvByKind: Readonly<Record<DatasetKind, readonly string[]>> = {
  text: ['text'],
  prompts: ['messages', 'tools'],
  sft: ['messages', 'tools'],
  dpo: ['messages', 'chosen', 'rejected', 'tools'],
  kto: ['messages', 'completion', 'label', 'tools'],
  reward: ['messages', 'responses', 'tools'],
}

const csvColumns = ({ kind, annotations }: ExportInput): readonly string[] =>
  annotations || kind === 'text' ? csvByKind[kind] : ['messages', 'tools']

const csvLine = (columns: readonly string[], row: Record<string, unknown>): string =>
  `${columns.map(name => csvCell(row[name])).join(',')}\r\n`

/** Cells that a spreadsheet would run as a formula get an apostrophe in front (OWASP, CSV injection). */
function csvCell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let from = 0; from < bytes.length; ) from += writeSync(fd, bytes, from)
}
