import { renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatasetKind } from '../../../contract/dataset-rows.ts'
import { diskError } from '../../../platform/blobs/store.ts'
import { flushFile, flushFolder } from '../../../platform/flush.ts'
import { duckError, literal, openDuck, pathLiteral } from './duckdb.ts'
import type { OptionalMessageField, RowWriter } from './row-writer.ts'

/** Rows per row group: what previews read at once, bounded by the memory that a group takes. */
const groupRows = { min: 2048, max: 122_880, bytes: 64 * 1024 * 1024 }

const optionalTypes: Readonly<Record<OptionalMessageField, string>> = {
  reasoning_content: 'VARCHAR',
  name: 'VARCHAR',
  tool_calls: 'VARCHAR',
  tool_call_id: 'VARCHAR',
  weight: 'DOUBLE',
}

/**
 * The columns of each kind, as the Python worker reads them:
 * text `text` · sft, prompts `messages` · dpo `messages, chosen, rejected` · kto `messages, completion, label` ·
 * reward `messages, responses`. Answers are lists of messages too. `tools`, and message fields beyond role and content,
 * exist where a row has them; tools and tool calls hold JSON text.
 */
function columnsOfKind(kind: DatasetKind, used: ReadonlySet<OptionalMessageField | 'tools'>): Record<string, string> {
  if (kind === 'text') return { text: 'VARCHAR' }
  const extras = Object.entries(optionalTypes).filter(([name]) => used.has(name as OptionalMessageField)) // its own keys
  const fields = [['"role"', 'VARCHAR'], ['"content"', 'VARCHAR'], ...extras.map(([name, type]) => [`"${name}"`, type])]
  const messages = `STRUCT(${fields.map(field => field.join(' ')).join(', ')})[]`
  const byKind = {
    sft: { messages },
    prompts: { messages },
    dpo: { messages, chosen: messages, rejected: messages },
    kto: { messages, completion: messages, label: 'BOOLEAN' },
    reward: { messages, responses: 'STRUCT("content" VARCHAR, "score" DOUBLE)[]' },
  } as const satisfies Record<Exclude<DatasetKind, 'text'>, Record<string, string>>
  return { ...byKind[kind], ...(used.has('tools') && { tools: 'VARCHAR' }) }
}

type Hooks = { readonly tempDir: string; readonly signal?: AbortSignal | undefined }
type Size = Pick<RowWriter, 'rows' | 'sizeBytes' | 'longestRowBytes'>

/**
 * Turns canonical JSON lines into one Parquet file, in their order. The file appears under its name complete and on disk,
 * or not at all. Throws `storage_full`, `forbidden`, `cancelled`.
 */
export async function writeParquet(
  jsonLines: string,
  target: string,
  { kind, written, ...hooks }: Hooks & { readonly kind: DatasetKind; readonly written: Size & Pick<RowWriter, 'used'> },
): Promise<void> {
  const columns = Object.entries(columnsOfKind(kind, written.used)).map(([name, type]) => `${name}: ${literal(type)}`)
  const part = await copyJsonLines(jsonLines, target, {
    columns: columns.join(', '),
    select: '*',
    size: written,
    ...hooks,
  })
  if (part.rows !== written.rows) {
    part.discard()
    throw new Error(`wrote ${part.rows} rows of ${written.rows}`)
  }
  part.publish()
}

/** A Parquet file that is written but not there yet. */
export type Part = { readonly rows: number; readonly publish: () => void; readonly discard: () => void }

/** Copies JSON lines, seen as the given columns, into a file beside `target`. Throws as `writeParquet`. */
export async function copyJsonLines(
  jsonLines: string,
  target: string,
  {
    columns,
    select,
    size,
    tempDir,
    signal,
  }: Hooks & { readonly columns: string; readonly select: string; readonly size: Size },
): Promise<Part> {
  const averageBytes = size.sizeBytes / Math.max(1, size.rows)
  const rowGroup = Math.max(groupRows.min, Math.min(groupRows.max, Math.floor(groupRows.bytes / averageBytes)))
  const temp = `${target}.part`
  const options = `format = 'newline_delimited', compression = 'uncompressed', maximum_object_size = ${Math.max(16_777_216, size.longestRowBytes + 1024)}`
  // One thread: keeping the order of rows costs several more than they gain, and reading runs beside it.
  const connection = await openDuck({ memoryLimitMiB: 512, threads: 1, tempDir })
  const interrupt = () => connection.interrupt()
  signal?.addEventListener('abort', interrupt)
  try {
    signal?.throwIfAborted()
    const result = await connection.runAndReadAll(
      `COPY (SELECT ${select} FROM read_json(${pathLiteral(jsonLines)}, ${options}, columns = {${columns}})) TO ${literal(temp)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${rowGroup})`,
    )
    return {
      rows: Number(result.getRows()[0]?.[0] ?? 0),
      publish: () => {
        flushFile(temp)
        renameSync(temp, target)
        flushFolder(dirname(target))
      },
      discard: () => rmSync(temp, { force: true }),
    }
  } catch (error) {
    rmSync(temp, { force: true })
    throw diskError(duckError(error, 'the dataset'))
  } finally {
    signal?.removeEventListener('abort', interrupt)
    connection.closeSync()
  }
}
