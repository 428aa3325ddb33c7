import { Buffer } from 'node:buffer'
import { basename, extname } from 'node:path'
import { AppError } from '../../../contract/errors.ts'
import { looksLikeGb18030 } from './gb18030.ts'
import { JsonTape } from './json-tape.ts'
import { readCsv } from './read-csv.ts'
import { readJsonArray, readJsonObject } from './read-json.ts'
import { readDocument, readJsonLines, readTextLines } from './read-lines.ts'
import { readParquet } from './read-parquet.ts'
import { openRegularFile } from './regular-file.ts'
import { type RowReader, startsWithBom } from './row-source.ts'

const rowFileTypes = ['jsonl', 'json', 'csv', 'parquet', 'text', 'document'] as const
export type RowFileType = (typeof rowFileTypes)[number]
export type FileType =
  | { readonly is: 'rows'; readonly type: RowFileType; readonly read: RowReader }
  | { readonly is: 'archive'; readonly type: 'zip' | 'tar' | 'gzip' }
  | { readonly is: 'unknown' }

const headBytes = 1024 * 1024
const rows = (type: RowFileType, read: RowReader): FileType => ({ is: 'rows', type, read })

/** Says how a file holds its rows: by its first bytes where they tell, else by its extension. */
export function fileTypeOf(path: string): FileType {
  const file = openRegularFile(path)
  const head = Buffer.alloc(Math.min(headBytes, Math.max(1, file.sizeBytes)))
  let filled = 0
  try {
    for (let count = -1; count !== 0 && filled < head.length; filled += count)
      count = file.read(head, filled, head.length - filled)
  } finally {
    file.close()
  }
  return typeOf(path, head.subarray(0, filled))
}

function typeOf(path: string, head: Buffer): FileType {
  const magic = head.toString('latin1', 0, 4)
  if (magic === 'PAR1') return rows('parquet', readParquet)
  if (magic === 'PK\x03\x04' || magic === 'PK\x05\x06') return { is: 'archive', type: 'zip' }
  if (head[0] === 0x1f && head[1] === 0x8b) return { is: 'archive', type: 'gzip' }
  if (head.toString('latin1', 257, 262) === 'ustar') return { is: 'archive', type: 'tar' }
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    throw new AppError('invalid_input', `${path} is written in UTF-16.`, {
      hint: 'Save it as UTF-8: every dataset is read as UTF-8.',
    })
  const extension = extname(path).toLowerCase()
  if (textExtensions.has(extension) && looksLikeGb18030(wholeCharacters(head)))
    throw new AppError('invalid_input', `${path} seems to be written in GB18030 or GBK, not in UTF-8.`, {
      hint: 'Convert it, and import what comes out: iconv -f GB18030 -t UTF-8 FILE > NEW. In Excel, save it as “CSV UTF-8”.',
    })
  switch (extension) {
    case '.csv':
    case '.tsv':
      return rows('csv', readCsv)
    case '.jsonl':
    case '.ndjson':
      return isDocument(head) ? jsonDocument(head) : rows('jsonl', readJsonLines)
    case '.json':
      return isJsonLines(head) ? rows('jsonl', readJsonLines) : jsonDocument(head)
    case '.txt':
    case '.text':
      return rows('text', readTextLines)
    case '.md':
    case '.markdown':
    case '.rst':
      return rows('document', readDocument)
    case '.parquet':
      throw new AppError('invalid_input', `${path} is not a Parquet file: it does not start with PAR1.`, {
        hint: 'It may be a Git LFS pointer or an interrupted download: get it again from its source.',
      })
    default:
      return { is: 'unknown' }
  }
}

const textExtensions: ReadonlySet<string> = new Set(
  '.csv .tsv .jsonl .ndjson .json .txt .text .md .markdown .rst'.split(' '),
)

/** Without the character that the end of the head may cut. */
function wholeCharacters(head: Buffer): Buffer {
  let end = head.length
  if (end === headBytes) while (end > 0 && (head[end - 1] ?? 0) >= 0x80) end -= 1
  return head.subarray(0, end)
}

const jsonDocument = (head: Buffer): FileType =>
  firstByte(head) === 0x5b ? rows('json', readJsonArray) : rows('json', readJsonObject)

/** A pretty-printed document under the name of JSON lines: its first line is a lone bracket. */
const isDocument = (head: Buffer): boolean => ['[', '{'].includes(firstLine(head).text.trim())

/** Whether the first line is a complete value and another line follows. */
function isJsonLines(head: Buffer): boolean {
  const { text, rest } = firstLine(head)
  if (rest.toString('latin1').trim() === '') return false
  const bytes = Buffer.from(text)
  return new JsonTape().read(bytes, 0, bytes.length)
}

function firstLine(head: Buffer): { text: string; rest: Buffer } {
  let start = startsWithBom(head, head.length) ? 3 : 0
  while (start < head.length && [0x20, 0x09, 0x0a, 0x0d].includes(head[start] ?? 0)) start += 1
  const end = head.indexOf(0x0a, start)
  if (end < 0) return { text: head.toString('utf8', start), rest: Buffer.alloc(0) }
  return { text: head.toString('utf8', start, end), rest: head.subarray(end) }
}

const firstByte = (head: Buffer): number => firstLine(head).text.charCodeAt(0)

/** `data.jsonl` for `data.jsonl.gz`: what a compressed file holds. */
export const withoutGz = (path: string): string => basename(path).replace(/\.gz$/i, '')

const splitNames = [
  ['train', /^(train|training)$/i],
  ['validation', /^(validation|valid|val|dev|eval)$/i],
  ['test', /^(test|testing)$/i],
] as const

/** The split that a path names by one of its words, as Hugging Face's datasets do; undefined for none. */
export function splitOf(relativePath: string): string | undefined {
  const words = relativePath.split(/[/\\._-]+/)
  return splitNames.find(([, pattern]) => words.some(word => pattern.test(word)))?.[0]
}
