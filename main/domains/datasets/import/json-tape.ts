import { Buffer } from 'node:buffer'

/** What a value on the tape is. Strings with a backslash in them have their own kind, so that the rest skip decoding. */
export const Kind = { object: 1, array: 2, string: 3, escapedString: 4, number: 5, true: 6, false: 7, null: 8 } as const

const jsonFaults = ['invalid_json', 'duplicate_key', 'too_deep', 'too_many_values', 'lone_surrogate'] as const
export type JsonFault = (typeof jsonFaults)[number]

/** Deeper nesting than any conversation has; a bound on recursion here and in every later reader of the row. */
export const maxDepth = 64
/** More values in one row than this is a mistake or an attack; it bounds the memory of the tape. */
export const maxValues = 1_000_000

const quote = 0x22
const backslash = 0x5c
const failed = -1

/**
 * A strict JSON reader (RFC 8259) for one row at a time. It makes no objects: it notes, on a flat tape, what each value
 * is and where its bytes lie, so that text can be copied from source to result without decoding and encoding it. Unlike
 * `JSON.parse` it refuses duplicate keys, lone surrogates and deep nesting, and it can say at which byte it stopped.
 *
 * A value at index `i` covers the tape up to `next[i]`. The children of an object are key, value, key, value …; the
 * first is at `i + 1`. Strings cover the bytes between their quotes. The bytes must be valid UTF-8.
 *
 * `as number` in here: the compiler cannot know that an index into a typed array is in range; every loop checks its own.
 */
export class JsonTape {
  kinds = new Uint8Array(256)
  starts = new Int32Array(256)
  ends = new Int32Array(256)
  next = new Int32Array(256)
  bytes: Buffer = Buffer.alloc(0)
  /** Set for JSON that was found inside a string: its offsets are none of the file. */
  isNested = false

  fault: JsonFault = 'invalid_json'
  faultMessage = ''
  /** Offset into `bytes`. */
  faultAt = 0

  #count = 0
  #end = 0

  /** Reads the value in `bytes[start, end)` as entry 0. On `false`, `fault`, `faultMessage` and `faultAt` say why. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.bytes = bytes
    this.#end = end
    this.#count = 0
    const after = this.#value(this.#blank(start), 0)
    if (after === failed) return false
    const rest = this.#blank(after)
    return rest === end || this.#fail('invalid_json', 'there is more text after the value', rest) !== failed
  }

  isString(node: number): boolean {
    const kind = this.kinds[node]
    return kind === Kind.string || kind === Kind.escapedString
  }

  /** Whether a string is empty or only white space. */
  isBlank(node: number): boolean {
    const { bytes } = this
    const end = this.ends[node] as number
    for (let at = this.starts[node] as number; at < end; at += 1)
      if ((bytes[at] as number) > 0x20) return this.#trims(node)
    return true
  }

  /** The decoded text of a string. */
  text(node: number): string {
    const start = this.starts[node] as number
    const end = this.ends[node] as number
    const raw = this.bytes.toString('utf8', start, end)
    return this.kinds[node] === Kind.escapedString ? (JSON.parse(`"${raw}"`) as string) : raw
  }

  /** The bytes of any value as they stand in the source, quotes included. */
  raw(node: number): string {
    const outside = this.isString(node) ? 1 : 0
    return this.bytes.toString('utf8', (this.starts[node] as number) - outside, (this.ends[node] as number) + outside)
  }

  number(node: number): number {
    return Number(this.bytes.toString('latin1', this.starts[node] as number, this.ends[node] as number))
  }

  /** Whether a string equals a text that is given as its UTF-8 bytes. */
  equals(node: number, wanted: Buffer): boolean {
    if (this.kinds[node] === Kind.escapedString) return this.text(node) === wanted.toString()
    const start = this.starts[node] as number
    if ((this.ends[node] as number) - start !== wanted.length) return false
    const { bytes } = this
    for (let i = 0; i < wanted.length; i += 1) if (bytes[start + i] !== wanted[i]) return false
    return true
  }

  /** The value under a key of an object, or -1. */
  find(object: number, key: Buffer): number {
    const { next } = this
    const end = next[object] as number
    for (let at = object + 1; at < end; at = next[at + 1] as number) if (this.equals(at, key)) return at + 1
    return -1
  }

  /** Where a value starts in `bytes`, for reports; -1 where that would mislead. */
  place(node: number): number {
    return this.isNested ? -1 : (this.starts[node] as number)
  }

  /** The keys of an object, decoded. */
  keys(object: number): string[] {
    const keys: string[] = []
    for (let at = object + 1; at < (this.next[object] as number); at = this.next[at + 1] as number)
      keys.push(this.text(at))
    return keys
  }

  /** The indices of an array's items. */
  items(array: number): number[] {
    const items: number[] = []
    for (let at = array + 1; at < (this.next[array] as number); at = this.next[at] as number) items.push(at)
    return items
  }

  // Only strings that could hold Unicode spaces or escapes such as \n get here with nothing printable in sight.
  #trims(node: number): boolean {
    const start = this.starts[node] as number
    const first = this.bytes[start] as number
    if (first > 0x20 && first < 0x7f && first !== backslash) return false
    return this.text(node).trim() === ''
  }

  #fail(fault: JsonFault, message: string, at: number): -1 {
    this.fault = fault
    this.faultMessage = message
    this.faultAt = Math.min(at, this.#end)
    return failed
  }

  #blank(from: number): number {
    const { bytes } = this
    const end = this.#end
    let at = from
    while (at < end) {
      const c = bytes[at] as number
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break
      at += 1
    }
    return at
  }

  #push(kind: number, start: number, end: number): number {
    const index = this.#count
    if (index === this.kinds.length) this.#grow()
    this.kinds[index] = kind
    this.starts[index] = start
    this.ends[index] = end
    this.next[index] = index + 1
    this.#count = index + 1
    return index
  }

  #grow(): void {
    const size = this.kinds.length * 2
    const larger = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const copy = new Int32Array(size)
      copy.set(old)
      return copy
    }
    const kinds = new Uint8Array(size)
    kinds.set(this.kinds)
    this.kinds = kinds
    this.starts = larger(this.starts)
    this.ends = larger(this.ends)
    this.next = larger(this.next)
  }

  /** Reads one value that starts at `at`; answers the offset after it, or -1. */
  #value(at: number, depth: number): number {
    if (at >= this.#end) return this.#fail('invalid_json', 'the text ends before the value is complete', at)
    if (this.#count >= maxValues) return this.#fail('too_many_values', `more than ${maxValues} values in one row`, at)
    const c = this.bytes[at] as number
    switch (c) {
      case quote:
        return this.#string(at)
      case 0x7b:
        return this.#object(at, depth)
      case 0x5b:
        return this.#array(at, depth)
      case 0x74:
        return this.#word(at, 'true', Kind.true)
      case 0x66:
        return this.#word(at, 'false', Kind.false)
      case 0x6e:
        return this.#word(at, 'null', Kind.null)
      default:
        if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return this.#number(at)
        return this.#fail('invalid_json', `a value cannot start with ${shownByte(c)}`, at)
    }
  }

  #word(at: number, word: string, kind: number): number {
    for (let i = 0; i < word.length; i += 1)
      if (at + i >= this.#end || this.bytes[at + i] !== word.charCodeAt(i)) {
        // One letter in common says nothing: a line of prose may begin with n, and nobody meant null by it.
        return i > 1 || at + i >= this.#end
          ? this.#fail('invalid_json', `${word} is misspelt or cut off`, at + i)
          : this.#fail('invalid_json', `“${this.#letters(at)}” is no JSON value: text stands in double quotes`, at)
      }
    this.#push(kind, at, at + word.length)
    return at + word.length
  }

  /** The letters from there on, few enough for a message. */
  #letters(start: number): string {
    let at = start
    while (at < this.#end && at - start < 40 && /[a-z]/i.test(String.fromCharCode(this.bytes[at] as number))) at += 1
    return this.bytes.toString('latin1', start, at)
  }

  #number(start: number): number {
    const { bytes } = this
    const end = this.#end
    const digits = (from: number): number => {
      let at = from
      while (at < end && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at += 1
      return at
    }
    let at = bytes[start] === 0x2d ? start + 1 : start
    const whole = at
    at = digits(at)
    if (at === whole) return this.#fail('invalid_json', 'a number needs digits', at)
    if (bytes[whole] === 0x30 && at - whole > 1)
      return this.#fail('invalid_json', 'a number cannot start with 0', whole)
    if (at < end && bytes[at] === 0x2e) {
      const fraction = at + 1
      at = digits(fraction)
      if (at === fraction) return this.#fail('invalid_json', 'a number needs digits after its point', at)
    }
    if (at < end && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
      at += 1
      if (at < end && (bytes[at] === 0x2b || bytes[at] === 0x2d)) at += 1
      const exponent = at
      at = digits(exponent)
      if (at === exponent) return this.#fail('invalid_json', 'a number needs digits after its e', at)
    }
    this.#push(Kind.number, start, at)
    return at
  }

  #string(open: number): number {
    const { bytes } = this
    const end = this.#end
    let at = open + 1
    let kind: number = Kind.string
    while (at < end) {
      const c = bytes[at] as number
      if (c === quote) {
        this.#push(kind, open + 1, at)
        return at + 1
      }
      if (c === backslash) {
        kind = Kind.escapedString
        at = this.#escape(at)
        if (at === failed) return failed
      } else if (c < 0x20) return this.#fail('invalid_json', `${shownByte(c)} must be escaped inside a string`, at)
      else at += 1
    }
    return this.#fail('invalid_json', 'a string is never closed', open)
  }

  #escape(at: number): number {
    const c = at + 1 < this.#end ? (this.bytes[at + 1] as number) : 0
    switch (c) {
      case quote:
      case backslash:
      case 0x2f: // /
      case 0x62: // b
      case 0x66: // f
      case 0x6e: // n
      case 0x72: // r
      case 0x74: // t
        return at + 2
      case 0x75: {
        const unit = this.#hex(at + 2)
        if (unit === failed) return this.#fail('invalid_json', '\\u needs four hexadecimal digits', at)
        if (unit < 0xd800 || unit > 0xdfff) return at + 6
        const isHigh = unit <= 0xdbff && this.bytes[at + 6] === backslash && this.bytes[at + 7] === 0x75
        const low = isHigh ? this.#hex(at + 8) : failed
        if (low < 0xdc00 || low > 0xdfff)
          return this.#fail('lone_surrogate', 'half of a surrogate pair is no character', at)
        return at + 12
      }
      default:
        return this.#fail('invalid_json', 'a backslash must start a known escape', at)
    }
  }

  #hex(at: number): number {
    if (at + 4 > this.#end) return failed
    let value = 0
    for (let i = at; i < at + 4; i += 1) {
      const c = this.bytes[i] as number
      const digit =
        c >= 0x30 && c <= 0x39
          ? c - 0x30
          : c >= 0x61 && c <= 0x66
            ? c - 0x57
            : c >= 0x41 && c <= 0x46
              ? c - 0x37
              : failed
      if (digit === failed) return failed
      value = value * 16 + digit
    }
    return value
  }

  #array(open: number, depth: number): number {
    if (depth >= maxDepth) return this.#fail('too_deep', `nested deeper than ${maxDepth} levels`, open)
    const index = this.#push(Kind.array, open, open)
    let at = this.#blank(open + 1)
    if (this.bytes[at] === 0x5d && at < this.#end) return this.#close(index, at)
    for (;;) {
      at = this.#value(at, depth + 1)
      if (at === failed) return failed
      at = this.#blank(at)
      const c = at < this.#end ? this.bytes[at] : 0
      if (c === 0x5d) return this.#close(index, at)
      if (c !== 0x2c) return this.#fail('invalid_json', 'an array needs a comma or its end here', at)
      at = this.#blank(at + 1)
    }
  }

  #object(open: number, depth: number): number {
    if (depth >= maxDepth) return this.#fail('too_deep', `nested deeper than ${maxDepth} levels`, open)
    const index = this.#push(Kind.object, open, open)
    let at = this.#blank(open + 1)
    if (this.bytes[at] === 0x7d && at < this.#end) return this.#close(index, at)
    for (;;) {
      if (at >= this.#end || this.bytes[at] !== quote)
        return this.#fail('invalid_json', 'an object needs a key in double quotes here', at)
      at = this.#string(at)
      if (at === failed) return failed
      at = this.#blank(at)
      if (at >= this.#end || this.bytes[at] !== 0x3a) return this.#fail('invalid_json', 'a key needs a colon here', at)
      at = this.#value(this.#blank(at + 1), depth + 1)
      if (at === failed) return failed
      at = this.#blank(at)
      const c = at < this.#end ? this.bytes[at] : 0
      if (c === 0x7d) return this.#hasDuplicate(index) ? failed : this.#close(index, at)
      if (c !== 0x2c) return this.#fail('invalid_json', 'an object needs a comma or its end here', at)
      at = this.#blank(at + 1)
    }
  }

  #close(index: number, at: number): number {
    this.ends[index] = at + 1
    this.next[index] = this.#count
    return at + 1
  }

  #hasDuplicate(object: number): boolean {
    const { next, kinds } = this
    const end = this.#count
    let keys = 0
    let escaped = false
    for (let at = object + 1; at < end; at = next[at + 1] as number) {
      keys += 1
      escaped ||= kinds[at] === Kind.escapedString
    }
    if (keys < 2) return false
    // Comparing each with each is fastest for the few keys that rows have; a set keeps a row of 100,000 keys linear.
    if (keys > 16 || escaped) {
      const seen = new Set<string>()
      for (let at = object + 1; at < end; at = next[at + 1] as number) {
        const key = this.text(at)
        if (seen.has(key)) return this.#duplicate(at)
        seen.add(key)
      }
      return false
    }
    for (let at = next[object + 2] as number; at < end; at = next[at + 1] as number)
      for (let earlier = object + 1; earlier < at; earlier = next[earlier + 1] as number)
        if (this.#sameBytes(earlier, at)) return this.#duplicate(at)
    return false
  }

  #duplicate(key: number): true {
    const name = this.text(key).slice(0, 60)
    this.#fail(
      'duplicate_key',
      `the key ${JSON.stringify(name)} stands twice in one object`,
      (this.starts[key] as number) - 1,
    )
    return true
  }

  #sameBytes(a: number, b: number): boolean {
    const startA = this.starts[a] as number
    const startB = this.starts[b] as number
    const length = (this.ends[a] as number) - startA
    if (length !== (this.ends[b] as number) - startB) return false
    const { bytes } = this
    for (let i = 0; i < length; i += 1) if (bytes[startA + i] !== bytes[startB + i]) return false
    return true
  }
}

const shownByte = (byte: number): string =>
  byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `byte 0x${byte.toString(16).padStart(2, '0')}`
