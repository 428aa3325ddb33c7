import type { ReasonCounts, RowIssue, RowReason } from '../../../contract/dataset-rows.ts'
import { AppError } from '../../../contract/errors.ts'

const keptPerReason = 100
const keptInAll = 1000
const sampleLength = 200

/** Collects bad rows: all are counted, the first of each reason are kept. */
export class IssueLog {
  readonly kept: RowIssue[] = []
  readonly #counts = new Map<RowReason, number>()

  add(issue: Omit<RowIssue, 'sample'>, sample: Buffer): void {
    const count = (this.#counts.get(issue.reason) ?? 0) + 1
    this.#counts.set(issue.reason, count)
    if (count <= keptPerReason && this.kept.length < keptInAll)
      this.kept.push({ ...issue, sample: shownSample(sample) })
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
export function shownSample(bytes: Buffer): string {
  const text = bytes
    .subarray(0, sampleLength * 4)
    .toString('utf8')
    // Control characters, halves of pairs, and marks that turn the direction of text around.
    .replaceAll(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, ' ')
    .trim()
  return text.length <= sampleLength ? text : `${text.slice(0, sampleLength - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
