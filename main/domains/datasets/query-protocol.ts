import type { CheckProblem } from '../../contract/datasets.ts'
import type { CrossedError } from '../../platform/threads/crossing.ts'
import type { Detected, DetectInput } from './import/detect-rows.ts'
import type { CheckInput } from './queries/check.ts'
import type { Exported, ExportInput } from './queries/export.ts'
import type { Preview, PreviewInput } from './queries/preview.ts'
import type { Repaired, RepairInput } from './queries/repair.ts'
import type { RowSet } from './queries/row-sql.ts'
import type { SplitInput, SplitPart } from './queries/split.ts'
import type { Stats } from './queries/stats.ts'

/** What the query thread does: one input and one output each. */
export type Queries = {
  readonly preview: (input: PreviewInput) => Preview
  readonly stats: (input: RowSet) => Stats
  readonly check: (input: CheckInput) => CheckProblem[]
  readonly export: (input: ExportInput) => Exported
  readonly repair: (input: RepairInput) => Repaired
  readonly split: (input: SplitInput) => SplitPart[]
  readonly detect: (input: DetectInput) => Detected
}
export type QueryName = keyof Queries
export type QueryInput<N extends QueryName> = Parameters<Queries[N]>[0]
export type QueryOutput<N extends QueryName> = ReturnType<Queries[N]>

export type QueryRequest =
  | { readonly id: number; readonly name: QueryName; readonly input: unknown }
  | { readonly id: number; readonly cancel: true }
export type QueryReply = { readonly id: number } & ({ readonly output: unknown } | { readonly error: CrossedError })
