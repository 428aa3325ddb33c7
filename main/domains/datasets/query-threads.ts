import type { CheckProblem } from '../../contract/dataset-checks.ts'
import { AppError } from '../../contract/errors.ts'
import { createThreads, type Threads } from '../../platform/threads/threads.ts'
import type { CheckInput } from './queries/check.ts'
import type { Exported, ExportInput } from './queries/export.ts'
import type { Preview, PreviewInput } from './queries/preview.ts'
import type { Repaired, RepairInput } from './queries/repair.ts'
import type { RowSet } from './queries/row-sql.ts'
import type { SplitInput, SplitPart } from './queries/split.ts'
import type { Stats } from './queries/stats.ts'

/** What can be asked of the rows of versions: files that an import of ours wrote, never those of others. */
export type Queries = {
  readonly preview: (input: PreviewInput) => Preview
  readonly stats: (input: RowSet) => Stats
  readonly check: (input: CheckInput) => CheckProblem[]
  readonly export: (input: ExportInput) => Exported
  readonly repair: (input: RepairInput) => Repaired
  readonly split: (input: SplitInput) => SplitPart[]
}

export type QueryThreads = Threads<Queries>

/** Threads in which DuckDB reads rows, so that no scan ever keeps the backend's event loop waiting. */
export const createQueryThreads = (): QueryThreads =>
  createThreads<Queries>({
    file: new URL('./query-worker.ts', import.meta.url),
    heapMiB: 512,
    // The check of a large dataset holds one for long; previews go on beside it.
    most: 4,
    lost: () =>
      new AppError('worker_lost', 'The query on the dataset ended without an answer.', {
        hint: 'Try again; if it happens again, ask for fewer rows.',
      }),
  })
