import { isEnded, type Job, type JobId } from '../../contract/jobs.ts'
import type { Run, RunDetail } from '../../contract/runs.ts'
import { isoOf } from '../../platform/clock.ts'
import { lineageOf } from '../../platform/db/lineage.ts'
import { checkpointsOf } from './checkpoint-repo.ts'
import type { TrainingDeps } from './deps.ts'
import type { RunRecord } from './repo.ts'

export type RunView = {
  readonly jobOf: (run: RunRecord) => Job | undefined
  readonly toRun: (run: RunRecord) => Run
  readonly detail: (run: RunRecord) => RunDetail
}

/** Of runs that ended before the time they worked was noted, the wait in the queue cannot be told apart. */
const tookSeconds = ({ workedMs, createdAtMs }: RunRecord, endedAtMs: number): number =>
  (workedMs ?? endedAtMs - createdAtMs) / 1000

/** How a run's row looks outside. */
export function createRunView({ store, jobs }: Pick<TrainingDeps, 'store' | 'jobs'>): RunView {
  const jobOf = (run: RunRecord): Job | undefined => (run.jobId === null ? undefined : jobs.get(run.jobId as JobId))

  const toRun = (run: RunRecord): Run => {
    // A live job is nearer to the truth than the row, which follows it event by event.
    const job = isEnded(run.state) ? undefined : jobOf(run)
    const state = job && !isEnded(job.state) ? job.state : run.state
    return {
      id: run.id as Run['id'],
      name: run.name,
      description: run.description,
      version: 1,
      method: run.method,
      state,
      ...(run.phase !== null && !isEnded(state) && { phase: run.phase }),
      ...(run.jobId !== null && { jobId: run.jobId as JobId }),
      model: run.model,
      datasets: [...run.datasets],
      step: run.step,
      ...(run.totalSteps !== null && { totalSteps: run.totalSteps }),
      loss: run.loss,
      ...(run.secondsLeft !== null && !isEnded(state) && state !== 'stopping' && { secondsLeft: run.secondsLeft }),
      sizeBytes: run.sizeBytes,
      ...(run.failure && { failure: run.failure }),
      ...(run.result && { result: run.result }),
      canResume: isEnded(state) && state !== 'done' && checkpointsOf(store.read, run.id).length > 0,
      createdAt: isoOf(run.createdAtMs),
      updatedAt: isoOf(run.updatedAtMs),
      ...(run.endedAtMs !== null && { endedAt: isoOf(run.endedAtMs), tookSeconds: tookSeconds(run, run.endedAtMs) }),
    }
  }

  const detail = (run: RunRecord): RunDetail => ({
    ...toRun(run),
    parameters: run.parameters,
    facts: run.facts,
    metrics: run.metrics,
    warnings: [...run.warnings],
    checkpoints: checkpointsOf(store.read, run.id).map(({ step, sizeBytes, createdAtMs, publishedAs }) => ({
      step,
      sizeBytes,
      createdAt: isoOf(createdAtMs),
      ...(publishedAs !== null && { publishedAs }),
    })),
    ...(run.memoryPlan && { memory: run.memoryPlan }),
    provenance: run.provenance,
    lineage: lineageOf(store.read, run.id),
  })

  return { jobOf, toRun, detail }
}
