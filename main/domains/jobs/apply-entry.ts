import type { Tx } from '../../platform/db/types.ts'
import type { JournalEntry } from '../../platform/processes/journal.ts'
import type { JobHandler } from '../../platform/processes/port.ts'
import { type Meter, progressFrom } from '../../platform/processes/progress.ts'
import type { Leases } from './deps.ts'
import { failureFrom, type Outcome, outcomeOf } from './outcome.ts'
import { type JobRow, toJob } from './repo.ts'
import { decideRestart, isPermanent, restartCap } from './restart-policy.ts'
import { nextState } from './states.ts'

type Context = {
  readonly tx: Tx
  readonly handler: JobHandler
  readonly leases: Pick<Leases, 'release'>
  readonly nowMs: number
  readonly random: () => number
  readonly meters: Map<string, Meter>
}

/** One journal entry turned into the job's next row; the handler's own changes join the same transaction. */
export function applyEntry(context: Context, row: JobRow, entry: JournalEntry): JobRow {
  switch (entry.type) {
    case 'runner':
      return { ...row, runner: entry.runner, nextStartAtMs: null }
    case 'child':
      return {
        ...row,
        // A stop may have been asked before the child was there; then the state says so already.
        state: row.state === 'starting' ? nextState(row.state, 'running') : row.state,
        childPid: entry.child.pid,
        startedAtMs: row.startedAtMs ?? entry.at,
      }
    case 'health':
      return { ...row, health: entry.health }
    case 'event':
      return applyEvent(context, row, entry)
    case 'end':
      return applyEnd(context, row, outcomeOf(row, entry))
    default:
      return entry satisfies never
  }
}

function applyEvent(
  { tx, handler, meters }: Context,
  row: JobRow,
  { at, event }: Extract<JournalEntry, { type: 'event' }>,
): JobRow {
  const told = progressFrom(event, at, row.progress ?? undefined, meters.get(row.id))
  if (told?.meter) meters.set(row.id, told.meter)
  const next: JobRow = {
    ...row,
    ...(told && { progress: told.progress }),
    ...(event.event === 'failed' && { workerFailure: failureFrom(event) }),
    ...(event.event !== 'heartbeat' && { lastEvent: event.event }),
  }
  handler.onEvent(tx, toJob(next), event, at)
  return next
}

/** The end of an attempt: the job's own end, unless it is a service that fell over and may be started again. */
export function applyEnd(context: Context, row: JobRow, outcome: Outcome): JobRow {
  const { handler, nowMs, random } = context
  const fellOver = row.state === 'running' && row.stop === null && outcome.state !== 'cancelled'
  if (handler.restart !== 'stateless' || !fellOver) return finish(context, row, outcome)
  if (outcome.failure && isPermanent(outcome.failure.code)) return finish(context, row, outcome)

  const { falls, delayMs } = decideRestart(row.restarts, nowMs, random())
  if (delayMs === undefined) {
    const last = outcome.failure?.message ?? 'It ended by itself.'
    return finish(context, row, {
      state: 'failed',
      failure: {
        code: outcome.failure?.code ?? 'worker_failed',
        message: `It fell over ${restartCap} times within ten minutes and stays down. The last time: ${last}`,
        hint: outcome.failure?.hint ?? `slipway jobs logs ${row.id} shows what it printed.`,
      },
    })
  }
  const again: JobRow = {
    ...row,
    state: nextState(row.state, 'starting'),
    health: 'ok',
    attempt: row.attempt + 1,
    journalPosition: 0,
    runner: null,
    childPid: null,
    progress: null,
    workerFailure: null,
    lastEvent: null,
    restarts: falls,
    nextStartAtMs: nowMs + delayMs,
  }
  handler.onRestart?.(context.tx, toJob(again))
  return again
}

/** Writes the end that a job has for good: its leases are free, its domain knows. */
export function finish({ tx, handler, leases, nowMs, meters }: Context, row: JobRow, outcome: Outcome): JobRow {
  const ended: JobRow = {
    ...row,
    state: nextState(row.state, outcome.state),
    health: 'ok',
    failure: outcome.failure,
    childPid: null,
    runner: null,
    nextStartAtMs: null,
    endedAtMs: nowMs,
  }
  meters.delete(row.id)
  leases.release(tx, row.id)
  handler.onEnd(tx, toJob(ended))
  return ended
}

export type { Context as ApplyContext }
