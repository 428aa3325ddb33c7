import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import type { DatasetKind } from '../../../contract/datasets.ts'
import { diskError } from '../../../platform/blobs/store.ts'
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
export function columnsOfKind(
  kind: DatasetKind,
  used: ReadonlySet<OptionalMessageField | 'tools'>,
): Record<string, string> {
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

type Options = {
  readonly kind: DatasetKind
  readonly written: Pick<RowWriter, 'rows' | 'sizeBytes' | 'longestRowBytes' | 'used'>
  readonly tempDir: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Turns canonical JSON lines into one Parquet file, in their order. The file appears under its name complete and on disk,
 * or not at all. Throws `storage_full`, `forbidden`, `cancelled`.
 */
export async function writeParquet(
  jsonLines: string,
  target: string,
  { kind, written, tempDir, signal }: Options,
): Promise<void> {
  const columns = Object.entries(columnsOfKind(kind, written.used))
  const averageBytes = written.sizeBytes / Math.max(1, written.rows)
  const rowGroup = Math.max(groupRows.min, Math.min(groupRows.max, Math.floor(groupRows.bytes / averageBytes)))
  const temp = `${target}.part`
  const source = `read_json(${pathLiteral(jsonLines)}, format = 'newline_delimited', maximum_object_size = ${Math.max(16_777_216, written.longestRowBytes + 1024)}, columns = {${columns.map(([name, type]) => `${name}: ${literal(type)}`).join(', ')}})`
  const connection = await openDuck({ memoryLimitMiB: 512, threads: Math.min(2, availableParallelism()), tempDir })
  const interrupt = () => connection.interrupt()
  signal?.addEventListener('abort', interrupt)
  try {
    signal?.throwIfAborted()
    const result = await connection.runAndReadAll(
      `COPY (SELECT * FROM ${source}) TO ${literal(temp)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroup})`,
    )
    const rows = Number(result.getRows()[0]?.[0] ?? 0)
    if (rows !== written.rows) throw new Error(`wrote ${rows} rows of ${written.rows}`)
    flush(temp)
    renameSync(temp, target)
    flush(dirname(target))
  } catch (error) {
    rmSync(temp, { force: true })
    throw diskError(duckError(error, 'the dataset'))
  } finally {
    signal?.removeEventListener('abort', interrupt)
    connection.closeSync()
  }
}

function flush(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
