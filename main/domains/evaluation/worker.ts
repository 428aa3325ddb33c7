import type { EvaluationObject } from '../../contract/evaluation.ts'
import type { Job } from '../../contract/jobs.ts'
import { workedMs } from '../../contract/worked-time.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Tx } from '../../platform/db/types.ts'
import type { JobHandler } from '../../platform/processes/port.ts'
import { EvaluateEvent } from './config.ts'
import { findEvaluation, updateEvaluation } from './repo.ts'

/** What the evaluating child says, turned into rows: how far each object is, its scores, the state of the evaluation. */
export function createEvaluationEvents(clock: Clock): JobHandler {
  const onEvent = (tx: Tx, job: Job, raw: unknown): void => {
    const parsed = EvaluateEvent.safeParse(raw)
    const record = findEvaluation(tx, job.subjectId)
    if (!parsed.success || !record) return // progress, heartbeats and failures are the supervisor's
    const event = parsed.data
    const nowMs = clock.nowMs()
    switch (event.event) {
      case 'rows':
        updateEvaluation(tx, record.id, { rows: event.rows, state: 'running' }, nowMs)
        break
      case 'warning':
        if (!record.warnings.includes(event.message))
          updateEvaluation(tx, record.id, { warnings: [...record.warnings, event.message] }, nowMs)
        break
      case 'object':
        updateEvaluation(
          tx,
          record.id,
          {
            objects: record.objects.map(
              (object): EvaluationObject => (object.name === event.object.name ? event.object : object),
            ),
          },
          nowMs,
        )
        break
      case 'finished':
        updateEvaluation(tx, record.id, { comparisons: event.comparisons, sizeBytes: event.sizeBytes }, nowMs)
        break
    }
    tx.announce({ topic: 'evaluations', kind: 'changed', id: record.id })
  }
  return {
    restart: 'never',
    onEvent,
    onEnd: (tx, job) => {
      const nowMs = clock.nowMs()
      updateEvaluation(
        tx,
        job.subjectId,
        {
          ...{ state: job.state, failure: job.failure ?? null, workedMs: workedMs(job, nowMs) ?? 0 },
          endedAtMs: job.endedAt === undefined ? nowMs : Date.parse(job.endedAt),
        },
        nowMs,
      )
      tx.announce({ topic: 'evaluations', kind: 'changed', id: job.subjectId })
    },
  }
}
