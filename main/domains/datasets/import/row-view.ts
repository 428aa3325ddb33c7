import { Buffer } from 'node:buffer'
import type { DatasetField } from '../../../contract/dataset-rows.ts'
import { type JsonTape, Kind } from './json-tape.ts'
import { wrongType } from './messages.ts'
import { unwrapped, type Value } from './nested-json.ts'
import { RowProblem } from './row-problem.ts'

/** Which column of the source each field comes from. */
export type ColumnMap = { readonly [F in DatasetField]?: string }

/** One source row, seen by field instead of by column. */
export class RowView {
  readonly tape: JsonTape
  readonly #keys: ReadonlyMap<DatasetField, Buffer>
  readonly #columns: ColumnMap

  constructor(tape: JsonTape, columns: ColumnMap) {
    this.tape = tape
    this.#columns = columns
    this.#keys = new Map(
      Object.entries(columns).flatMap(
        ([field, column]) => (column === undefined ? [] : [[field as DatasetField, Buffer.from(column)]]), // keys of a ColumnMap are fields
      ),
    )
  }

  /** The name that the reader of an error knows. */
  nameOf(field: DatasetField): string {
    return this.#columns[field] ?? field
  }

  /** The value of a field; null counts as absent (-1). */
  optional(field: DatasetField): number {
    const key = this.#keys.get(field)
    if (key === undefined || this.tape.kinds[0] !== Kind.object) return -1
    const node = this.tape.find(0, key)
    return node >= 0 && this.tape.kinds[node] !== Kind.null ? node : -1
  }

  required(field: DatasetField): number {
    if (this.tape.kinds[0] !== Kind.object) throw wrongType(this.tape, 0, 'the row', 'an object')
    const node = this.optional(field)
    if (node < 0) throw new RowProblem('missing_field', `there is no ${this.nameOf(field)}`)
    return node
  }

  /** A text field. */
  text(field: DatasetField): number {
    const node = this.required(field)
    if (!this.tape.isString(node)) throw wrongType(this.tape, node, this.nameOf(field), 'text')
    return node
  }

  optionalText(field: DatasetField): number {
    const node = this.optional(field)
    if (node >= 0 && !this.tape.isString(node)) throw wrongType(this.tape, node, this.nameOf(field), 'text')
    return node
  }

  /** A field that may be JSON itself, or text that holds JSON, as CSV cells do. */
  structured(field: DatasetField): Value {
    return unwrapped(this.tape, this.required(field), this.nameOf(field))
  }
}
