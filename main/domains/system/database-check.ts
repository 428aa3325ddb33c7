import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { systemCall } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { Clock } from '../../platform/clock.ts'
import { createDatabaseChecks } from '../../platform/db/database-checks.ts'
import { checkLiveDatabase } from '../../platform/db/live-backup.ts'
import type { AuditedStore } from '../../platform/db/store.ts'
import { diskReserveBytes } from '../../platform/disk-reserve.ts'
import type { Log } from '../../platform/log.ts'
import { freeBytes } from '../../platform/python/disk.ts'

type Deps = {
  readonly store: AuditedStore
  readonly db: Database
  readonly databasePath: string
  readonly clock: Clock
  readonly log: Log
  /** A folder of ours for work in progress. */
  readonly scratchDir: string
  /** How long after the start a check begins that is due then: readiness and the first screens come before it. */
  readonly startDelayMs?: number
}

/** What the last check of the database said. */
export type DatabaseState = {
  /** When it ended, in milliseconds since 1970; absent as long as there was none. */
  readonly checkedAtMs?: number | undefined
  /** What is damaged. */
  readonly problems: readonly string[]
  /** Why the last attempt gave no result. */
  readonly failure?: AppError | undefined
}

export type DatabaseCheck = {
  readonly state: () => DatabaseState
  /** Whether a check is wanted: no good one is younger than a week, or the last shutdown was none. */
  readonly isDue: () => boolean
  readonly start: () => void
  /** Checks now; resolves with what `state` says then. */
  readonly check: () => Promise<DatabaseState>
  readonly close: () => Promise<void>
}

const hourMs = 3_600_000
const weekMs = 7 * 24 * hourMs
const action = 'database.check'

/**
 * Checks the whole database (pages, indexes, references, the audit chain) in the background: after a shutdown that was
 * none, weekly, and again while the last check was not good. What it found is in the audit log, for `slipway doctor`.
 * Create it before this start is recorded.
 */
export function createDatabaseCheck(deps: Deps): DatabaseCheck {
  const { store, db, databasePath, clock, log, scratchDir, startDelayMs = 20_000 } = deps
  const checks = createDatabaseChecks()
  const closing = new AbortController()
  const wasEnded = endedLast(store)
  let state = stateIn(store)
  let isGood = lastOf(store, action)?.result === 'ok' && wasEnded
  let running: Promise<DatabaseState> | undefined
  const timers: NodeJS.Timeout[] = []

  const look = async (): Promise<DatabaseState> => {
    const { size } = statSync(databasePath)
    if (freeBytes(scratchDir) < size + diskReserveBytes)
      throw new AppError('storage_full', 'The disk has no room for the copy that is checked.', {
        hint: 'Free some space; the check is tried again within the hour.',
      })
    const target = join(scratchDir, 'database-check.db')
    const { ok, problems } = await checkLiveDatabase({ db, target, checks, signal: closing.signal })
    isGood = ok
    if (!ok) log.error('the database is damaged', { problems: problems.slice(0, 20) })
    return { checkedAtMs: clock.nowMs(), problems }
  }

  const check = (): Promise<DatabaseState> => {
    running ??= look()
      .then(found => {
        state = found
        tell(found.problems.length === 0 ? 'ok' : 'storage_damaged')
        return found
      })
      .finally(() => {
        running = undefined
      })
    return running
  }

  const tell = (result: string) => {
    try {
      store.audit(systemCall(action), databasePath, result)
    } catch (error) {
      // A damaged database may take no record either; what was found counts all the same.
      log.error('the check of the database could not be recorded', { result, error })
    }
    store.record(tx => tx.announce({ topic: 'environments', kind: 'changed', id: 'database' }))
  }

  const isDue = (): boolean => !isGood || clock.nowMs() - (state.checkedAtMs ?? 0) >= weekMs

  const checkIfDue = (): void => {
    if (!isDue()) return
    check().catch((error: unknown) => {
      if (closing.signal.aborted) return
      log.error('the database could not be checked', { error })
      const failure =
        error instanceof AppError ? error : new AppError('internal', 'The check failed.', { cause: error })
      state = { ...state, failure }
    })
  }

  return {
    state: () => state,
    isDue,
    check,
    start: () => {
      timers.push(setTimeout(checkIfDue, startDelayMs).unref(), setInterval(checkIfDue, hourMs).unref())
    },
    close: async () => {
      for (const timer of timers) clearTimeout(timer)
      closing.abort()
      await checks.close()
      await running?.catch(() => undefined) // it was given up; its copy is gone by then
    },
  }
}

type Last = { readonly atMs: number; readonly seq: number; readonly result: string }

const lastOf = (store: AuditedStore, name: string): Last | undefined =>
  store.read
    .prepare<[string], Last>(
      'SELECT at_ms AS atMs, seq, result FROM audit_log WHERE action = ? ORDER BY seq DESC LIMIT 1',
    )
    .get(name)

/** Whether the last life of the backend ended by itself; also when there was none. */
const endedLast = (store: AuditedStore): boolean =>
  (lastOf(store, 'system.start')?.seq ?? 0) <= (lastOf(store, 'system.end')?.seq ?? 0)

function stateIn(store: AuditedStore): DatabaseState {
  const last = lastOf(store, action)
  if (!last) return { problems: [] }
  return {
    checkedAtMs: last.atMs,
    problems: last.result === 'ok' ? [] : ['the last check found damage, see the log of the backend'],
  }
}
