import { ByteCursor } from './byte-cursor.ts'
import type { Reading } from './limits.ts'
import { fieldsOf, readVarint } from './protobuf.ts'
import { refuse, refuseSize } from './refuse.ts'
import { printable, type RegularFile } from './regular-file.ts'

export type OnnxTensor = {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly sizeBytes: number
  /** Where the bytes are when they are not in the file itself. */
  readonly external?:
    | { readonly location: string; readonly offset: number; readonly length: number | undefined }
    | undefined
}

export type OnnxHeader = {
  readonly operatorSets: Readonly<Record<string, number>>
  readonly producer: string | undefined
  /** Weights: the initialisers of the graph and of the graphs inside it. */
  readonly tensors: readonly OnnxTensor[]
  readonly operators: ReadonlySet<string>
}

/** Name and bits of an element by its number. Source: `TensorProto.DataType` in onnx.proto. */
const dataTypes = new Map<number, readonly [string, bigint]>([
  [1, ['FLOAT', 32n]],
  [2, ['UINT8', 8n]],
  [3, ['INT8', 8n]],
  [4, ['UINT16', 16n]],
  [5, ['INT16', 16n]],
  [6, ['INT32', 32n]],
  [7, ['INT64', 64n]],
  [8, ['STRING', 0n]],
  [9, ['BOOL', 8n]],
  [10, ['FLOAT16', 16n]],
  [11, ['DOUBLE', 64n]],
  [12, ['UINT32', 32n]],
  [13, ['UINT64', 64n]],
  [14, ['COMPLEX64', 64n]],
  [15, ['COMPLEX128', 128n]],
  [16, ['BFLOAT16', 16n]],
  [17, ['FLOAT8E4M3FN', 8n]],
  [18, ['FLOAT8E4M3FNUZ', 8n]],
  [19, ['FLOAT8E5M2', 8n]],
  [20, ['FLOAT8E5M2FNUZ', 8n]],
  [21, ['UINT4', 4n]],
  [22, ['INT4', 4n]],
  [23, ['FLOAT4E2M1', 4n]],
  [24, ['FLOAT8E8M0', 8n]],
  [25, ['UINT2', 2n]],
  [26, ['INT2', 2n]],
])

const maxTextBytes = 65_536
const maxRank = 64

/**
 * Walks an ONNX file without its weights: operator sets, operators, and every tensor with its shape and where its bytes
 * are, also those in attributes and nested graphs, which can name external files as well.
 */
export async function readOnnx(file: RegularFile, reading: Reading): Promise<OnnxHeader> {
  const walk = new OnnxWalk(file, reading)
  await walk.model()
  return walk.header()
}

/** Field numbers below are those of onnx.proto. */
class OnnxWalk {
  readonly #file: RegularFile
  readonly #reading: Reading
  readonly #cursor: ByteCursor
  readonly #operatorSets = new Map<string, number>()
  readonly #tensors: OnnxTensor[] = []
  readonly #operators = new Set<string>()
  #producer: string | undefined
  #hasGraph = false
  #fields = 0

  constructor(file: RegularFile, reading: Reading) {
    this.#file = file
    this.#reading = reading
    this.#cursor = new ByteCursor(file, reading, { windowBytes: 16_384 })
  }

  header(): OnnxHeader {
    return {
      operatorSets: Object.fromEntries(this.#operatorSets),
      producer: this.#producer,
      tensors: this.#tensors,
      operators: this.#operators,
    }
  }

  async model(): Promise<void> {
    for await (const field of this.#fieldsUntil(this.#file.sizeBytes)) {
      if (field.kind !== 'content') continue
      if (field.number === 2) this.#producer = printable(await this.#text(field.length))
      if (field.number === 7) {
        this.#hasGraph = true
        await this.#graph(field.end, 0)
      }
      if (field.number === 8) await this.#operatorSet(field.end)
      // Functions (25) hold nodes as graphs do, under another number; training info (20) holds graphs.
      if (field.number === 25) await this.#nodes(field.end, 7, 0)
      if (field.number === 20) await this.#graphsIn(field.end, [1, 2], 0)
    }
    if (!this.#hasGraph || this.#operatorSets.size === 0) {
      throw this.#bad('it has no graph or no operator set: this is not an ONNX model.')
    }
  }

  async #operatorSet(end: number): Promise<void> {
    let domain = ''
    let version = 0
    for await (const field of this.#fieldsUntil(end)) {
      if (field.number === 1 && field.kind === 'content') domain = printable(await this.#text(field.length))
      if (field.number === 2 && field.kind === 'number') version = Number(field.value)
    }
    if (!Number.isSafeInteger(version) || version < 1) throw this.#bad(`its operator set "${domain}" has no version.`)
    this.#operatorSets.set(domain, version)
  }

  async #graph(end: number, depth: number): Promise<void> {
    if (depth > this.#reading.limits.onnxDepth) {
      throw refuseSize(this.#file.name, `its graphs nest deeper than ${this.#reading.limits.onnxDepth} levels.`)
    }
    for await (const field of this.#fieldsUntil(end)) {
      if (field.kind !== 'content') continue
      if (field.number === 1) await this.#node(field.end, depth)
      if (field.number === 5) await this.#tensor(field.end, 'initializer')
      // A sparse initialiser: its values (1) and indices (2) are tensors.
      if (field.number === 15) await this.#sparse(field.end)
    }
  }

  async #sparse(end: number): Promise<void> {
    for await (const field of this.#fieldsUntil(end)) {
      if (field.kind !== 'content') continue
      if (field.number === 1) await this.#tensor(field.end, 'initializer')
      if (field.number === 2) await this.#tensor(field.end, 'constant')
    }
  }

  async #graphsIn(end: number, numbers: readonly number[], depth: number): Promise<void> {
    for await (const field of this.#fieldsUntil(end)) {
      if (field.kind === 'content' && numbers.includes(field.number)) await this.#graph(field.end, depth + 1)
    }
  }

  async #nodes(end: number, number: number, depth: number): Promise<void> {
    for await (const field of this.#fieldsUntil(end)) {
      if (field.kind === 'content' && field.number === number) await this.#node(field.end, depth)
    }
  }

  async #node(end: number, depth: number): Promise<void> {
    let operator = ''
    let domain = ''
    for await (const field of this.#fieldsUntil(end)) {
      if (field.kind !== 'content') continue
      if (field.number === 4) operator = await this.#text(field.length)
      if (field.number === 7) domain = await this.#text(field.length)
      if (field.number === 5) await this.#attribute(field.end, depth)
    }
    if (this.#operators.size < 10_000)
      this.#operators.add(printable(domain === '' ? operator : `${domain}.${operator}`))
  }

  async #attribute(end: number, depth: number): Promise<void> {
    for await (const field of this.#fieldsUntil(end)) {
      if (field.kind !== 'content') continue
      if (field.number === 5 || field.number === 10) await this.#tensor(field.end, 'constant')
      if (field.number === 6 || field.number === 11) await this.#graph(field.end, depth + 1)
      if (field.number === 22 || field.number === 23) await this.#sparse(field.end)
    }
  }

  /** A constant of a node is checked like a weight, but only listed when its bytes are in another file. */
  async #tensor(end: number, role: 'initializer' | 'constant'): Promise<void> {
    const dims: bigint[] = []
    const external = new Map<string, string>()
    let typeNumber = 0
    let name = ''
    let rawBytes: number | undefined
    let isExternal = false
    for await (const field of this.#fieldsUntil(end)) {
      if (field.number === 1 && field.kind === 'number') dims.push(field.value)
      if (field.number === 2 && field.kind === 'number') typeNumber = Number(field.value)
      if (field.number === 14 && field.kind === 'number') isExternal = field.value === 1n
      if (field.kind !== 'content') continue
      if (field.number === 1) {
        // Packed: the same numbers in one content.
        while (this.#cursor.position < field.end && dims.length <= maxRank) {
          dims.push(await readVarint(this.#cursor, field.end, this.#file.name))
        }
      }
      if (field.number === 8) name = await this.#text(field.length)
      if (field.number === 9) rawBytes = field.length
      if (field.number === 13) await this.#entry(field.end, external)
    }

    const bad = (reason: string) => this.#bad(`tensor "${printable(name)}" ${reason}`)
    const type = dataTypes.get(typeNumber)
    if (type === undefined) throw bad(`has the unknown type ${typeNumber}.`)
    const [dtype, bits] = type
    // A negative dimension arrives as a number above 2^63.
    if (dims.length > maxRank || dims.some(size => size > BigInt(Number.MAX_SAFE_INTEGER)))
      throw bad('has no valid shape.')
    const elements = dims.reduce((product, size) => product * size, 1n)
    const expected = (elements * bits + 7n) / 8n
    if (isExternal || external.size > 0) {
      if (dtype === 'STRING') throw bad('is text in another file, which ONNX does not allow.')
      if (expected > BigInt(Number.MAX_SAFE_INTEGER)) throw bad('has an impossible shape.')
    } else if (rawBytes !== undefined && rawBytes > 0 && BigInt(rawBytes) !== expected) {
      throw bad(`needs ${expected} bytes by its type and shape, but has ${rawBytes}.`)
    } else if (dtype !== 'STRING' && elements > BigInt(this.#file.sizeBytes) * 8n) {
      throw bad(`has ${elements} elements, more than the file can hold.`)
    }
    const isListed = role === 'initializer' || isExternal || external.size > 0
    if (!isListed) return
    if (this.#tensors.length >= this.#reading.limits.tensors) {
      throw refuseSize(this.#file.name, `it has more than ${this.#reading.limits.tensors} tensors.`)
    }
    this.#tensors.push({
      name,
      dtype,
      shape: dims.map(Number),
      sizeBytes: Number(expected),
      external: isExternal || external.size > 0 ? placeOf(external, bad) : undefined,
    })
  }

  async #entry(end: number, entries: Map<string, string>): Promise<void> {
    let key = ''
    let value = ''
    for await (const field of this.#fieldsUntil(end)) {
      if (field.number === 1 && field.kind === 'content') key = await this.#text(field.length)
      if (field.number === 2 && field.kind === 'content') value = await this.#text(field.length)
    }
    if (entries.has(key)) throw this.#bad(`the external data key "${printable(key)}" occurs twice.`)
    entries.set(key, value)
  }

  async *#fieldsUntil(end: number) {
    for await (const field of fieldsOf(this.#cursor, end, this.#file.name)) {
      if (++this.#fields > this.#reading.limits.onnxFields) {
        throw refuseSize(this.#file.name, `it has more than ${this.#reading.limits.onnxFields} fields.`)
      }
      if (this.#fields % 10_000 === 0) this.#reading.signal?.throwIfAborted()
      yield field
    }
  }

  async #text(length: number): Promise<string> {
    if (length > maxTextBytes) throw refuseSize(this.#file.name, `a name in it has ${length} bytes.`)
    await this.#cursor.fill(length)
    return this.#cursor.bytes(length).toString('utf8')
  }

  #bad(reason: string): Error {
    return refuse(this.#file.name, reason)
  }
}

function placeOf(entries: ReadonlyMap<string, string>, bad: (reason: string) => Error): OnnxTensor['external'] {
  const location = entries.get('location')
  if (location === undefined || location === '') throw bad('is in another file, but does not say which.')
  const number = (key: string): number | undefined => {
    const text = entries.get(key)
    if (text === undefined) return undefined
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (!Number.isSafeInteger(value)) throw bad(`has no valid ${key} in its other file.`)
    return value
  }
  return { location, offset: number('offset') ?? 0, length: number('length') }
}
