import type { Evaluation, EvaluationDetail } from '../../contract/evaluation.ts'
import { isEnded, type JobId } from '../../contract/jobs.ts'
import { isoOf } from '../../platform/clock.ts'
import { lineageOf } from '../../platform/db/lineage.ts'
import type { EvaluationDeps } from './deps.ts'
import type { EvaluationRecord } from './repo.ts'

export type EvaluationView = {
  /** What its job does while it lives; what the row says after that. */
  readonly stateOf: (record: EvaluationRecord) => Evaluation['state']
  readonly toEvaluation: (record: EvaluationRecord) => Evaluation
  readonly detail: (record: EvaluationRecord) => EvaluationDetail
}

/** How an evaluation's row looks outside. */
export function createEvaluationView({ store, jobs }: Pick<EvaluationDeps, 'store' | 'jobs'>): EvaluationView {
  const stateOf = (record: EvaluationRecord): Evaluation['state'] => {
    const job = isEnded(record.state) || record.jobId === null ? undefined : jobs.get(record.jobId as JobId)
    return job && !isEnded(job.state) ? job.state : record.state
  }

  const toEvaluation = (record: EvaluationRecord): Evaluation => ({
    id: record.id as Evaluation['id'],
    name: record.name,
    version: 1,
    state: stateOf(record),
    ...(record.jobId !== null && { jobId: record.jobId as JobId }),
    dataset: record.dataset,
    ...(record.heldBackBy && { heldBackBy: record.heldBackBy }),
    objects: [...record.objects],
    metrics: [...record.metrics],
    rows: record.rows,
    sizeBytes: record.sizeBytes,
    ...(record.failure && { failure: record.failure }),
    createdAt: isoOf(record.createdAtMs),
    updatedAt: isoOf(record.updatedAtMs),
    ...(record.endedAtMs !== null && {
      endedAt: isoOf(record.endedAtMs),
      // Of evaluations that ended before this was noted, the wait in the queue cannot be told apart.
      tookSeconds: (record.workedMs ?? record.endedAtMs - record.createdAtMs) / 1000,
    }),
  })

  const detail = (record: EvaluationRecord): EvaluationDetail => ({
    ...toEvaluation(record),
    generation: record.generation,
    comparisons: [...record.comparisons],
    warnings: [...record.warnings],
    lineage: lineageOf(store.read, record.id),
  })

  return { stateOf, toEvaluation, detail }
}
