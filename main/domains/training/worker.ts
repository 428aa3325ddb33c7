import type { Job } from '../../contract/jobs.ts'
import { workedMs } from '../../contract/worked-time.ts'
import { WorkerEvent } from '../../contract/worker.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import type { JobHandler } from '../../platform/processes/port.ts'
import { recordCheckpoint } from './checkpoint-repo.ts'
import { deleteMetricsAfter, insertMetric } from './curve-repo.ts'
import { findRun, type RunRecord, updateRun } from './repo.ts'
import { threadDrift, threadsOf } from './threads.ts'

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** The run is over and its row says so. Called after the transaction. */
  readonly ended: (runId: string) => void
}

/** What the trainer says, turned into rows: the curve, the checkpoints, the state of the run. */
export function createRunEvents({ clock, log, ended }: Deps): JobHandler {
  const onEvent: JobHandler['onEvent'] = (tx, job, raw, atMs) => {
    const parsed = WorkerEvent.safeParse(raw)
    if (!parsed.success) {
      log.warn('a trainer said something that is not on the wire', {
        jobId: job.id,
        problem: parsed.error.message.slice(0, 500),
      })
      return
    }
    const event = parsed.data
    const runId = job.subjectId
    const nowMs = clock.nowMs()
    const at = isoOf(atMs)
    switch (event.event) {
      case 'phase':
        updateRun(tx, runId, { phase: event.phase, state: 'running' }, nowMs)
        break
      case 'started':
        // Points of an earlier attempt after the checkpoint will be written again.
        deleteMetricsAfter(tx, runId, event.resumedAtStep)
        takeProposed(tx, runId, nowMs)
        updateRun(
          tx,
          runId,
          {
            state: 'running',
            phase: 'training',
            totalSteps: event.totalSteps,
            step: event.resumedAtStep,
            facts: { ...event },
            ...asItStarts(findRun(tx, runId), event),
          },
          nowMs,
        )
        break
      case 'step': {
        const { step, epoch, loss, learningRate, gradNorm, tokensPerSecond, memoryBytes, metrics } = event
        insertMetric(tx, runId, {
          series: 'train',
          step,
          epoch,
          at,
          loss,
          learningRate,
          gradNorm,
          tokensPerSecond,
          memoryBytes,
          more: metrics,
        })
        updateRun(tx, runId, { step, loss, secondsLeft: event.secondsLeft }, nowMs)
        tx.announce({
          topic: 'metrics',
          kind: 'data',
          id: runId,
          data: {
            series: 'train',
            step,
            epoch,
            at,
            loss,
            learningRate,
            gradNorm,
            tokensPerSecond,
            memoryBytes,
            secondsLeft: event.secondsLeft,
            more: metrics,
          },
        })
        return
      }
      case 'evaluation':
        insertMetric(tx, runId, {
          series: 'validation',
          step: event.step,
          epoch: event.epoch,
          at,
          loss: event.loss,
          more: event.metrics,
        })
        tx.announce({
          topic: 'metrics',
          kind: 'data',
          id: runId,
          data: {
            series: 'validation',
            step: event.step,
            epoch: event.epoch,
            at,
            loss: event.loss,
            more: event.metrics,
          },
        })
        return
      case 'checkpoint':
        recordCheckpoint(
          tx,
          runId,
          event,
          event.kept.map(kept => kept.step),
          nowMs,
        )
        break
      case 'warning': {
        const warnings = findRun(tx, runId)?.warnings ?? []
        if (!warnings.includes(event.message)) updateRun(tx, runId, { warnings: [...warnings, event.message] }, nowMs)
        break
      }
      case 'finished':
        updateRun(
          tx,
          runId,
          {
            metrics: event.metrics,
            ...(event.artifact && { artifactPath: event.artifact.path, sizeBytes: event.artifact.sizeBytes }),
          },
          nowMs,
        )
        break
      default:
        return
    }
    tx.announce({ topic: 'runs', kind: 'changed', id: runId })
  }

  const onEnd = (tx: Tx, job: Job): void => {
    const nowMs = clock.nowMs()
    updateRun(
      tx,
      job.subjectId,
      {
        ...{ state: job.state, phase: null, secondsLeft: null, failure: failureOf(job) },
        endedAtMs: job.endedAt === undefined ? nowMs : Date.parse(job.endedAt),
        workedMs: (findRun(tx, job.subjectId)?.workedMs ?? 0) + (workedMs(job, nowMs) ?? 0),
        // What the trainer refused was never the run's: a plain resume goes on as before.
        proposed: null,
      },
      nowMs,
    )
    tx.announce({ topic: 'runs', kind: 'changed', id: job.subjectId })
    if (job.state === 'done') queueMicrotask(() => ended(job.subjectId))
  }

  return { restart: 'never', onEvent, onEnd }
}

type Started = Extract<WorkerEvent, { event: 'started' }>

/** What the trainer knows of the machine, and what of it is another than before a break. */
function asItStarts(run: RunRecord | undefined, event: Started): Pick<Partial<RunRecord>, 'provenance' | 'warnings'> {
  if (!run) return {}
  const threads = threadsOf({ facts: event })
  const drift = event.resumedAtStep > 0 ? threadDrift(run.facts, event) : []
  const machine = { ...run.provenance.machine, device: event.device, ...(threads !== undefined && { threads }) }
  return {
    provenance: { ...run.provenance, machine },
    warnings: [...run.warnings, ...drift.filter(each => !run.warnings.includes(each))],
  }
}

/** The trainer goes on with them: from now on they are the run's settings. */
function takeProposed(tx: Tx, runId: string, nowMs: number): void {
  const proposed = findRun(tx, runId)?.proposed
  if (proposed) updateRun(tx, runId, { ...proposed, proposed: null }, nowMs)
}

// The details tell what drifted, or which memory was missing: a screen shows them beside the cause.
const failureOf = ({ failure }: Job) => failure ?? null
