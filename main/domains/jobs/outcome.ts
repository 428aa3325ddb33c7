import { isErrorCode } from '../../contract/errors.ts'
import type { EndFacts } from '../../platform/processes/journal.ts'
import type { WorkerEvent } from '../../platform/processes/port.ts'
import type { Failure, JobRow } from './repo.ts'

export type Outcome = { readonly state: 'done' | 'failed' | 'cancelled' | 'lost'; readonly failure: Failure | null }

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

/** What a `failed` event says, in the closed list of codes; anything that a worker makes up becomes `worker_failed`. */
export function failureFrom(event: WorkerEvent): Failure {
  const { code, message, hint, details } = event
  return {
    code: isErrorCode(code) ? code : 'worker_failed',
    message: typeof message === 'string' && message !== '' ? message : 'The worker failed and did not say why.',
    ...(typeof hint === 'string' && { hint }),
    ...(isRecord(details) && { details }),
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** How a job ended, from what its runner wrote down. Only an exit code of 0, or the child's own word, is ever `done`. */
export function outcomeOf(row: JobRow, end: EndFacts): Outcome {
  const failed = (failure: Failure): Outcome => ({ state: 'failed', failure })
  const logs = `slipway jobs logs ${row.id} shows what it printed.`
  if (end.spawnError) {
    const isMissing = end.spawnError.code === 'ENOENT' || end.spawnError.code === 'EACCES'
    return failed({
      code: isMissing ? 'missing_requirement' : 'worker_failed',
      message: `The program of this job could not be started: ${end.spawnError.message}`,
      hint: isMissing
        ? 'It may have been moved or removed since: slipway doctor checks the environments.'
        : 'The machine may be out of memory or processes: try again when it is less busy.',
    })
  }
  switch (end.stop) {
    case 'memory_limit':
      return failed({
        code: 'worker_failed',
        message: `The job used more memory than its limit of ${gib(row.spec.memoryLimitBytes ?? 0)} and was killed.`,
        hint: 'Make the batch, the sequence length or the model smaller, or give it more memory.',
        details: { peakMemoryBytes: end.peakMemoryBytes },
      })
    case 'journal_limit':
      return failed({
        code: 'worker_failed',
        message: 'The worker reported so many events that it was stopped before they filled the disk.',
        hint: `Report less often (for training: a larger loggingSteps). ${logs}`,
      })
    case 'runner_signalled':
      return failed({
        code: 'worker_lost',
        message: 'The system told this job to end, as it does at a shutdown or a logout.',
        hint: 'Start it again; a training run resumes from its last checkpoint.',
      })
    case 'asked': {
      if (end.exitCode === 0 && row.lastEvent === 'finished') return { state: 'done', failure: null }
      // Its own word counts when it ended by itself: "could not save the checkpoint" must not be hidden by the stop.
      const isItsOwn = end.rung === 'polite' && row.workerFailure && row.workerFailure.code !== 'cancelled'
      return isItsOwn ? failed(row.workerFailure) : { state: 'cancelled', failure: null }
    }
    case undefined:
      break
  }
  if (row.workerFailure) return failed(row.workerFailure)
  if (end.exitCode === 0) return { state: 'done', failure: null }
  if (end.signal === 'SIGKILL') return failed(killedFailure(end, logs))
  if (end.signal !== null) {
    return failed({
      code: 'worker_failed',
      message: `The worker crashed (${end.signal}).`,
      hint: `${logs} If it crashes again at the same place, report it with that log.`,
      details: { signal: end.signal },
    })
  }
  return failed({
    code: 'worker_failed',
    message: `The worker ended with exit code ${end.exitCode}.`,
    hint: logs,
    details: { exitCode: end.exitCode },
  })
}

function killedFailure({ oomKills, peakMemoryBytes }: EndFacts, logs: string): Failure {
  const peak = peakMemoryBytes > 0 ? ` It was using ${gib(peakMemoryBytes)} when last seen.` : ''
  return oomKills > 0
    ? {
        code: 'worker_failed',
        message: `The worker was killed because the machine ran out of memory.${peak}`,
        hint: 'Close other programs, or make the batch, the sequence length or the model smaller.',
        details: { signal: 'SIGKILL', oomKills, peakMemoryBytes },
      }
    : {
        code: 'worker_failed',
        message: `The worker was killed by SIGKILL, probably by somebody on this machine or by the kernel's out-of-memory killer.${peak}`,
        hint: `If nobody did it, use less memory: a smaller batch, sequence length or model. ${logs}`,
        details: { signal: 'SIGKILL', peakMemoryBytes },
      }
}

/** Nobody saw the end: said plainly, never guessed. */
export const lostOutcome = (wasRestarted: boolean): Outcome => ({
  state: 'lost',
  failure: {
    code: 'worker_lost',
    message: wasRestarted
      ? 'The machine was restarted while this job ran; nobody saw how it ended.'
      : 'The process that ran this job is gone, and nobody saw how it ended.',
    hint: 'Start it again; a training run resumes from its last checkpoint.',
  },
})
