import { mkdirSync } from 'node:fs'
import type { Call } from '../../contract/call.ts'
import type { Job } from '../../contract/jobs.ts'
import type { MemoryPlan } from '../../contract/memory-plan.ts'
import type { TrainingDeps } from './deps.ts'
import { sum } from './prepare-run.ts'

/** Puts a run's trainer in the queue: once when the run begins, again whenever it is resumed. */
export type LaunchRun = (
  call: Call,
  run: {
    readonly id: string
    readonly name: string
    /** Null in rows that no plan stands in. */
    readonly memoryPlan: MemoryPlan | null
    readonly device: string
    /** With how many threads it shall compute; undefined: what the lease book grants. */
    readonly threads: number | undefined
    readonly config: Readonly<Record<string, unknown>>
    readonly environment: string
  },
) => Job

type Deps = Pick<TrainingDeps, 'jobs' | 'pythonFor'> & { readonly folderOf: (runId: string) => string }

/** Throws `missing_requirement` where the run's environment is not built. */
export function createLaunch({ jobs, pythonFor, folderOf }: Deps): LaunchRun {
  return (call, run) => {
    const { python, env } = pythonFor(run.environment)
    const memoryBytes = sum(run.memoryPlan?.terms.map(term => term.bytes) ?? [])
    mkdirSync(folderOf(run.id), { recursive: true, mode: 0o700 })
    return jobs.start(call, {
      kind: 'training',
      name: run.name,
      subjectId: run.id,
      command: [python, '-m', 'slipway_worker.train', 'config.json'],
      env,
      files: { 'config.json': JSON.stringify(run.config) },
      devices: [
        {
          ...{ device: run.device === 'auto' ? 'any' : run.device, memoryBytes, exclusive: false },
          ...(run.threads !== undefined && { processors: run.threads }),
        },
      ],
      politeStopMs: 120_000,
    })
  }
}
