import { AppError } from '../../contract/errors.ts'
import type { EvaluationData, HeldBackRows } from './deps.ts'

/** What an evaluation asks: all rows of a dataset, or those of a run's data that the run did not learn from. */
export type Questions = {
  readonly kind: string
  readonly files: readonly string[]
  /** What the rows are of; the first gives its name. */
  readonly datasets: readonly { readonly id: string; readonly name: string }[]
  readonly rows: number
  readonly heldBack: HeldBackRows | undefined
}

type Sources = {
  readonly version: (ref: string) => EvaluationData
  readonly heldBack: (run: string) => HeldBackRows
}

/** Throws `invalid_input` unless exactly one of the two is given. */
export function questionsOf(
  { dataset, heldBack: run }: { readonly dataset?: string | undefined; readonly heldBack?: string | undefined },
  { version, heldBack }: Sources,
): Questions {
  if ((dataset === undefined) === (run === undefined)) {
    throw new AppError('invalid_input', 'An evaluation asks the rows of a dataset, or those that a run held back.', {
      hint: 'Give one of --dataset and --held-back.',
    })
  }
  if (dataset !== undefined) {
    const data = version(dataset)
    return { kind: data.kind, files: data.files, datasets: [data], rows: data.rows, heldBack: undefined }
  }
  const rows = heldBack(run ?? '')
  const kinds = new Set(rows.datasets.map(({ id }) => version(id).kind))
  const [kind] = kinds
  if (kind === undefined || kinds.size > 1) {
    throw new AppError(
      'unsupported',
      `${rows.run.name} learned from rows of several kinds: ${[...kinds].join(', ')}.`,
      {
        hint: 'Evaluate on a dataset of one kind: --dataset.',
      },
    )
  }
  return { kind, files: rows.files, datasets: rows.datasets, rows: rows.rows.length, heldBack: rows }
}
