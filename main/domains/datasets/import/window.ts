import { Buffer } from 'node:buffer'
import type { RegularFile } from './regular-file.ts'
import { blockBytes, type Position, startsWithBom, type Tick } from './row-source.ts'

const newline = 0x0a

/** A part of a file in memory, `buffer[start, filled)`, that moves forward and grows only as far as one row needs. */
export class Window {
  buffer: Buffer<ArrayBuffer>
  start = 0
  filled = 0
  /** The line of `start`, from 1. Whoever moves `start` counts. */
  line = 1
  isEnd = false

  #base = 0
  readonly #file: RegularFile
  readonly #tick: Tick
  readonly #block: number

  constructor(file: RegularFile, tick: Tick) {
    this.#file = file
    this.#tick = tick
    this.#block = Math.min(blockBytes, file.sizeBytes + 1)
    this.buffer = Buffer.allocUnsafe(this.#block * 2)
  }

  position(): Position {
    return { line: this.line, byteOffset: this.#base + this.start }
  }

  /** Offset in the file of an index into the buffer. */
  fileOffset(index: number): number {
    return this.#base + index
  }

  /** Reads one more block behind what is there; what lies before `start` is let go. */
  async fill(): Promise<void> {
    const kept = this.filled - this.start
    if (this.buffer.length - kept < this.#block) {
      const larger = Buffer.allocUnsafe(this.buffer.length * 2)
      this.buffer.copy(larger, 0, this.start, this.filled)
      this.buffer = larger
    } else this.buffer.copyWithin(0, this.start, this.filled)
    this.#base += this.start
    this.start = 0
    const count = this.#file.read(this.buffer, kept, this.#block)
    this.filled = kept + count
    if (this.#base === 0 && kept === 0 && startsWithBom(this.buffer, count)) this.start = 3
    this.isEnd = count === 0
    await this.#tick(this.#base + this.filled)
  }

  /** Moves to the start of the next line, however far that is. False at the end of the file. */
  async nextLine(): Promise<boolean> {
    for (;;) {
      const found = this.buffer.indexOf(newline, this.start)
      if (found >= 0 && found < this.filled) {
        this.start = found + 1
        this.line += 1
        return true
      }
      this.start = this.filled
      if (this.isEnd) return false
      await this.fill()
    }
  }
}
