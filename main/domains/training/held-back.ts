import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { AppError } from '../../contract/errors.ts'
import type { RunRecord } from './repo.ts'

/** What the trainer writes into the folder of a run (native/worker/slipway_worker/held_back.py). */
const HeldBackFile = z.object({
  rows: z.number().int(),
  heldBack: z.array(z.number().int().nonnegative()),
})

/** Rows that a run had before it and did not learn from. */
export type HeldBack = {
  readonly run: { readonly id: string; readonly name: string }
  /** What it learned from, in order. */
  readonly datasets: readonly { readonly id: string; readonly name: string }[]
  /** The rows of all of them, as the trainer read them. */
  readonly files: readonly string[]
  /** Numbers of rows among all rows of the files, rising. */
  readonly rows: readonly number[]
}

/**
 * The rows that a run held back by `validationSplit`: exactly those that its trainer wrote down, nothing that would be
 * drawn again. Throws `conflict` where it held none back or has not come that far.
 */
export function heldBackBy(
  run: RunRecord,
  learnedFrom: ReadonlySet<string>,
  folderOf: (id: string) => string,
): HeldBack {
  const { id, name } = run
  const rows = rowsIn(join(folderOf(id), 'held-back.json'))
  if (rows === undefined && Number(run.facts.validationRows ?? 0) > 0)
    throw new AppError(
      'conflict',
      `Which rows ${name} held back was not written down: an earlier release trained it.`,
      {
        hint: 'Train it again (slipway training retry), or evaluate on a dataset of its own: --dataset.',
      },
    )
  if (rows === undefined || rows.length === 0)
    throw new AppError('conflict', `${name} held no rows back.`, {
      hint: 'A run does where validationSplit is above 0, no --validation is given, and it has 20 rows or more. Evaluate on a dataset of its own: --dataset.',
    })
  return {
    run: { id, name },
    datasets: run.datasets.filter(data => learnedFrom.has(data.id)),
    files: z.array(z.string()).parse(run.config.trainFiles),
    rows,
  }
}

function rowsIn(path: string): readonly number[] | undefined {
  try {
    return HeldBackFile.parse(JSON.parse(readFileSync(path, 'utf8'))).heldBack
  } catch (error) {
    // Of a release that did not write it down, or of a run that has not read its rows yet.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
