import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import * as z from 'zod'
import type { ChatMessage } from '../../contract/engine.ts'
import { AppError } from '../../contract/errors.ts'
import type { EvaluateConfig } from './config.ts'

/** One question of an evaluation, and what should come. */
export type EvaluationRow = {
  readonly row: number
  readonly messages: readonly ChatMessage[]
  readonly reference: string
}

/**
 * Reads the questions of a frozen dataset version, in order, in bounded memory. The last assistant turn (or the chosen
 * answer) is the reference; everything before it is the prompt. Prompt sets have no reference. A row keeps its number
 * in the dataset where only some are read.
 */
export async function* readRows({
  dataset,
  limit,
  rowsFile,
}: Pick<EvaluateConfig, 'dataset' | 'limit' | 'rowsFile'>): AsyncGenerator<EvaluationRow> {
  if (dataset.kind === 'text' || dataset.kind === 'reward') {
    throw new AppError('unsupported', `A dataset of ${dataset.kind} rows asks no questions.`, {
      hint: 'Evaluate on conversations, preference rows or a prompt set.',
    })
  }
  const wanted = rowsFile === undefined ? undefined : numbersIn(rowsFile).slice(0, limit)
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    threads: '1',
    memory_limit: '512MB',
  })
  const connection = await instance.connect()
  try {
    const files = dataset.files.map(file => `'${file.replaceAll("'", "''")}'`).join(', ')
    const stream = await connection.stream(
      `SELECT to_json(t)::VARCHAR AS row FROM read_parquet([${files}], union_by_name = true) t ${limit === undefined || wanted ? '' : `LIMIT ${Number(limit)}`}`,
    )
    let row = 0
    let next = 0
    for (;;) {
      const chunk = await stream.fetchChunk()
      if (!chunk || chunk.rowCount === 0) return
      for (const [text] of chunk.getRows()) {
        if (wanted && next === wanted.length) return
        if (wanted && wanted[next] !== row) {
          row += 1
          continue
        }
        next += 1
        yield toRow(row, JSON.parse(String(text)) as StoredRow)
        row += 1
      }
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const numbersIn = (file: string): readonly number[] =>
  z.array(z.number().int().nonnegative()).parse(JSON.parse(readFileSync(file, 'utf8')))

type StoredMessage = {
  readonly role: string
  readonly content: string | null
  readonly name?: string | null
  readonly reasoning_content?: string | null
}
type StoredRow = {
  readonly messages: readonly StoredMessage[]
  readonly chosen?: readonly StoredMessage[] | string
  readonly completion?: readonly StoredMessage[] | string
}

function toRow(row: number, stored: StoredRow): EvaluationRow {
  const answer = stored.chosen ?? stored.completion
  if (answer !== undefined) return { row, messages: stored.messages.map(toMessage), reference: textOf(answer) }
  const lastAnswer = stored.messages.findLastIndex(message => message.role === 'assistant')
  if (lastAnswer < 0) return { row, messages: stored.messages.map(toMessage), reference: '' }
  return {
    row,
    messages: stored.messages.slice(0, lastAnswer).map(toMessage),
    reference: stored.messages[lastAnswer]?.content ?? '',
  }
}

const textOf = (answer: readonly StoredMessage[] | string): string =>
  typeof answer === 'string' ? answer : (answer.findLast(message => message.role === 'assistant')?.content ?? '')

const toMessage = ({ role, content, name, reasoning_content }: StoredMessage): ChatMessage => ({
  role,
  content,
  ...(name && { name }),
  ...(reasoning_content && { reasoning_content }),
})
