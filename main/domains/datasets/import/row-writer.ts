import { Buffer } from 'node:buffer'
import { writeSync } from 'node:fs'
import type { JsonTape } from './json-tape.ts'

const flushBytes = 4 * 1024 * 1024
/** Below this a loop is faster than a call into native code. */
const shortBytes = 48

/** Message fields beyond role and content. A column exists in the result only if some row has it. */
const optionalMessageFields = ['reasoning_content', 'name', 'tool_calls', 'tool_call_id', 'weight'] as const
export type OptionalMessageField = (typeof optionalMessageFields)[number]

/**
 * Builds canonical rows as JSON lines, copying text byte for byte from the source. A row that turns out to be bad
 * halfway is rolled back, so only whole rows ever reach the file.
 */
export class RowWriter {
  readonly used = new Set<OptionalMessageField | 'tools'>()
  rows = 0
  sizeBytes = 0
  longestRowBytes = 0

  readonly #fd: number
  #buffer: Buffer<ArrayBuffer> = Buffer.allocUnsafe(64 * 1024)
  #at = 0
  #rowStart = 0

  constructor(fd: number) {
    this.#fd = fd
  }

  /** Drops what was written of the current row. */
  rollback(): void {
    this.#at = this.#rowStart
  }

  /** The row that is being written, as text. */
  current(): string {
    return this.#buffer.toString('utf8', this.#rowStart, this.#at)
  }

  endRow(): void {
    this.#reserve(1)
    this.#buffer[this.#at] = 0x0a
    this.#at += 1
    const length = this.#at - this.#rowStart
    if (length > this.longestRowBytes) this.longestRowBytes = length
    this.sizeBytes += length
    this.rows += 1
    this.#rowStart = this.#at
    if (this.#at >= flushBytes) this.flush()
  }

  /** Hands all complete rows to the file. Throws the file system's error, such as ENOSPC. */
  flush(): void {
    for (let from = 0; from < this.#rowStart; ) from += writeSync(this.#fd, this.#buffer, from, this.#rowStart - from)
    this.#buffer.copyWithin(0, this.#rowStart, this.#at)
    this.#at -= this.#rowStart
    this.#rowStart = 0
  }

  /** ASCII of ours, such as `{"messages":[`. */
  ascii(text: string): void {
    this.#reserve(text.length)
    const buffer = this.#buffer
    let at = this.#at
    for (let i = 0; i < text.length; i += 1) {
      buffer[at] = text.charCodeAt(i)
      at += 1
    }
    this.#at = at
  }

  /** The inside of a string value, still escaped as in the source. */
  inside(tape: JsonTape, node: number): void {
    this.#copy(tape.bytes, tape.starts[node] as number, tape.ends[node] as number)
  }

  /** A string value with its quotes. */
  string(tape: JsonTape, node: number): void {
    this.#copy(tape.bytes, (tape.starts[node] as number) - 1, (tape.ends[node] as number) + 1)
  }

  /** A number, boolean or null as it stands. */
  scalar(tape: JsonTape, node: number): void {
    this.#copy(tape.bytes, tape.starts[node] as number, tape.ends[node] as number)
  }

  /** Any JSON value as a string that holds its JSON text: a column for shapes that differ from row to row. */
  jsonText(tape: JsonTape, node: number): void {
    const text = Buffer.from(JSON.stringify(tape.raw(node)))
    this.#copy(text, 0, text.length)
  }

  #copy(source: Buffer, start: number, end: number): void {
    const length = end - start
    this.#reserve(length)
    if (length > shortBytes) {
      source.copy(this.#buffer, this.#at, start, end)
      this.#at += length
      return
    }
    const buffer = this.#buffer
    let at = this.#at
    for (let i = start; i < end; i += 1) {
      buffer[at] = source[i] as number // inside the source by the tape's word
      at += 1
    }
    this.#at = at
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + length))
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }
}
