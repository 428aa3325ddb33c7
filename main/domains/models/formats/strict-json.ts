import { refuse } from './refuse.ts'
import { printable } from './regular-file.ts'

/** JSON as it stands in a file: integers beyond 2^53 stay exact, objects are Maps (so that no key can mean anything else). */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject
export type JsonObject = ReadonlyMap<string, Json>

export type JsonRules = {
  /** Python's json writes `NaN` and `Infinity` into configs; the standard and safetensors have neither. */
  readonly allowNonFinite?: boolean
  /** Refuses `1.0`, `1e3` and `-0`, which readers of unsigned integers do not take. */
  readonly integersOnly?: boolean
}

/** Deeper nesting than any model's files have; it also bounds the recursion below. */
const maxDepth = 64
const maxIntegerDigits = 40

const numberPattern = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
const nonFinitePattern = /NaN|-?Infinity/y
const escapes = new Map(Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }))

/**
 * Reads JSON by RFC 8259 to the letter, and refuses duplicate keys, which two readers may understand differently
 * (`JSON.parse` keeps the last, others the first). Throws `invalid_input` with the place of the fault.
 */
export function parseStrictJson(bytes: Uint8Array, file: string, rules: JsonRules = {}): Json {
  const cursor = new JsonCursor(bytes, file, rules)
  const value = cursor.value()
  cursor.end()
  return value
}

/** As `parseStrictJson`, for files that hold one object. */
export function parseJsonObject(bytes: Uint8Array, file: string, rules: JsonRules = {}): JsonObject {
  const value = parseStrictJson(bytes, file, rules)
  if (!isJsonObject(value)) throw refuse(file, 'it must hold one JSON object.')
  return value
}

export const isJsonObject = (value: Json | undefined): value is JsonObject => value instanceof Map
export const isJsonArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

/** A reader that is moved step by step, for documents that are too large to be held as one value. */
export class JsonCursor {
  readonly #text: string
  readonly #file: string
  readonly #allowNonFinite: boolean
  readonly #integersOnly: boolean
  #at = 0

  constructor(bytes: Uint8Array, file: string, { allowNonFinite = false, integersOnly = false }: JsonRules = {}) {
    this.#file = file
    this.#allowNonFinite = allowNonFinite
    this.#integersOnly = integersOnly
    try {
      this.#text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch (cause) {
      throw Object.assign(refuse(file, 'its JSON is not valid UTF-8.'), { cause })
    }
  }

  /** Visits an object's members in order; `read` must take exactly one value for each key. */
  *keys(): Generator<string, void> {
    this.#expect('{')
    if (this.#accept('}')) return
    const seen = new Set<string>()
    do {
      this.#space()
      const key = this.string()
      if (seen.has(key)) throw this.#fault(`the key "${printable(key)}" occurs twice`)
      seen.add(key)
      this.#expect(':')
      yield key
    } while (this.#accept(','))
    this.#expect('}')
  }

  value(depth = 0): Json {
    if (depth > maxDepth) throw this.#fault(`it nests deeper than ${maxDepth} levels`)
    this.#space()
    const mark = this.#text[this.#at]
    if (mark === '{') return this.#object(depth)
    if (mark === '[') return this.#array(depth)
    if (mark === '"') return this.string()
    if (mark === 't') return this.#word('true', true)
    if (mark === 'f') return this.#word('false', false)
    if (mark === 'n') return this.#word('null', null)
    return this.#number()
  }

  string(): string {
    if (this.#text[this.#at] !== '"') throw this.#fault('a string is missing')
    const start = this.#at + 1
    let plain = start
    const parts: string[] = []
    for (let at = start; ; at++) {
      const unit = this.#text.charCodeAt(at)
      if (unit === 0x22) {
        this.#at = at + 1
        const last = this.#text.slice(plain, at)
        const whole = parts.length === 0 ? last : parts.join('') + last
        if (parts.length > 0 && !whole.isWellFormed()) throw this.#fault('a string holds half a character')
        return whole
      }
      if (Number.isNaN(unit)) throw this.#fault('a string does not end')
      if (unit < 0x20) throw this.#fault('a string holds a control character')
      if (unit !== 0x5c) continue
      parts.push(this.#text.slice(plain, at))
      this.#at = at
      const [piece, length] = this.#escape(at + 1)
      parts.push(piece)
      at += length
      plain = at + 1
    }
  }

  /** Nothing but white space may follow. */
  end(): void {
    this.#space()
    if (this.#at < this.#text.length) throw this.#fault('something follows after its end')
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, Json>()
    for (const key of this.keys()) members.set(key, this.value(depth + 1))
    return members
  }

  #array(depth: number): readonly Json[] {
    this.#at++
    const items: Json[] = []
    if (this.#accept(']')) return items
    do items.push(this.value(depth + 1))
    while (this.#accept(','))
    this.#expect(']')
    return items
  }

  #escape(at: number): readonly [string, number] {
    const mark = this.#text[at] ?? ''
    const simple = escapes.get(mark)
    if (simple !== undefined) return [simple, 1]
    const digits = this.#text.slice(at + 1, at + 5)
    if (mark !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#fault('a string holds an unknown escape')
    return [String.fromCharCode(Number.parseInt(digits, 16)), 5]
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#fault('a value is missing')
    this.#at += word.length
    return value
  }

  #number(): number | bigint {
    const nonFinite = this.#allowNonFinite ? this.#match(nonFinitePattern) : null
    if (nonFinite) return Number(nonFinite[0])
    const found = this.#match(numberPattern)
    if (!found) throw this.#fault('a value is missing')
    const [literal, fraction, exponent] = found
    if (this.#integersOnly && (literal === '-0' || fraction !== undefined || exponent !== undefined)) {
      throw this.#fault('an integer is written as a fraction')
    }
    if (fraction === undefined && exponent === undefined) {
      // The cap comes first: to parse a million digits takes seconds.
      if (literal.length > maxIntegerDigits) throw this.#fault('an integer has too many digits')
      const integer = Number(literal)
      return Number.isSafeInteger(integer) ? integer : BigInt(literal)
    }
    const value = Number(literal)
    if (!Number.isFinite(value)) throw this.#fault('a number is out of range')
    return value
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found) this.#at += found[0].length
    return found
  }

  #accept(mark: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== mark) return false
    this.#at++
    return true
  }

  #expect(mark: string): void {
    if (!this.#accept(mark)) throw this.#fault(`"${mark}" is missing`)
  }

  #space(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return
      this.#at++
    }
  }

  #fault(reason: string): Error {
    return refuse(this.#file, `its JSON is not valid: ${reason}, at character ${this.#at}.`)
  }
}
