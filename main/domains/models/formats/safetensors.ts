import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Tensor } from './facts.ts'
import type { Reading } from './limits.ts'
import { refuse, refuseSize } from './refuse.ts'
import { printable, type RegularFile } from './regular-file.ts'
import { isJsonArray, isJsonObject, type Json, JsonCursor } from './strict-json.ts'

/** Bits of one element. Source: `Dtype` in the reference implementation (huggingface/safetensors, tensor.rs). */
const bitsByDtype = new Map<string, bigint>([
  ['BOOL', 8n],
  ['F4', 4n],
  ['F6_E2M3', 6n],
  ['F6_E3M2', 6n],
  ['U8', 8n],
  ['I8', 8n],
  ['F8_E5M2', 8n],
  ['F8_E4M3', 8n],
  ['F8_E8M0', 8n],
  ['F8_E4M3FNUZ', 8n],
  ['F8_E5M2FNUZ', 8n],
  ['I16', 16n],
  ['U16', 16n],
  ['F16', 16n],
  ['BF16', 16n],
  ['I32', 32n],
  ['U32', 32n],
  ['F32', 32n],
  ['C64', 64n],
  ['F64', 64n],
  ['I64', 64n],
  ['U64', 64n],
])

const tensorKeys: ReadonlySet<string> = new Set(['dtype', 'shape', 'data_offsets'])
const maxRank = 64
/** How many tensors are parsed before other work gets its turn: some 10 ms. */
const tensorsPerTurn = 2_000

export type SafetensorsHeader = {
  readonly tensors: readonly Tensor[]
  readonly metadata: ReadonlyMap<string, string>
  readonly headerBytes: number
}

type Placed = Tensor & { readonly begin: bigint; readonly end: bigint }

/**
 * Reads the header of a safetensors file and accepts it only if the reference implementation would too: every tensor's
 * bytes are dtype × shape, and the tensors fill the rest of the file without overlap, gap or remainder.
 * Stricter than the reference in its limits and in refusing duplicate and unknown keys.
 */
export async function readSafetensors(file: RegularFile, { limits, signal }: Reading): Promise<SafetensorsHeader> {
  const bad = (reason: string, hint?: string) => refuse(file.name, reason, hint)
  if (file.sizeBytes < 10) throw bad(`it has ${file.sizeBytes} bytes; a safetensors file has at least 10.`)
  const start = await file.read(0, Math.min(file.sizeBytes, 40))
  refuseDisguise(start, bad)
  const claimed = start.readBigUInt64LE(0)
  if (claimed + 8n > BigInt(file.sizeBytes)) {
    throw bad(`its header claims ${claimed} bytes, but the file has ${file.sizeBytes}.`)
  }
  if (claimed > BigInt(limits.safetensorsHeaderBytes)) {
    throw refuseSize(file.name, `its header has ${claimed} bytes; at most ${limits.safetensorsHeaderBytes} are read.`)
  }
  if (start[8] !== 0x7b) throw bad('its header does not begin with "{": this is not a safetensors file.')
  const headerBytes = Number(claimed)

  const tensors: Placed[] = []
  let metadata: ReadonlyMap<string, string> = new Map()
  const cursor = new JsonCursor(await file.read(8, headerBytes), file.name, { integersOnly: true })
  for (const name of cursor.keys()) {
    if (name === '__metadata__') {
      metadata = metadataOf(cursor.value(), bad)
      continue
    }
    tensors.push(tensorOf(name, cursor.value(), file.name, bad))
    if (tensors.length > limits.tensors) throw refuseSize(file.name, `it has more than ${limits.tensors} tensors.`)
    if (tensors.length % tensorsPerTurn === 0) {
      await nextTurn()
      signal?.throwIfAborted()
    }
  }
  cursor.end()
  assertFilled(tensors, BigInt(file.sizeBytes - headerBytes - 8), bad)
  return { tensors: tensors.map(({ begin: _, end: __, ...tensor }) => tensor), metadata, headerBytes }
}

type Bad = (reason: string, hint?: string) => Error

/** Says what a file really is when it only carries the name of another format. */
function refuseDisguise(start: Buffer, bad: Bad): void {
  if (start.toString('latin1', 0, 40).startsWith('version https://git-lfs.github.com/spec/')) {
    throw bad('it is a Git LFS pointer, not the file itself.', 'Run `git lfs pull` in its folder, then try again.')
  }
  if (start.toString('latin1', 0, 4) === 'GGUF')
    throw bad('it is a GGUF file with another name.', 'Rename it to .gguf.')
  const isPickle = start[0] === 0x80 && (start[1] ?? 0) >= 2 && (start[1] ?? 9) <= 5
  if (isPickle || start.toString('latin1', 0, 4) === 'PK\x03\x04') {
    throw bad(
      'it is a Python pickle or archive under a safetensors name: it contains code.',
      'Do not load it anywhere. Get the model from a source that you trust.',
    )
  }
}

function metadataOf(value: Json, bad: Bad): ReadonlyMap<string, string> {
  if (!isJsonObject(value)) throw bad('its __metadata__ is not an object.')
  const metadata = new Map<string, string>()
  for (const [key, text] of value) {
    if (typeof text !== 'string') throw bad(`its __metadata__ "${printable(key)}" is not text.`)
    metadata.set(key, text)
  }
  return metadata
}

function tensorOf(name: string, value: Json, file: string, bad: Bad): Placed {
  // Called for a fault only: to make a name printable takes longer than to check its tensor.
  const label = () => `tensor "${printable(name)}"`
  if (!isJsonObject(value)) throw bad(`${label()} is not an object.`)
  for (const key of value.keys())
    if (!tensorKeys.has(key)) throw bad(`${label()} has the unknown key "${printable(key)}".`)
  const dtype = value.get('dtype')
  const bits = typeof dtype === 'string' ? bitsByDtype.get(dtype) : undefined
  if (typeof dtype !== 'string' || bits === undefined) {
    throw bad(`${label()} has no known dtype.`, 'The file is damaged, or its format is newer than this Slipway.')
  }
  const shape = unsignedList(value.get('shape'))
  if (shape === undefined || shape.length > maxRank) throw bad(`${label()} has no valid shape.`)
  const offsets = unsignedList(value.get('data_offsets'))
  const [begin, end] = offsets ?? []
  if (begin === undefined || end === undefined || offsets?.length !== 2 || end < begin) {
    throw bad(`${label()} has no valid data_offsets.`)
  }
  const elements = shape.reduce((product, size) => product * size, 1n)
  const sizeBits = elements * bits
  if (sizeBits % 8n !== 0n) throw bad(`${label()} does not fill whole bytes.`)
  if (sizeBits / 8n !== end - begin) {
    throw bad(`${label()} needs ${sizeBits / 8n} bytes by its dtype and shape, but its offsets give it ${end - begin}.`)
  }
  // A tensor without elements could hide a dimension beyond 2^53 here; no real one has it.
  if (shape.some(size => size > BigInt(Number.MAX_SAFE_INTEGER))) throw bad(`${label()} has an impossible shape.`)
  return { name, dtype, shape: shape.map(Number), sizeBytes: Number(end - begin), file, begin, end }
}

const maxU64 = 2n ** 64n - 1n

function unsignedList(value: Json | undefined): readonly bigint[] | undefined {
  if (!isJsonArray(value)) return undefined
  const numbers: bigint[] = []
  for (const item of value) {
    if (typeof item !== 'bigint' && !(typeof item === 'number' && Number.isInteger(item))) return undefined
    const size = BigInt(item)
    if (size < 0n || size > maxU64) return undefined
    numbers.push(size)
  }
  return numbers
}

function assertFilled(tensors: readonly Placed[], dataBytes: bigint, bad: Bad): void {
  const inOrder = tensors.toSorted((a, b) => compare(a.begin, b.begin) || compare(a.end, b.end))
  let filled = 0n
  for (const { name, begin, end } of inOrder) {
    const label = () => `tensor "${printable(name)}"`
    if (end > dataBytes) throw bad(`${label()} ends at data byte ${end}, but the file has only ${dataBytes}.`)
    if (begin < filled) throw bad(`${label()} overlaps another tensor.`)
    if (begin > filled) throw bad(`${begin - filled} bytes before ${label()} belong to no tensor.`)
    filled = end
  }
  if (filled < dataBytes) throw bad(`${dataBytes - filled} bytes at its end belong to no tensor.`)
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
