import type { Reading } from './limits.ts'
import { refuse, refuseSize } from './refuse.ts'
import type { RegularFile } from './regular-file.ts'

/**
 * Walks a little-endian file from front to back through a window, so that neither its size nor a claim in it decides how
 * much memory is taken. Every step is checked against the end of the file before anything is read.
 */
export class ByteCursor {
  readonly #file: RegularFile
  readonly #reading: Reading
  readonly #windowBytes: number
  readonly #limit: number
  #window: Buffer = Buffer.alloc(0)
  #windowAt = 0
  #at = 0

  /** `maxPosition`: a walk beyond it is refused as too large. */
  constructor(
    file: RegularFile,
    reading: Reading,
    { windowBytes = 262_144, maxPosition = Number.MAX_SAFE_INTEGER } = {},
  ) {
    this.#file = file
    this.#reading = reading
    this.#windowBytes = windowBytes
    this.#limit = maxPosition
  }

  get position(): number {
    return this.#at
  }

  get remaining(): number {
    return this.#file.sizeBytes - this.#at
  }

  /** True when the next `length` bytes can be taken without `fill`. */
  has(length: number): boolean {
    return this.#at >= this.#windowAt && this.#at + length <= this.#windowAt + this.#window.length
  }

  /** Reads so much that the next `length` bytes can be taken. */
  async fill(length: number): Promise<void> {
    if (this.has(length)) return
    if (length > this.remaining) {
      throw refuse(this.#file.name, `it ends at byte ${this.#file.sizeBytes}, in the middle of its header.`)
    }
    if (this.#at + length > this.#limit) throw this.#tooLarge()
    this.#reading.signal?.throwIfAborted()
    // No window reaches beyond the limit, so that `has` cannot let a walk pass it.
    const atMost = Math.min(this.remaining, this.#limit - this.#at)
    this.#window = await this.#file.read(this.#at, Math.min(atMost, Math.max(length, this.#windowBytes)))
    this.#windowAt = this.#at
  }

  /** Steps over bytes unread. */
  skip(length: number): void {
    if (length > this.remaining) {
      throw refuse(this.#file.name, `it claims ${length} bytes at byte ${this.#at}, but only ${this.remaining} follow.`)
    }
    if (this.#at + length > this.#limit) throw this.#tooLarge()
    this.#at += length
  }

  // What follows takes bytes that `fill` has made ready.

  bytes(length: number): Buffer {
    return this.#window.subarray(this.#take(length), this.#at - this.#windowAt)
  }
  /** The 64-bit length of what follows, which must fit into the rest of the file. No BigInt: vocabularies have half a million. */
  length(what: string): number {
    const at = this.#take(8)
    const length = this.#window.readUInt32LE(at) + this.#window.readUInt32LE(at + 4) * 2 ** 32
    if (length > this.remaining) {
      const claimed = this.#window.readBigUInt64LE(at)
      throw refuse(this.#file.name, `${what} claims ${claimed} bytes, but only ${this.remaining} follow.`)
    }
    return length
  }
  /** Bytes as text of as many characters, U+0000 to U+00FF: cheap to compare. */
  latin1(length: number): string {
    return this.bytes(length).toString('latin1')
  }
  u8 = (): number => this.#window.readUInt8(this.#take(1))
  i8 = (): number => this.#window.readInt8(this.#take(1))
  u16 = (): number => this.#window.readUInt16LE(this.#take(2))
  i16 = (): number => this.#window.readInt16LE(this.#take(2))
  u32 = (): number => this.#window.readUInt32LE(this.#take(4))
  i32 = (): number => this.#window.readInt32LE(this.#take(4))
  f32 = (): number => this.#window.readFloatLE(this.#take(4))
  u64 = (): bigint => this.#window.readBigUInt64LE(this.#take(8))
  i64 = (): bigint => this.#window.readBigInt64LE(this.#take(8))
  f64 = (): number => this.#window.readDoubleLE(this.#take(8))

  #take(length: number): number {
    const offset = this.#at - this.#windowAt
    this.#at += length
    return offset
  }

  #tooLarge(): Error {
    return refuseSize(this.#file.name, `its header is longer than ${this.#limit} bytes.`)
  }
}
