import { AppError } from '../../contract/errors.ts'
import type { JobState } from '../../contract/jobs.ts'

/** The whole state machine: what may follow what. A state that is not a key's value cannot be reached from there. */
export const transitions: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: ['starting', 'cancelled', 'failed'],
  starting: ['running', 'stopping', 'failed', 'cancelled', 'lost'],
  // Back to starting: a service that fell over and has a restart left. Straight to cancelled: the row was restored from
  // a backup that did not know of the stop yet.
  running: ['starting', 'stopping', 'done', 'failed', 'cancelled', 'lost'],
  stopping: ['done', 'cancelled', 'failed', 'lost'],
  done: [],
  failed: [],
  cancelled: [],
  lost: [],
}

/** The next state, once it is sure that it may follow. Throws `internal`: an impossible transition is our own defect. */
export function nextState(from: JobState, to: JobState): JobState {
  if (!transitions[from].includes(to)) {
    throw new AppError('internal', `A job cannot go from ${from} to ${to}.`, { details: { from, to } })
  }
  return to
}
