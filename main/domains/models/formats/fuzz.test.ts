import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { adapterFolder, f32, onnx, onnxWeight, safetensors, tinyGguf } from '../../../../tests/fixtures/make-models.ts'
import { AppError } from '../../../contract/errors.ts'
import { inspectModel, tensorsOf } from './inspect.ts'
import { type Json, parseStrictJson } from './strict-json.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-fuzz-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** What damage, transport and malice do to bytes: overwrite, insert, remove, cut, repeat. */
type Edit = readonly [kind: 'set' | 'insert' | 'remove' | 'cut' | 'number', at: number, bytes: Uint8Array]
const edit = (length: number): fc.Arbitrary<Edit> =>
  fc.tuple(
    fc.constantFrom('set', 'insert', 'remove', 'cut', 'number'),
    fc.nat(length - 1),
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc.constantFrom(...[0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 60n, 2n ** 63n, 2n ** 64n - 1n].map(bytesOf)),
    ),
  )
function bytesOf(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

function apply(original: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce((bytes, [kind, at, piece]) => {
    const before = bytes.subarray(0, at)
    if (kind === 'cut') return before
    if (kind === 'insert') return Buffer.concat([before, piece, bytes.subarray(at)])
    if (kind === 'remove') return Buffer.concat([before, bytes.subarray(at + piece.length)])
    const copy = Buffer.from(bytes)
    copy.set(piece.subarray(0, Math.max(0, copy.length - at)), Math.min(at, copy.length))
    return copy
  }, original)
}

const adapter = adapterFolder(join(root, 'adapter'))
const seeds: readonly {
  readonly name: string
  readonly bytes: Buffer
  readonly headerBytes: number
  readonly runs: number
}[] = [
  {
    name: 'm.safetensors',
    bytes: safetensors({ a: f32([2, 3]), b: f32([4]) }, { format: 'pt' }),
    headerBytes: 200,
    runs: 500,
  },
  { name: 'm.gguf', bytes: tinyGguf({ layers: 1 }), headerBytes: 9_000, runs: 300 },
  { name: 'm.onnx', bytes: onnx([onnxWeight(), onnxWeight('v', [2])]), headerBytes: 220, runs: 500 },
]

test.each(seeds)(
  'any damage to $name is an AppError or a consistent result',
  async ({ name, bytes, headerBytes, runs }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit(Math.min(headerBytes, bytes.length)), { minLength: 1, maxLength: 4 }),
        async edits => {
          const damaged = apply(bytes, edits)
          const path = join(root, name)
          writeFileSync(path, damaged)
          let readBytes = 0
          const onRead = (size: number) => {
            readBytes += size
          }
          try {
            const facts = await inspectModel(path, { onRead })
            if (facts.format === 'pickle') return
            const tensors = await tensorsOf(path)
            expect(tensors).toHaveLength(facts.tensorCount)
            expect(Number.isSafeInteger(facts.parameterCount)).toBe(true)
            expect(tensors.reduce((sum, tensor) => sum + tensor.sizeBytes, 0)).toBeLessThanOrEqual(damaged.length)
          } catch (error) {
            expect(error).toBeInstanceOf(AppError)
          }
          expect(readBytes).toBeLessThan(2 * damaged.length + 2_000_000)
        },
      ),
      { numRuns: runs },
    )
  },
)

test('any text for a config is an AppError or a result', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.uint8Array().map(bytes => Buffer.from(bytes)),
      ),
      async text => {
        writeFileSync(join(adapter, 'adapter_config.json'), text)
        try {
          await inspectModel(adapter)
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      },
    ),
    { numRuns: 150 },
  )
})

/** As JSON.parse gives it, so that both readers can be compared. */
const plain = (value: Json): unknown =>
  value instanceof Map
    ? Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]))
    : Array.isArray(value)
      ? value.map(item => plain(item))
      : typeof value === 'bigint'
        ? Number(value)
        : value

test('the strict JSON reader agrees with JSON.parse on everything that JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 5 }), value => {
      const text = JSON.stringify(value, null, 1)
      const read = plain(parseStrictJson(Buffer.from(text), 'x.json'))
      expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(text)))
    }),
    { numRuns: 500 },
  )
})

test('the strict JSON reader accepts nothing that JSON.parse refuses', () => {
  const soup = fc.array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      'a',
      '\\',
      '1',
      '-',
      '.',
      'e',
      'true',
      'null',
      ' ',
      '\\u00e9',
      '0',
    ),
    { maxLength: 14 },
  )
  fc.assert(
    fc.property(
      soup.map(parts => parts.join('')),
      text => {
        let isAccepted = true
        try {
          parseStrictJson(Buffer.from(text), 'x.json')
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
          isAccepted = false
        }
        if (isAccepted) expect(() => JSON.parse(text)).not.toThrow()
      },
    ),
    { numRuns: 1_500 },
  )
})
