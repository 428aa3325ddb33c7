import { AppError } from '../../contract/errors.ts'
import type { EngineKind } from '../../contract/inference.ts'
import type { MemoryPlan } from '../../contract/memory-plan.ts'
import type { ModelVersion } from '../../contract/models.ts'
import { type Served, servedBy } from './launch.ts'
import type { RevisionSettings } from './repo.ts'

export type MemoryRequest = {
  readonly engine: EngineKind
  readonly base: ModelVersion
  readonly adapter: ModelVersion | undefined
  readonly contextLength: number | undefined
  readonly parallel: number
  readonly device: string
}

export type ExamineDeps = {
  readonly models: {
    /** A version that may be read now. Throws why not. */
    readonly readyVersion: (ref: string) => ModelVersion
    /** The base that an adapter was trained on, where that is known here. */
    readonly baseOf: (id: ModelVersion['id']) => ModelVersion | undefined
    /** Reads the headers again and throws what would make an engine fail: files may have changed since the import. */
    readonly inspect: (version: ModelVersion) => Promise<void>
  }
  readonly planMemory: (request: MemoryRequest) => Promise<MemoryPlan> | MemoryPlan
  /** `auto` becomes a device of this machine that the engine can use: `cpu`, `cuda:0` … Throws for one that is not there. */
  readonly deviceFor: (device: string, engine: EngineKind) => string
}

/** What would be served, where, and in how much memory. */
export type Examined = { readonly served: Served; readonly device: string; readonly memoryPlan: MemoryPlan }

/** Everything that can be found out before anything is started. Throws what no choice of settings would mend. */
export async function examine(
  modelRef: string,
  adapterRef: string | undefined,
  settings: RevisionSettings,
  { models, planMemory, deviceFor }: ExamineDeps,
): Promise<Examined> {
  const adapter = adapterRef === undefined ? undefined : models.readyVersion(adapterRef)
  const served = servedBy(models.readyVersion(modelRef), { adapter, engine: settings.engine }, models.baseOf)
  for (const version of [served.base, served.adapter]) if (version) await models.inspect(version)
  const device = deviceFor(settings.device, served.engine)
  const { contextLength, parallel } = settings
  const memoryPlan = await planMemory({ ...served, contextLength, parallel, device })
  return { served, device, memoryPlan }
}

/**
 * Throws `missing_requirement` for what does not fit the memory of its device.
 *
 * @param mayWait whether it may stand in the queue until running jobs give memory back
 */
export function assertFits({ served, memoryPlan }: Examined, { mayWait }: { readonly mayWait: boolean }): void {
  const { verdict, startsWhenFree = false } = memoryPlan
  if (verdict !== 'too_large' || (mayWait && startsWhenFree)) return
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  const [remedy] = memoryPlan.remedies
  throw new AppError(
    'missing_requirement',
    `Serving ${served.base.name} needs ${gib(memoryPlan.totalBytes)}; ${memoryPlan.device} has ${gib(memoryPlan.freeBytes)} free.`,
    {
      hint: remedy ? `This would fit: ${remedy.change}.` : 'Stop other deployments, or use a smaller quantisation.',
      details: { plan: memoryPlan },
    },
  )
}
