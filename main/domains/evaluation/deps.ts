import type { Call } from '../../contract/call.ts'
import type { EvaluationDetail, ResultRow } from '../../contract/evaluation.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import type { Paths } from '../../platform/paths.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import type { EvaluateConfig } from './config.ts'
import type { ReportFormat } from './report-file.ts'

/** A model or deployment as an evaluation asks it. `exactName` tells it apart from another one of the same name. */
export type Subject = Pick<EvaluateConfig['objects'][number], 'name' | 'kind' | 'id' | 'engine'> & {
  readonly exactName: string
  readonly memoryBytes: number
}

/** A frozen dataset version, as an evaluation asks its rows. */
export type EvaluationData = {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly rows: number
  readonly files: readonly string[]
}

/** Rows of a run's data that it did not learn from, as its trainer wrote them down. */
export type HeldBackRows = {
  readonly run: { readonly id: string; readonly name: string }
  readonly datasets: readonly { readonly id: string; readonly name: string }[]
  readonly files: readonly string[]
  /** Numbers of rows among those of all files, rising. */
  readonly rows: readonly number[]
}

export type EvaluationDeps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly paths: Paths
  readonly jobs: JobsPort
  readonly datasets: {
    readonly version: (ref: string) => EvaluationData
    /** Drafts are frozen by their first use; frozen ones are left alone. */
    readonly freeze: (call: Call, id: string) => void
  }
  /** The rows that a run held back. Throws `conflict` where it held none back. */
  readonly heldBack: (run: string) => HeldBackRows
  /** A running deployment by name, or how to launch an engine for a model. Throws what is missing. */
  readonly subject: (ref: string) => Promise<Subject>
  /** Renders a report of one kind from everything an evaluation knows. */
  readonly render: (
    format: ReportFormat,
    detail: EvaluationDetail,
    rows: ReadonlyMap<string, readonly ResultRow[]>,
  ) => string
}
