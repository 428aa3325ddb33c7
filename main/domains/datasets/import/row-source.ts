import { Buffer, isUtf8 } from 'node:buffer'
import type { RowReason } from '../../../contract/dataset-rows.ts'
import type { RegularFile } from './regular-file.ts'

/** A longer row is reported and skipped without ever being held in memory as a whole. */
export const maxRowBytes = 16 * 1024 * 1024
export const blockBytes = 4 * 1024 * 1024
export const sampleBytes = 800

/** Where a row starts: the line from 1 (for Parquet: the row), and the offset in the file. */
export type Position = { readonly line: number; readonly byteOffset: number }

/** Receives the rows of a file as JSON text. Answers false when it wants no more. */
export type RowSink = {
  readonly row: (bytes: Buffer, start: number, end: number, at: Position) => boolean
  readonly bad: (
    at: Position & { readonly column?: number },
    reason: RowReason,
    message: string,
    sample: Buffer,
  ) => boolean
}

/** Awaited once per block of a file: reports progress, lets signals in, throws when the import was cancelled. */
export type Tick = (fileBytesDone: number) => Promise<void>

/** Reads the rows of one file in one way of writing them. */
export type RowReader = (file: RegularFile, sink: RowSink, tick: Tick) => Promise<void>

export const startsWithBom = (bytes: Buffer, filled: number): boolean =>
  filled >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf

/** A copy, since the buffer is filled anew. */
export const sampleOf = (bytes: Buffer, start: number, end: number): Buffer =>
  Buffer.from(bytes.subarray(start, Math.min(end, start + sampleBytes)))

export const tooLong = (length: number): string =>
  `the row has ${length} bytes; a row may have ${maxRowBytes} (${maxRowBytes / 1024 / 1024} MiB)`

/** The offset of the first byte in `[start, end)` that is not UTF-8, or -1. */
export function firstInvalidUtf8(bytes: Buffer, start: number, end: number): number {
  if (isUtf8(bytes.subarray(start, end))) return -1
  // Native code passes over what is whole; only the last few kilobytes are looked at character by character.
  let at = start
  const step = 4096
  while (at + step < end) {
    const cut = characterStart(bytes, at + step)
    if (!isUtf8(bytes.subarray(at, cut))) break
    at = cut
  }
  while (at < end) {
    const length = characterLength(bytes[at] ?? 0)
    if (length === 0 || at + length > end || !isUtf8(bytes.subarray(at, at + length))) return at
    at += length
  }
  return at
}

const characterLength = (first: number): number => {
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}

/** The start of the character that the byte at `middle` belongs to. */
const characterStart = (bytes: Buffer, middle: number): number => {
  let at = middle
  while (middle - at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1
  return at
}
