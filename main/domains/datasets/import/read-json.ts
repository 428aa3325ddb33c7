import { Buffer } from 'node:buffer'
import { AppError } from '../../../contract/errors.ts'
import {
  firstInvalidUtf8,
  maxRowBytes,
  type RowReader,
  type RowSink,
  sampleOf,
  startsWithBom,
  tooLong,
} from './row-source.ts'
import { Window } from './window.ts'

/** An object of columns has to be held as a whole before its first row is known. */
const maxObjectBytes = 64 * 1024 * 1024

/** A row that is never closed makes the text behind it be read twice; this bounds what a hostile file can make of it. */
const maxRereadBytes = 512 * 1024 * 1024

const quote = 0x22
const backslash = 0x5c
const newline = 0x0a
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const opens = (byte: number): boolean => byte === 0x7b || byte === 0x5b
const closes = (byte: number): boolean => byte === 0x7d || byte === 0x5d

/**
 * A JSON array of rows, of any length, within bounded memory: items are cut out by their brackets and read one by one.
 * A damaged item can hide where the next begins; reading goes on at the next line that is indented like the first item
 * and opens a bracket, or else ends with a report.
 */
export const readJsonArray: RowReader = async (file, sink, tick) => {
  const window = new Window(file, tick)
  await window.fill()
  if (!(await skipBlanks(window)) || window.buffer[window.start] !== 0x5b) return
  window.start += 1
  let indent: number | undefined
  let needsComma = false
  let rereadBytes = 0
  for (;;) {
    const firstLine = window.line
    const next = await skipBlanks(window)
    if (!next) {
      sink.bad(window.position(), 'invalid_json', 'the array is never closed', Buffer.alloc(0))
      return
    }
    const byte = window.buffer[window.start] ?? 0
    if (byte === 0x5d) return
    if (byte === 0x2c && needsComma) {
      window.start += 1
      needsComma = false
      continue
    }
    if (indent === undefined && window.line > firstLine) indent = next.column

    const item = await wholeItem(window, needsComma, indent ?? 0)
    const at = window.position()
    const { buffer, start } = window
    const sample = () => sampleOf(buffer, start, item.end)
    if (item.fault === undefined) {
      const invalid = firstInvalidUtf8(buffer, start, item.end)
      const message = `byte ${window.fileOffset(invalid)} of the file is not UTF-8`
      const goOn = invalid < 0 ? sink.row(buffer, start, item.end, at) : sink.bad(at, 'invalid_utf8', message, sample())
      if (!goOn) return
      window.start = item.end
      window.line += item.lines
      needsComma = true
      continue
    }
    if (!sink.bad(at, item.fault.reason, item.fault.message, sample())) return
    rereadBytes += item.end - start
    if (rereadBytes > maxRereadBytes) {
      sink.bad(at, 'invalid_json', 'too many rows are never closed: the rest was not read', Buffer.alloc(0))
      return
    }
    if (indent === undefined || !(await nextItem(window, indent))) return
    needsComma = false
  }
}

type Fault = { readonly reason: 'invalid_json' | 'row_too_long'; readonly message: string }
type Item = { readonly end: number; readonly lines: number; readonly fault?: Fault }

/** Finds the end of the item at the window's start; reads on until all of it is there. */
async function wholeItem(window: Window, needsComma: boolean, indent: number): Promise<Item> {
  const bad = (reason: Fault['reason'], message: string): Item => ({
    end: window.filled,
    lines: 0,
    fault: { reason, message },
  })
  if (needsComma) return bad('invalid_json', 'a comma is missing between two rows')
  for (;;) {
    const item = itemEnd(window.buffer, window.start, window.filled, indent)
    const length = (item ? item.end : window.filled) - window.start
    if (length > maxRowBytes) return bad('row_too_long', tooLong(length))
    if (item) return item
    if (window.isEnd) return bad('invalid_json', 'the file ends inside this row')
    await window.fill()
  }
}

function itemEnd(bytes: Buffer, start: number, filled: number, indent: number): Item | undefined {
  let depth = 0
  let lines = 0
  for (let at = start; at < filled; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === quote) {
      for (at += 1; at < filled && bytes[at] !== quote; at += bytes[at] === backslash ? 2 : 1)
        if (bytes[at] === newline)
          return { end: at, lines, fault: { reason: 'invalid_json', message: 'a string is not closed on its line' } }
      if (at >= filled) return undefined
      if (depth === 0) return { end: at + 1, lines }
    } else if (opens(byte)) depth += 1
    else if (closes(byte)) {
      depth -= 1
      if (depth <= 0) return { end: depth < 0 ? at : at + 1, lines }
    } else if (depth === 0 && (byte === 0x2c || isBlank(byte))) return { end: at, lines }
    else if (byte === newline) {
      lines += 1
      // Indented like the rows, a bracket opens the next row: this one was never closed.
      const next = at + 1 + indent
      if (indent > 0 && next < filled && opens(bytes[next] ?? 0) && bytes.subarray(at + 1, next).every(isBlank))
        return {
          end: at,
          lines,
          fault: { reason: 'invalid_json', message: 'the row is not closed before the next one' },
        }
    }
  }
  return undefined
}

/** Moves to the next byte that is not blank; tells its column, or undefined at the end of the file. */
async function skipBlanks(window: Window): Promise<{ readonly column: number } | undefined> {
  let column = 0
  for (;;) {
    while (window.start < window.filled) {
      const byte = window.buffer[window.start] ?? 0
      if (!isBlank(byte)) return { column }
      column = byte === newline ? 0 : column + 1
      if (byte === newline) window.line += 1
      window.start += 1
    }
    if (window.isEnd) return undefined
    await window.fill()
  }
}

/** Goes to the next line that opens a bracket at the indentation of the items, or that closes the array. */
async function nextItem(window: Window, indent: number): Promise<boolean> {
  while (await window.nextLine()) {
    while (window.filled - window.start <= indent && !window.isEnd) await window.fill()
    const first = window.buffer[window.start + indent] ?? 0
    const isIndented = window.buffer.subarray(window.start, window.start + indent).every(isBlank)
    if (window.start + indent < window.filled && isIndented && (opens(first) || first === 0x5d)) return true
  }
  return false
}

/**
 * A JSON object: columns (`{"prompt": […], "response": […]}`), rows under one key (`{"data": [{…}]}`), or a single row.
 */
export const readJsonObject: RowReader = async (file, sink, tick) => {
  if (file.sizeBytes > maxObjectBytes)
    throw new AppError('too_large', `${file.path} is one JSON object of ${file.sizeBytes} bytes.`, {
      hint: 'Write it as JSON lines (one row per line): those are read at any size.',
    })
  const bytes = Buffer.alloc(file.sizeBytes)
  let filled = 0
  for (let count = -1; count !== 0 && filled < bytes.length; filled += count) {
    count = file.read(bytes, filled, bytes.length - filled)
    await tick(filled + count)
  }
  const start = startsWithBom(bytes, filled) ? 3 : 0
  const at = { line: 1, byteOffset: start }
  const invalid = firstInvalidUtf8(bytes, start, filled)
  if (invalid >= 0) {
    sink.bad(
      { ...at, column: invalid + 1 },
      'invalid_utf8',
      `byte ${invalid} of the file is not UTF-8`,
      sampleOf(bytes, 0, filled),
    )
    return
  }
  let document: unknown
  try {
    document = JSON.parse(bytes.toString('utf8', start, filled))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    sink.bad(at, 'invalid_json', error.message.slice(0, 300), sampleOf(bytes, start, filled))
    return
  }
  const rows = rowsOf(document)
  if (rows === undefined) sink.row(bytes, start, filled, at)
  else emitRows(rows, sink)
}

function rowsOf(document: unknown): Iterable<unknown> | undefined {
  if (typeof document !== 'object' || document === null) return undefined
  const entries = Object.entries(document)
  const lists = entries.filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  const lengths = new Set(lists.map(([, list]) => list.length))
  const [only] = lists
  if (lists.length === entries.length && lists.length > 1 && lengths.size === 1) return columnsToRows(lists)
  const holdsRows = only?.[1].every(item => typeof item === 'object' && item !== null) ?? false
  const isMessage = only?.[1].some(
    item => typeof item === 'object' && item !== null && ('role' in item || 'from' in item),
  )
  if (lists.length === 1 && only && only[1].length > 0 && holdsRows && !isMessage) return only[1]
  return lists.length === entries.length && lists.length === 1 && !isMessage ? columnsToRows(lists) : undefined
}

function* columnsToRows(columns: readonly (readonly [string, readonly unknown[]])[]): Iterable<unknown> {
  const length = columns[0]?.[1].length ?? 0
  // Entries, not assignments: a column may be called __proto__.
  for (let row = 0; row < length; row += 1) yield Object.fromEntries(columns.map(([name, list]) => [name, list[row]]))
}

function emitRows(rows: Iterable<unknown>, sink: RowSink): void {
  let line = 0
  for (const row of rows) {
    line += 1
    const at = { line, byteOffset: 0 }
    let text: string
    try {
      text = JSON.stringify(row) ?? 'null'
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      if (!sink.bad(at, 'too_deep', 'the row is nested too deeply', Buffer.alloc(0))) return
      continue
    }
    const json = Buffer.from(text)
    if (!sink.row(json, 0, json.length, at)) return
  }
}
