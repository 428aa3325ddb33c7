import { Buffer, isUtf8 } from 'node:buffer'
import type { RegularFile } from './regular-file.ts'
import {
  blockBytes,
  firstInvalidUtf8,
  maxRowBytes,
  type Position,
  type RowReader,
  type RowSink,
  sampleBytes,
  sampleOf,
  startsWithBom,
  type Tick,
  tooLong,
} from './row-source.ts'

const newline = 0x0a

/** JSON lines: one JSON value per line, blank lines allowed. */
export const readJsonLines: RowReader = (file, sink, tick) =>
  readLines(file, sink, tick, (bytes, start, end, at) => sink.row(bytes, start, end, at))

/** Plain text: one row per line that is not blank. */
export const readTextLines: RowReader = (file, sink, tick) =>
  readLines(file, sink, tick, (bytes, start, end, at) => {
    const stop = bytes[end - 1] === 0x0d ? end - 1 : end
    const json = Buffer.from(JSON.stringify(bytes.toString('utf8', start, stop)))
    return sink.row(json, 0, json.length, at)
  })

/** Plain text: the whole file is one row. */
export const readDocument: RowReader = async (file, sink, tick) => {
  const at = { line: 1, byteOffset: 0 }
  if (file.sizeBytes > maxRowBytes) {
    const head = Buffer.alloc(sampleBytes)
    await drain(file, tick, head)
    sink.bad(at, 'row_too_long', tooLong(file.sizeBytes), head)
    return
  }
  const bytes = Buffer.alloc(file.sizeBytes)
  let filled = 0
  for (let count = -1; count !== 0 && filled < bytes.length; filled += count) {
    count = file.read(bytes, filled, bytes.length - filled)
    await tick(filled + count)
  }
  const invalid = firstInvalidUtf8(bytes, 0, filled)
  if (invalid >= 0) {
    sink.bad(at, 'invalid_utf8', `byte ${invalid} is not UTF-8`, bytes.subarray(0, sampleBytes))
    return
  }
  const start = startsWithBom(bytes, filled) ? 3 : 0
  const json = Buffer.from(JSON.stringify(bytes.toString('utf8', start, filled)))
  sink.row(json, 0, json.length, at)
}

type OnLine = (bytes: Buffer, start: number, end: number, at: Position) => boolean

/** Splits a file into lines within bounded memory and hands on those that are valid UTF-8 and not blank. */
async function readLines(file: RegularFile, sink: RowSink, tick: Tick, onLine: OnLine): Promise<void> {
  // Small files take small buffers: a folder may hold thousands of them.
  const block = Math.min(blockBytes, file.sizeBytes + 1)
  const buffer = Buffer.allocUnsafe(block + Math.min(maxRowBytes, file.sizeBytes) + 1)
  let base = 0 // offset in the file of the buffer's first byte
  let carried = 0
  let line = 1
  let tooLongFrom: { at: Position; sample: Buffer } | undefined
  for (;;) {
    const count = file.read(buffer, carried, block)
    const filled = carried + count
    const isEnd = count === 0
    const lastNewline = filled === 0 ? -1 : buffer.lastIndexOf(newline, filled - 1)
    // At the end of the file, what is left counts as a line without its break.
    const complete = isEnd ? filled : lastNewline + 1
    const isValid = isUtf8(buffer.subarray(0, complete))
    let start = base === 0 && startsWithBom(buffer, filled) ? 3 : 0
    while (start < complete) {
      const found = buffer.indexOf(newline, start)
      const end = found < 0 || found >= complete ? complete : found
      const at = { line, byteOffset: base + start }
      if (tooLongFrom) {
        const length = base + end - tooLongFrom.at.byteOffset
        if (!sink.bad(tooLongFrom.at, 'row_too_long', tooLong(length), tooLongFrom.sample)) return
        tooLongFrom = undefined
      } else if (end - start > maxRowBytes) {
        if (!sink.bad(at, 'row_too_long', tooLong(end - start), sampleOf(buffer, start, end))) return
      } else if (!isBlankLine(buffer, start, end)) {
        const invalid = isValid ? -1 : firstInvalidUtf8(buffer, start, end)
        const goOn =
          invalid < 0
            ? onLine(buffer, start, end, at)
            : sink.bad(
                { ...at, column: invalid - start + 1 },
                'invalid_utf8',
                `byte ${base + invalid} of the file (0x${(buffer[invalid] ?? 0).toString(16)}) is not UTF-8`,
                sampleOf(buffer, start, end),
              )
        if (!goOn) return
      }
      line += 1
      start = end + 1
    }
    if (isEnd) {
      if (tooLongFrom)
        sink.bad(tooLongFrom.at, 'row_too_long', tooLong(base + filled - tooLongFrom.at.byteOffset), tooLongFrom.sample)
      return
    }
    const rest = filled - complete
    if (rest > maxRowBytes || tooLongFrom) {
      // No line break in more bytes than a row may have: remember where it began, and let the bytes go.
      tooLongFrom ??= { at: { line, byteOffset: base + complete }, sample: sampleOf(buffer, complete, filled) }
      carried = 0
      base += filled
    } else {
      buffer.copyWithin(0, complete, filled)
      carried = rest
      base += complete
    }
    await tick(base + carried)
  }
}

function isBlankLine(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false
  }
  return true
}

async function drain(file: RegularFile, tick: Tick, head: Buffer): Promise<void> {
  const block = Buffer.allocUnsafe(blockBytes)
  for (let done = 0; ; ) {
    const count = file.read(block, 0, blockBytes)
    if (count === 0) return
    if (done === 0) block.copy(head)
    done += count
    await tick(done)
  }
}
