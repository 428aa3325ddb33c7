import type { ByteCursor } from './byte-cursor.ts'
import type { Reading } from './limits.ts'
import { refuse, refuseSize } from './refuse.ts'
import { printable, type RegularFile } from './regular-file.ts'

type ScalarType = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'bool' | 'string' | 'u64' | 'i64' | 'f64'

export type GgufScalar = {
  readonly type: ScalarType
  /** Integers beyond 2^53 stay bigint. Text longer than 1 MiB is not kept: undefined. */
  readonly value: number | bigint | boolean | string | undefined
}
export type GgufArray = {
  readonly type: 'array'
  readonly elementType: ScalarType
  readonly count: number
  /** Kept only for short arrays (per-layer sizes, labels): vocabularies are walked, not stored. */
  readonly items: readonly (number | bigint | boolean | string)[] | undefined
  /** Of `tokenizer.ggml.tokens` only. */
  readonly vocabulary: Vocabulary | undefined
}

/** What a walk over the tokens tells of them, without keeping them. */
export type Vocabulary = {
  /** The first token that occurs twice. */
  readonly repeated: string | undefined
  /** The first byte that has no token of its own, neither as `<0x0A>` nor as itself. */
  readonly missingByte: number | undefined
  readonly hasNewline: boolean
}
export type GgufValue = GgufScalar | GgufArray

// The numbers are the file's: `gguf_type` in gguf.h.
const typeNames = new Map<number, ScalarType | 'array'>([
  [0, 'u8'],
  [1, 'i8'],
  [2, 'u16'],
  [3, 'i16'],
  [4, 'u32'],
  [5, 'i32'],
  [6, 'f32'],
  [7, 'bool'],
  [8, 'string'],
  [9, 'array'],
  [10, 'u64'],
  [11, 'i64'],
  [12, 'f64'],
])

const sizes: Readonly<Record<Exclude<ScalarType, 'string'>, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  bool: 1,
  u64: 8,
  i64: 8,
  f64: 8,
}

const keptTextBytes = 2 ** 20
const keptItems = 1_024
const keptItemBytes = 65_536
const tokenBytes = 65_536

export async function readType(cursor: ByteCursor, file: RegularFile, key: string): Promise<ScalarType | 'array'> {
  await cursor.fill(4)
  const number = cursor.u32()
  const type = typeNames.get(number)
  if (type === undefined) throw refuse(file.name, `the key "${printable(key)}" has the unknown type ${number}.`)
  return type
}

export async function readValue(cursor: ByteCursor, key: string, type: ScalarType): Promise<GgufScalar> {
  if (type !== 'string') {
    await cursor.fill(sizes[type])
    return { type, value: scalar(cursor, type) }
  }
  const length = await readLength(cursor, `the text of "${printable(key)}"`)
  if (length > keptTextBytes) {
    cursor.skip(length)
    return { type, value: undefined }
  }
  await cursor.fill(length)
  return { type, value: cursor.bytes(length).toString('utf8') }
}

/** A text of at most `maxBytes`, in valid UTF-8: keys and tensor names, which are compared and shown. */
export async function readString(
  cursor: ByteCursor,
  file: RegularFile,
  maxBytes: number,
  what: string,
): Promise<string> {
  const length = await readLength(cursor, what)
  if (length > maxBytes) throw refuse(file.name, `${what} has ${length} bytes; at most ${maxBytes} are possible.`)
  await cursor.fill(length)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(cursor.bytes(length))
  } catch (cause) {
    throw Object.assign(refuse(file.name, `${what} is not valid UTF-8.`), { cause })
  }
}

export async function readArray(
  cursor: ByteCursor,
  file: RegularFile,
  key: string,
  reading: Reading,
): Promise<GgufArray> {
  const label = `the array "${printable(key)}"`
  const elementType = await readType(cursor, file, key)
  if (elementType === 'array') throw refuse(file.name, `${label} is nested, which no GGUF reader supports.`)
  await cursor.fill(8)
  const claimed = cursor.u64()
  const elementBytes = elementType === 'string' ? 8 : sizes[elementType]
  if (claimed * BigInt(elementBytes) > BigInt(cursor.remaining)) {
    throw refuse(
      file.name,
      `${label} claims ${claimed} items, more than the file's ${cursor.remaining} bytes can hold.`,
    )
  }
  const count = Number(claimed)
  const isKept = count <= keptItems
  if (elementType === 'string') {
    if (count > reading.limits.arrayStrings) {
      throw refuseSize(file.name, `${label} has ${count} texts; at most ${reading.limits.arrayStrings} are read.`)
    }
    const isVocabulary = key === 'tokenizer.ggml.tokens'
    const { items, vocabulary } = await readTexts(cursor, file, label, count, { isKept, isVocabulary })
    return { type: 'array', elementType, count, items, vocabulary }
  }
  if (!isKept) {
    cursor.skip(count * elementBytes)
    return { type: 'array', elementType, count, items: undefined, vocabulary: undefined }
  }
  await cursor.fill(count * elementBytes)
  const items = Array.from({ length: count }, () => scalar(cursor, elementType))
  return { type: 'array', elementType, count, items, vocabulary: undefined }
}

async function readTexts(
  cursor: ByteCursor,
  file: RegularFile,
  label: string,
  count: number,
  { isKept, isVocabulary }: { readonly isKept: boolean; readonly isVocabulary: boolean },
): Promise<Pick<GgufArray, 'items' | 'vocabulary'>> {
  const items: string[] = []
  const seen = new Set<string>()
  let repeated: string | undefined
  let keptBytes = 0
  for (let index = 0; index < count; index++) {
    // Asked before each wait: half a million awaits would take longer than the bytes.
    if (!cursor.has(8)) await cursor.fill(8)
    const length = cursor.length(label)
    const isItem = isKept && keptBytes + length <= keptItemBytes
    if (isVocabulary && length > tokenBytes) throw refuse(file.name, `${label} has a token of ${length} bytes.`)
    if (!isVocabulary && !isItem) {
      cursor.skip(length)
      continue
    }
    if (!cursor.has(length)) await cursor.fill(length)
    const text = cursor.latin1(length)
    keptBytes += length
    if (isItem) items.push(utf8Of(text))
    if (!isVocabulary) continue
    const token = asLlamaReads(text, index)
    if (seen.has(token)) repeated ??= utf8Of(text)
    else seen.add(token)
  }
  return {
    items: items.length === count ? items : undefined,
    vocabulary: isVocabulary
      ? { repeated, missingByte: missingByte(seen), hasNewline: seen.has('\n') || seen.has('\\n') }
      : undefined,
  }
}

const utf8Of = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8')

/** Bytes that UTF-8 never has need no token. */
const needed = (byte: number): boolean => byte < 0xc0 || (byte > 0xc1 && byte < 0xf5)

function missingByte(tokens: ReadonlySet<string>): number | undefined {
  for (let byte = 0; byte < 256; byte++) {
    const name = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
    if (needed(byte) && !tokens.has(name) && !tokens.has(String.fromCharCode(byte))) return byte
  }
  return undefined
}

/** llama.cpp takes a token as a C string, up to its first NUL, and gives an empty one a name of its own. */
function asLlamaReads(text: string, index: number): string {
  const end = text.indexOf('\0')
  return (end === -1 ? text : text.slice(0, end)) || `[EMPTY_${index}]`
}

async function readLength(cursor: ByteCursor, what: string): Promise<number> {
  await cursor.fill(8)
  return cursor.length(what)
}

function scalar(cursor: ByteCursor, type: Exclude<ScalarType, 'string'>): number | bigint | boolean {
  if (type === 'bool') return cursor.u8() !== 0
  const value = cursor[type]()
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
}
