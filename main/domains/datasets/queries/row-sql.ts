import type { DatasetKind } from '../../../contract/dataset-rows.ts'
import { pathLiteral } from '../import/duckdb.ts'

/** A version's rows as a query works on them. Paths are those of blobs: content-addressed, so they cannot change. */
export type RowSet = { readonly kind: DatasetKind; readonly files: readonly string[] }

/** All rows, in order; `row_number` counts them from 0 across files. */
export function rowsOf({ files }: RowSet): string {
  const list = `[${files.map(pathLiteral).join(', ')}]`
  return files.length === 1
    ? `(SELECT * EXCLUDE (file_row_number), file_row_number AS row_number FROM read_parquet(${list}, file_row_number = true))`
    : `(SELECT *, (row_number() OVER ()) - 1 AS row_number FROM read_parquet(${list}))`
}

const contents = (messages: string, condition = 'true'): string =>
  `coalesce(array_to_string(list_transform(list_filter(${messages}, lambda m: ${condition}), lambda m: coalesce(m."content", '')), chr(10)), '')`

const question = contents('messages', `m."role" <> 'assistant'`)

/** The texts of a row by what they are: what lengths are measured of, and what is compared. */
export function textsOfKind(kind: DatasetKind): Readonly<Record<string, string>> {
  switch (kind) {
    case 'text':
      return { text: 'text' }
    case 'prompts':
      return { prompt: contents('messages') }
    case 'sft':
      return { prompt: question, response: contents('messages', `m."role" = 'assistant'`) }
    case 'dpo':
      return { prompt: contents('messages'), chosen: contents('chosen'), rejected: contents('rejected') }
    case 'kto':
      return { prompt: contents('messages'), completion: contents('completion') }
    case 'reward':
      return {
        prompt: contents('messages'),
        responses: `array_to_string(list_transform(responses, lambda r: r."content"), chr(10))`,
      }
    default:
      return kind satisfies never
  }
}

/** Everything a reader sees of a row, as one text. */
export const searchedText = (kind: DatasetKind): string => Object.values(textsOfKind(kind)).join(` || chr(10) || `)

/** What makes a row the same question again. */
export const questionOf = (kind: DatasetKind): string => textsOfKind(kind).prompt ?? 'text'
