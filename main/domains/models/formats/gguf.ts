import { ByteCursor } from './byte-cursor.ts'
import type { Tensor } from './facts.ts'
import { ggmlTypes } from './ggml-types.ts'
import { type GgufValue, readArray, readString, readType, readValue } from './gguf-values.ts'
import type { Reading } from './limits.ts'
import { refuse, refuseSize, unsupported } from './refuse.ts'
import { printable, type RegularFile } from './regular-file.ts'

export type GgufHeader = {
  readonly version: number
  readonly values: ReadonlyMap<string, GgufValue>
  readonly tensors: readonly Tensor[]
  /** Byte of the file at which tensor data begins. */
  readonly dataOffset: number
}

// The limits of ggml itself: GGML_MAX_DIMS, GGML_MAX_NAME.
const maxDimensions = 4
const maxTensorNameBytes = 63
const maxKeyBytes = 65_535
/** Real files use 32, some 64 or a page; anything far above only serves to overflow a padding calculation. */
const maxAlignment = 65_536
const maxI64 = 2n ** 63n - 1n

/**
 * Reads the header of a GGUF file (versions 2 and 3) and accepts it only if llama.cpp's gguf.cpp would: unique keys and
 * tensor names, tensors that follow each other at the alignment, whole blocks, and every byte of them inside the file.
 * No count is believed before the rest of the file could hold it.
 */
export async function readGguf(file: RegularFile, reading: Reading): Promise<GgufHeader> {
  const { limits, signal } = reading
  const bad = (reason: string, hint?: string) => refuse(file.name, reason, hint)
  const cursor = new ByteCursor(file, reading, { maxPosition: limits.ggufHeaderBytes })
  await cursor.fill(Math.min(24, Math.max(file.sizeBytes, 1)))
  const version = readVersion(cursor, file)
  if (file.sizeBytes < 24) throw bad(`it ends at byte ${file.sizeBytes}, in the middle of its header.`)
  const tensorCount = cursor.u64()
  const keyCount = cursor.u64()

  // The smallest key: an 8-byte length, one letter, a type, one byte. The smallest tensor: length, letter, rank, type, offset.
  assertCount('keys', keyCount, 14n, limits.ggufKeys)
  assertCount('tensors', tensorCount, 25n, limits.tensors)
  function assertCount(what: string, count: bigint, itemBytes: bigint, limit: number): void {
    if (count * itemBytes > BigInt(file.sizeBytes)) {
      throw bad(`its header claims ${count} ${what}, more than its ${file.sizeBytes} bytes can hold.`)
    }
    if (count > BigInt(limit)) throw refuseSize(file.name, `it has ${count} ${what}; at most ${limit} are read.`)
  }

  const values = new Map<string, GgufValue>()
  for (let index = 0; index < Number(keyCount); index++) {
    const key = await readString(cursor, file, maxKeyBytes, 'a key')
    if (key === '') throw bad('one of its keys has no name.')
    if (values.has(key)) throw bad(`the key "${printable(key)}" occurs twice.`)
    const type = await readType(cursor, file, key)
    values.set(key, type === 'array' ? await readArray(cursor, file, key, reading) : await readValue(cursor, key, type))
    signal?.throwIfAborted()
  }

  const alignment = alignmentOf(values, bad)
  const placed: (Tensor & { readonly offset: bigint })[] = []
  const names = new Set<string>()
  for (let index = 0; index < Number(tensorCount); index++) {
    const tensor = await readTensor(cursor, file)
    if (names.has(tensor.name)) throw bad(`tensor "${printable(tensor.name)}" occurs twice.`)
    names.add(tensor.name)
    placed.push(tensor)
  }

  const dataOffset = Number(pad(BigInt(cursor.position), alignment))
  assertFilled(placed, BigInt(file.sizeBytes - dataOffset), alignment, bad)
  const tensors = placed.map(({ offset: _, ...tensor }) => tensor)
  return { version, values, tensors, dataOffset }
}

type Bad = (reason: string, hint?: string) => Error

function readVersion(cursor: ByteCursor, file: RegularFile): number {
  if (file.sizeBytes < 8 || cursor.bytes(4).toString('latin1') !== 'GGUF') {
    throw refuse(file.name, 'it does not begin with "GGUF": this is not a GGUF file, or its bytes were lost.')
  }
  const version = cursor.u32()
  if (version === 2 || version === 3) return version
  const why = 'Get a GGUF of version 3, or convert the model again with a current llama.cpp.'
  if ((version & 0xffff) === 0 && version !== 0) throw unsupported(file.name, 'it is a big-endian GGUF file.', why)
  throw unsupported(file.name, `it is a GGUF file of version ${version}; versions 2 and 3 can be read.`, why)
}

function alignmentOf(values: ReadonlyMap<string, GgufValue>, bad: Bad): bigint {
  const stated = values.get('general.alignment')
  if (stated === undefined) return 32n
  if (stated.type !== 'u32') throw bad('its general.alignment is not a 32-bit unsigned number.')
  const alignment = stated.value
  if (typeof alignment !== 'number' || alignment === 0 || (alignment & (alignment - 1)) !== 0) {
    throw bad(`its alignment ${alignment} is not a power of two.`)
  }
  if (alignment > maxAlignment) throw bad(`its alignment ${alignment} is above ${maxAlignment}.`)
  return BigInt(alignment)
}

async function readTensor(cursor: ByteCursor, file: RegularFile): Promise<Tensor & { readonly offset: bigint }> {
  const name = await readString(cursor, file, maxTensorNameBytes, 'a tensor name')
  const bad = (reason: string) => refuse(file.name, `tensor "${printable(name)}" ${reason}`)
  if (name === '') throw bad('has no name.')
  if (name.includes('\0')) throw bad('has a NUL in its name.')
  await cursor.fill(4)
  const rank = cursor.u32()
  if (rank > maxDimensions) throw bad(`has ${rank} dimensions; at most ${maxDimensions} are possible.`)
  await cursor.fill(rank * 8 + 12)
  const sizes = Array.from({ length: rank }, () => cursor.u64())
  // Zero is legal in the format, but every model loader asserts the opposite and takes the process down.
  if (sizes.some(size => size === 0n)) throw bad('has a dimension of 0.')
  const elements = sizes.reduce((product, size) => product * size, 1n)
  if (elements > maxI64) throw bad('has more elements than 2^63.')
  const typeNumber = cursor.u32()
  const type = ggmlTypes.get(typeNumber)
  if (type === undefined) throw bad(`has the unknown type ${typeNumber}.`)
  const perRow = sizes[0] ?? 1n
  if (perRow % BigInt(type.blockSize) !== 0n) {
    throw bad(
      `has ${perRow} elements per row, not a multiple of the ${type.blockSize} that ${type.name} packs together.`,
    )
  }
  const sizeBytes = (elements / BigInt(type.blockSize)) * BigInt(type.blockBytes)
  if (sizeBytes > BigInt(file.sizeBytes)) throw bad(`needs ${sizeBytes} bytes, but the file has ${file.sizeBytes}.`)
  return {
    name,
    dtype: type.name,
    shape: sizes.toReversed().map(Number),
    sizeBytes: Number(sizeBytes),
    file: file.name,
    offset: cursor.u64(),
  }
}

function assertFilled(
  tensors: readonly (Tensor & { readonly offset: bigint })[],
  dataBytes: bigint,
  alignment: bigint,
  bad: Bad,
): void {
  let filled = 0n
  for (const { name, offset, sizeBytes } of tensors) {
    const label = `tensor "${printable(name)}"`
    if (offset !== filled) throw bad(`${label} is at data byte ${offset}; it should be at ${filled}.`)
    const end = offset + BigInt(sizeBytes)
    if (end > dataBytes)
      throw bad(`${label} ends at data byte ${end}, but the file has only ${dataBytes < 0n ? 0n : dataBytes}.`)
    filled = pad(end, alignment)
  }
}

const pad = (size: bigint, alignment: bigint): bigint => ((size + alignment - 1n) / alignment) * alignment
