import type { Call } from '../../contract/call.ts'
import type { MemoryPlan } from '../../contract/memory-plan.ts'
import type { ModelVersion } from '../../contract/models.ts'
import type { Provenance } from '../../contract/runs.ts'
import type { TrainingMethod, TrainingParameters } from '../../contract/training-parameters.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import type { Paths } from '../../platform/paths.ts'
import type { JobsPort } from '../../platform/processes/port.ts'

/** A frozen dataset version, as training needs it. */
export type TrainingData = {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly rows: number
  readonly files: readonly string[]
}

export type Python = {
  readonly python: string
  readonly env: Readonly<Record<string, string>>
  readonly lockHash: string
  readonly name: string
}

export type TrainingDeps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly paths: Paths
  readonly jobs: JobsPort
  readonly models: {
    readonly readyVersion: (ref: string) => ModelVersion
    /** Whether a model is called that. */
    readonly isName: (name: string) => boolean
    readonly register: (
      call: Call,
      made: {
        name: string
        path: string
        source: 'trained'
        lineage: readonly { parentId: string; parentKind: string; parentName: string; role: string }[]
      },
      also: (tx: Tx, id: string) => void,
    ) => Promise<{ id: string; name: string }>
  }
  readonly datasets: {
    readonly version: (ref: string) => TrainingData
    /** Drafts are frozen by their first use: what trained must stay. Frozen ones are left alone. */
    readonly freeze: (call: Call, id: string) => void
  }
  /** The interpreter of a capsule; throws `missing_requirement` naming the command that builds it. */
  readonly pythonFor: (environment: string) => Python
  /** Memory and counts of a run on a device, from exact parameter counts. */
  readonly plan: (
    model: ModelVersion,
    method: TrainingMethod,
    parameters: TrainingParameters,
    device: string,
  ) => Promise<{
    memory: MemoryPlan
    trainableParameters: number
    /** On the CPU: how many processors it would be granted now, and how many there are. */
    processors?: { readonly granted: number; readonly all: number } | undefined
  }>
  readonly machine: () => Provenance['machine']
  readonly code: Provenance['code']
}
