import type { RowReason } from '../../../contract/dataset-rows.ts'

/** A row that cannot be used: it is reported and left out, and the import goes on. */
export class RowProblem extends Error {
  override readonly name = 'RowProblem'
  readonly reason: RowReason
  /** Offset into the bytes being read at which reading stopped; -1 when the row as a whole is meant. */
  readonly at: number

  constructor(reason: RowReason, message: string, at = -1) {
    super(message)
    this.reason = reason
    this.at = at
  }
}
