import { Buffer } from 'node:buffer'
import type { RowReason } from '../../../contract/dataset-rows.ts'
import { AppError } from '../../../contract/errors.ts'
import { firstInvalidUtf8, maxRowBytes, type RowReader, sampleOf, tooLong } from './row-source.ts'
import { Window } from './window.ts'

const quote = 0x22
const newline = 0x0a
const carriageReturn = 0x0d
const maxColumns = 10_000
/** A quote that is never closed makes the text behind it be read twice; this bounds what a hostile file can make of it. */
const maxRereadBytes = 512 * 1024 * 1024

/**
 * CSV and TSV by RFC 4180, with a header line. Each record becomes a JSON object of texts. A record that goes wrong is
 * reported, and reading goes on with the line after the one on which it began.
 */
export const readCsv: RowReader = async (file, sink, tick) => {
  const window = new Window(file, tick)
  await window.fill()
  const delimiter = sniffDelimiter(window)
  let columns: readonly string[] | undefined
  let rereadBytes = 0
  for (;;) {
    if (window.start === window.filled && !window.isEnd) await window.fill()
    if (window.start === window.filled) return
    const record = readRecord(window.buffer, window.start, window.filled, window.isEnd, delimiter)
    if (record.status === 'more' && window.filled - window.start <= maxRowBytes) {
      await window.fill()
      continue
    }
    const at = window.position()
    const fault = faultOf(window, record, columns)
    if (fault && !columns)
      throw new AppError('invalid_input', `The header of ${file.path} cannot be read: ${fault.message}.`, {
        hint: 'The first line must name every column once, in UTF-8.',
      })
    const sample = fault && sampleOf(window.buffer, window.start, record.end)
    if (fault && sample && !sink.bad({ ...at, ...fault }, fault.reason, fault.message, sample)) return
    if (!fault && !columns) columns = headerOf(file.path, record.fields)
    else if (!fault && columns) {
      const isBlank = record.fields.length === 1 && record.fields[0] === ''
      const json = Buffer.from(JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, record.fields[i]]))))
      if (!isBlank && !sink.row(json, 0, json.length, at)) return
    }
    if (record.status === 'ok') {
      window.start = record.end
      window.line += record.lines
      continue
    }
    rereadBytes += record.end - window.start
    if (rereadBytes > maxRereadBytes) {
      sink.bad(at, 'csv_quote', 'too many quotes are never closed: the rest was not read', Buffer.alloc(0))
      return
    }
    if (!(await window.nextLine())) return
  }
}

type Fault = { readonly reason: RowReason; readonly message: string; readonly column?: number }

function faultOf(window: Window, record: Record, columns: readonly string[] | undefined): Fault | undefined {
  const { buffer, start } = window
  if (record.status === 'more') return { reason: 'row_too_long', message: tooLong(record.end - start) }
  if (record.status === 'bad') return { reason: 'csv_quote', message: record.message, column: record.at - start + 1 }
  if (record.end - start > maxRowBytes) return { reason: 'row_too_long', message: tooLong(record.end - start) }
  const invalid = firstInvalidUtf8(buffer, start, record.end)
  if (invalid >= 0)
    return {
      reason: 'invalid_utf8',
      message: `byte ${window.fileOffset(invalid)} of the file is not UTF-8`,
      column: invalid - start + 1,
    }
  const isBlank = record.fields.length === 1 && record.fields[0] === ''
  if (columns && record.fields.length !== columns.length && !isBlank)
    return {
      reason: 'csv_columns',
      message: `the record has ${record.fields.length} fields, the header ${columns.length}`,
    }
  return undefined
}

function headerOf(path: string, fields: readonly string[]): readonly string[] {
  const columns = fields.map(name => name.trim())
  const twice = columns.find((name, index) => columns.indexOf(name) !== index)
  if (twice !== undefined || columns.length > maxColumns)
    throw new AppError(
      'invalid_input',
      twice === undefined ? `${path} has more than ${maxColumns} columns.` : `${path} has the column "${twice}" twice.`,
      { hint: 'The first line must name every column once.' },
    )
  return columns
}

/** The delimiter that the first line has most of: comma, tab, semicolon or bar. */
function sniffDelimiter({ buffer, start, filled }: Window): number {
  const counts = new Map([0x2c, 0x09, 0x3b, 0x7c].map(byte => [byte, 0]))
  for (let at = start; at < filled && buffer[at] !== newline; at += 1) {
    const count = counts.get(buffer[at] ?? 0)
    if (count !== undefined) counts.set(buffer[at] ?? 0, count + 1)
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

type Record = { readonly fields: readonly string[]; readonly end: number; readonly lines: number } & (
  | { readonly status: 'ok' }
  | { readonly status: 'more' }
  | { readonly status: 'bad'; readonly message: string; readonly at: number }
)

/** Cuts one record, with its line break, out of `bytes[start, filled)`. `more`: it does not end there. */
function readRecord(bytes: Buffer, start: number, filled: number, isEnd: boolean, delimiter: number): Record {
  const fields: string[] = []
  let lines = 0
  let at = start
  const text = (from: number, to: number) => bytes.toString('utf8', from, to)
  for (;;) {
    if (at < filled && bytes[at] === quote) {
      const open = at
      at += 1
      let hasQuotes = false
      for (;;) {
        const close = bytes.indexOf(quote, at)
        if (close < 0 || close >= filled) {
          if (isEnd) return { status: 'bad', message: 'a quote is never closed', at: open, fields, end: filled, lines }
          return { status: 'more', fields, end: filled, lines }
        }
        at = close + 1
        if (at === filled && !isEnd) return { status: 'more', fields, end: filled, lines }
        if (at >= filled || bytes[at] !== quote) break
        hasQuotes = true
        at += 1
      }
      const inside = text(open + 1, at - 1)
      for (let i = inside.indexOf('\n'); i >= 0; i = inside.indexOf('\n', i + 1)) lines += 1
      fields.push(hasQuotes ? inside.replaceAll('""', '"') : inside)
    } else {
      const from = at
      while (at < filled) {
        const byte = bytes[at]
        if (byte === delimiter || byte === newline || byte === carriageReturn) break
        at += 1
      }
      if (at === filled && !isEnd) return { status: 'more', fields, end: filled, lines }
      fields.push(text(from, at))
    }
    if (at >= filled) return { status: 'ok', fields, end: filled, lines: lines + 1 }
    const byte = bytes[at]
    if (byte === newline) return { status: 'ok', fields, end: at + 1, lines: lines + 1 }
    if (byte === carriageReturn) {
      if (at + 1 === filled && !isEnd) return { status: 'more', fields, end: filled, lines }
      if (bytes[at + 1] === newline && at + 1 < filled) return { status: 'ok', fields, end: at + 2, lines: lines + 1 }
      return { status: 'ok', fields, end: at + 1, lines: lines + 1 }
    }
    if (byte !== delimiter)
      return {
        status: 'bad',
        message: 'text follows a closing quote',
        at,
        fields,
        end: Math.min(at + 1, filled),
        lines,
      }
    at += 1
  }
}
