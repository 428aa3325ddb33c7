import type { ReasonCounts, RowIssue, RowReason } from '../../../contract/dataset-rows.ts'
import { AppError } from '../../../contract/errors.ts'

/** How many bad rows are kept, and how many bytes they may take as JSON. */
export type IssueBounds = { readonly rows: number; readonly bytes: number }

/** All of any import that is worth the repair of its rows. They go into the database, so there has to be a bound. */
const importBounds: IssueBounds = { rows: 100_000, bytes: 32 * 1024 ** 2 }
/** Beyond the bounds, the first of each reason: a flood of one must not hide the others. */
const alwaysKeptPerReason = 100
const sampleLength = 200

/** Collects bad rows: all are counted, and all are kept up to generous bounds. */
export class IssueLog {
  readonly kept: RowIssue[] = []
  readonly #bounds: IssueBounds
  readonly #counts = new Map<RowReason, number>()
  #keptBytes = 0

  constructor(bounds: IssueBounds = importBounds) {
    this.#bounds = bounds
  }

  add(issue: Omit<RowIssue, 'sample'>, sample: Buffer): void {
    const count = (this.#counts.get(issue.reason) ?? 0) + 1
    this.#counts.set(issue.reason, count)
    const hasRoom = this.kept.length < this.#bounds.rows && this.#keptBytes < this.#bounds.bytes
    if (!hasRoom && count > alwaysKeptPerReason) return
    const kept = { ...issue, sample: shownSample(sample) }
    this.#keptBytes += Buffer.byteLength(JSON.stringify(kept))
    this.kept.push(kept)
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  counts(): ReasonCounts {
    return Object.fromEntries(this.#counts)
  }
}

/** Why an import that found no good row fails. */
export function nothingGood(path: string, log: IssueLog): AppError {
  const [first] = log.kept
  return first
    ? new AppError(
        'invalid_input',
        `None of the ${log.total} rows in ${path} can be used. ${first.file}, line ${first.line}: ${first.message}.`,
        {
          hint: 'Correct the rows, or say how to read them with --format or --map.',
          details: { reasons: log.counts(), issues: log.kept.slice(0, 20) },
        },
      )
    : new AppError('invalid_input', `${path} holds no rows.`, { hint: 'Check that this is the file you mean.' })
}

/** The beginning of a row as safe text: whatever it holds, a terminal that prints it stays as it is. */
function shownSample(bytes: Buffer): string {
  const text = bytes
    .subarray(0, sampleLength * 4)
    .toString('utf8')
    // Control characters, halves of pairs, and marks that turn the direction of text around.
    .replaceAll(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, ' ')
    .trim()
  return text.length <= sampleLength ? text : `${text.slice(0, sampleLength - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
