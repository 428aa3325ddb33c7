import { Buffer } from 'node:buffer'
import { JsonTape } from './json-tape.ts'
import { RowProblem } from './row-problem.ts'

/** A value and the tape it lies on: its own, or that of JSON text that was found inside a string. */
export type Value = { readonly tape: JsonTape; readonly node: number }

/** JSON inside a string is read where an array or object is possible; other text stays text. */
export function unwrapped(tape: JsonTape, node: number, what: string): Value {
  if (!tape.isString(node)) return { tape, node }
  const start = tape.starts[node] as number // a node of this tape
  const first = tape.bytes[start]
  if (first !== 0x5b && first !== 0x7b) return { tape, node }
  const bytes = Buffer.from(tape.text(node))
  const inner = new JsonTape()
  inner.isNested = true
  if (inner.read(bytes, 0, bytes.length)) return { tape: inner, node: 0 }
  if (inner.fault === 'invalid_json') return { tape, node }
  throw new RowProblem(inner.fault, `${what}: ${inner.faultMessage}`, tape.place(node))
}
