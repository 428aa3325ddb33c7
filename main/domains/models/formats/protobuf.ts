import type { ByteCursor } from './byte-cursor.ts'
import { refuse } from './refuse.ts'

/** One field of a protobuf message. Its content, if it has `length`, lies at the cursor and ends at `end`. */
export type Field =
  | { readonly number: number; readonly kind: 'number'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'content'; readonly length: number; readonly end: number }
  | { readonly number: number; readonly kind: 'fixed' }

/**
 * Walks the fields of the message that ends at `end`. What the visitor leaves of a content is stepped over unread.
 * Source: protobuf.dev/programming-guides/encoding. Groups are refused: no schema that we read has them.
 */
export async function* fieldsOf(cursor: ByteCursor, end: number, file: string): AsyncGenerator<Field, void> {
  while (cursor.position < end) {
    const tag = await readVarint(cursor, end, file)
    const number = Number(tag >> 3n)
    const wire = Number(tag & 7n)
    if (number < 1 || number > 536_870_911) throw refuse(file, `it has an impossible field at byte ${cursor.position}.`)
    if (wire === 0) {
      yield { number, kind: 'number', value: await readVarint(cursor, end, file) }
    } else if (wire === 2) {
      const length = await readVarint(cursor, end, file)
      if (length > BigInt(end - cursor.position)) {
        throw refuse(
          file,
          `a field claims ${length} bytes at byte ${cursor.position}, but only ${end - cursor.position} follow.`,
        )
      }
      const contentEnd = cursor.position + Number(length)
      yield { number, kind: 'content', length: Number(length), end: contentEnd }
      cursor.skip(contentEnd - cursor.position)
    } else if (wire === 1 || wire === 5) {
      const length = wire === 1 ? 8 : 4
      if (length > end - cursor.position) throw refuse(file, 'it ends in the middle of a field.')
      cursor.skip(length)
      yield { number, kind: 'fixed' }
    } else {
      throw refuse(
        file,
        `it is not the protobuf that its name promises (wire type ${wire} at byte ${cursor.position}).`,
      )
    }
  }
}

/** A varint of at most 64 bits that ends before `end`. */
export async function readVarint(cursor: ByteCursor, end: number, file: string): Promise<bigint> {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (cursor.position >= end) throw refuse(file, 'it ends in the middle of a number.')
    if (!cursor.has(1)) await cursor.fill(1)
    const byte = cursor.u8()
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return BigInt.asUintN(64, value)
  }
  throw refuse(file, 'a number in it has more than 64 bits.')
}
