import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { isEnded, type JobId, type JobKind } from '../../contract/jobs.ts'
import type { Tx } from '../../platform/db/types.ts'
import { childEnvironment } from '../../platform/processes/child-environment.ts'
import { journalFile, type RunnerSpec } from '../../platform/processes/job-folder.ts'
import { readJournal } from '../../platform/processes/journal.ts'
import { killTree } from '../../platform/processes/kill-tree.ts'
import type { JobHandler } from '../../platform/processes/port.ts'
import {
  bootId,
  environmentValue,
  identityOf,
  isAlive,
  jobMarker,
  listProcesses,
  type ProcessIdentity,
  runnerMarker,
} from '../../platform/processes/process-table.ts'
import { connectToRunner, type RunnerLink } from '../../platform/processes/runner-link.ts'
import { type ApplyContext, applyEnd, finish } from './apply-entry.ts'
import { createDelivery, isStorageTrouble } from './delivery.ts'
import type { JobsDeps } from './deps.ts'
import { lostOutcome, type Outcome } from './outcome.ts'
import { findJob, type JobRow } from './repo.ts'

type Deps = Required<JobsDeps> & {
  readonly handlerOf: (kind: JobKind) => JobHandler
  /** The job has ended, and its row says so. */
  readonly onEnded: (id: JobId) => void
}

export type Attempts = {
  /** Starts the runner of a job whose row says `starting`. */
  readonly launch: (id: JobId) => void
  /** Takes up a job that an earlier backend started. */
  readonly adopt: (row: JobRow) => void
  /** Tells the runner what the row says: the job is to stop. */
  readonly pushStop: (id: JobId) => void
  /** Sends a line to the child; false when no runner is connected. */
  readonly send: (id: JobId, line: Readonly<Record<string, unknown>>) => boolean
  /** Whether a runner exists (or is being started) for the job. */
  readonly isFollowed: (id: JobId) => boolean
  /** Changes a job's row by a journal-like step of our own, such as its end. */
  readonly conclude: (tx: Tx, row: JobRow, outcome: Outcome) => JobRow
  /** Kills processes of jobs that have ended: escapees of a runner that was killed. */
  readonly sweep: () => Promise<void>
  /** Lets go of everything without stopping a job. */
  readonly close: () => void
}

/** One attempt that is under way, as this backend follows it. */
type Followed = {
  readonly attempt: number
  readonly runner: ProcessIdentity
  link: RunnerLink | undefined
  isConnected: boolean
  isReading: boolean
  hasMore: boolean
}

const journalLimitBytes = 1 << 30
const defaultHeartbeatMs = 5_000
const defaultPoliteStopMs = 10_000
const reconnectMs = 250
const diskRetryMs = 1_000
// Not the disk but a defect, here or in a handler: trying again soon would only fill the log.
const defectRetryMs = 30_000
// A few milliseconds in which the lines of a talkative child share one transaction and one flush.
const gatherMs = 5

/** Starts runners, follows their journals into the database, and notices when they are gone. */
export function createAttempts(deps: Deps): Attempts {
  const { store, clock, log, paths, leases, spawnRunner, env, termGraceMs, onEnded } = deps
  const followed = new Map<JobId, Followed>()
  const timers = new Set<NodeJS.Timeout>()
  const delivery = createDelivery({ ...deps, folderOf: id => folderOf(id) })
  let isClosed = false

  const folderOf = (id: string) => join(paths.jobs, id)
  const socketOf = (id: string) =>
    process.platform === 'win32' ? `\\\\.\\pipe\\slipway-${id}` : join(paths.sockets, `${id}.sock`)

  const later = (run: () => void, afterMs: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (isClosed) return
      try {
        run()
      } catch (error) {
        // One job's trouble must not end the backend and with it the view on all others.
        log.error('following a job failed', { error })
      }
    }, afterMs)
    timers.add(timer)
  }

  /** What follows from a row that has just been committed. */
  const settle = (row: JobRow): void => {
    if (isEnded(row.state)) {
      unfollow(row.id)
      onEnded(row.id)
    } else if (row.state === 'starting' && row.nextStartAtMs !== null) {
      unfollow(row.id)
      later(() => launch(row.id), Math.max(0, row.nextStartAtMs - clock.nowMs()))
    }
  }

  const unfollow = (id: JobId): void => {
    followed.get(id)?.link?.close()
    followed.delete(id)
  }

  /** Changes one row in a transaction of its own, unless the attempt is over already. */
  const change = (id: JobId, attempt: number, step: (context: ApplyContext, row: JobRow) => JobRow): void => {
    const after = delivery.change(id, attempt, step)
    if (after) settle(after)
  }

  const specOf = (row: JobRow): RunnerSpec => ({
    jobId: row.id,
    attempt: row.attempt,
    command: row.spec.command,
    env: {
      ...childEnvironment(env, { ...row.spec.env, ...leases.environmentOf(row.granted ?? []) }),
      [jobMarker]: row.id,
    },
    socketPath: socketOf(row.id),
    politeStopMs: row.spec.politeStopMs ?? defaultPoliteStopMs,
    termGraceMs,
    heartbeatMs: row.spec.heartbeatMs ?? defaultHeartbeatMs,
    ...(row.spec.memoryLimitBytes !== undefined && { memoryLimitBytes: row.spec.memoryLimitBytes }),
    journalLimitBytes,
  })

  const launch = (id: JobId): void => {
    const row = findJob(store.read, id)
    if (row?.state !== 'starting' || followed.has(id)) return
    try {
      const { identity, ready } = spawnRunner(folderOf(id), specOf(row), row.spec.files ?? {})
      // Who runs it is the first thing that the journal says: nothing has to be written here that a full disk could refuse.
      const entry = follow(row, identity)
      ready.then(
        () => connect(id, entry),
        error => failToStart(id, row.attempt, error),
      )
    } catch (error) {
      failToStart(id, row.attempt, error)
    }
  }

  const failToStart = (id: JobId, attempt: number, error: unknown): void => {
    if (isClosed) return
    // The runner may have come as far as a child before it ended: then the journal has the truth.
    if (followed.has(id) && hasBegun(folderOf(id), attempt)) {
      vanish(id, attempt)
      return
    }
    log.error('a runner could not be started', { jobId: id, error })
    const failure =
      error instanceof AppError
        ? { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) }
        : {
            code: 'worker_failed',
            message: `The job's runner could not be started: ${error instanceof Error ? error.message : 'unknown error'}`,
            hint: 'The machine may be out of memory or processes: try again when it is less busy.',
          }
    retryOnDiskTrouble(id, () =>
      change(id, attempt, (context, row) => finish(context, row, { state: 'failed', failure })),
    )
  }

  const follow = (row: JobRow, runner: ProcessIdentity): Followed => {
    const entry: Followed = {
      attempt: row.attempt,
      runner,
      link: undefined,
      isConnected: false,
      isReading: false,
      hasMore: false,
    }
    followed.set(row.id, entry)
    return entry
  }

  const isCurrent = (id: JobId, entry: Followed): boolean => !isClosed && followed.get(id) === entry

  const connect = (id: JobId, entry: Followed): void => {
    if (!isCurrent(id, entry)) return
    let logCount = 0
    entry.link = connectToRunner(
      socketOf(id),
      { jobId: id, attempt: entry.attempt },
      {
        onOpen: () => {
          entry.isConnected = true
          pushStop(id)
        },
        onGrowth: said => {
          read(id, entry)
          if (said.logCount !== logCount) {
            logCount = said.logCount
            announceLog(id)
          }
        },
        onLost: () => {
          entry.isConnected = false
          if (isCurrent(id, entry)) recover(id, entry)
        },
      },
    )
  }

  // At most once a second and job: a watcher reads the new lines itself.
  const announced = new Set<JobId>()
  const announceLog = (id: JobId): void => {
    if (announced.has(id)) return
    announced.add(id)
    later(() => {
      announced.delete(id)
      store.record(tx => tx.announce({ topic: 'log', kind: 'changed', id }))
    }, 1_000)
  }

  /** The connection is gone: the runner has ended, was killed, or is still there and only the socket failed. */
  const recover = (id: JobId, entry: Followed): void => {
    if (isAlive(entry.runner)) {
      read(id, entry)
      later(() => (isAlive(entry.runner) ? connect(id, entry) : recover(id, entry)), reconnectMs)
    } else vanish(id, entry.attempt)
  }

  /** There is no runner any more. What it wrote is read to the last line; if that has no end, nobody saw it. */
  const vanish = (id: JobId, attempt: number, mayRestart = true): void => {
    const entry = followed.get(id)
    if (isClosed || !entry || entry.attempt !== attempt) return
    readAll(id, entry, () => {
      killTree({ jobId: id })
        .catch(error => {
          log.error('looking for the processes of a job failed', { jobId: id, error })
          return []
        })
        .then(leftovers => {
          if (leftovers.length > 0) log.error('processes of a job cannot be killed', { jobId: id, leftovers })
          if (!isCurrent(id, entry)) return
          const wasRestarted = entry.runner.bootId !== '' && entry.runner.bootId !== bootId()
          const conclude = mayRestart ? applyEnd : finish
          retryOnDiskTrouble(id, () =>
            change(id, attempt, (context, row) => conclude(context, row, lostOutcome(wasRestarted))),
          )
        })
    })
  }

  const retryOnDiskTrouble = (id: JobId, run: () => void): void => {
    try {
      run()
    } catch (error) {
      if (!isStorageTrouble(error)) throw error
      log.warn('a job cannot be recorded: the disk refuses', { jobId: id, error })
      later(() => retryOnDiskTrouble(id, run), diskRetryMs)
    }
  }

  const read = (id: JobId, entry: Followed): void => {
    if (entry.isReading) {
      entry.hasMore = true
      return
    }
    entry.isReading = true
    const done = () => {
      entry.isReading = false
      if (!entry.hasMore) return
      entry.hasMore = false
      read(id, entry)
    }
    later(() => readAll(id, entry, done), gatherMs)
  }

  /** Delivers what the journal holds beyond the row's position, a piece per turn of the event loop, then goes on. */
  const readAll = (id: JobId, entry: Followed, then: () => void): void => {
    if (!isCurrent(id, entry)) return
    let isAtEnd: boolean
    try {
      const { after, isLast } = delivery.deliverPiece(id, entry.attempt)
      if (after) settle(after)
      isAtEnd = isLast
    } catch (error) {
      // Nothing is lost: the journal keeps it until the database can take it.
      log.warn('the events of a job could not be recorded yet', { jobId: id, error })
      later(() => readAll(id, entry, then), isStorageTrouble(error) ? diskRetryMs : defectRetryMs)
      return
    }
    if (!isCurrent(id, entry)) return
    if (isAtEnd) then()
    else later(() => readAll(id, entry, then), 0)
  }

  const pushStop = (id: JobId): void => {
    const entry = followed.get(id)
    const row = entry?.isConnected ? findJob(store.read, id) : undefined
    if (row?.state === 'stopping' && row.stop) entry?.link?.send({ do: 'stop', save: row.stop.save })
  }

  const adopt = (row: JobRow): void => {
    const runner = row.runner ?? runnerInJournal(folderOf(row.id), row.attempt) ?? findRunner(row.id)
    if (runner) {
      const entry = follow(row, runner)
      const isThere = isAlive(runner)
      log.info('adopting a job', { jobId: row.id, state: row.state, runner: runner.pid, isThere })
      if (isThere) {
        read(row.id, entry)
        connect(row.id, entry)
      } else vanish(row.id, row.attempt, false)
    } else if (row.state === 'starting') {
      // Its runner was never started: a journal is the first thing that one makes.
      later(() => launch(row.id), Math.max(0, (row.nextStartAtMs ?? 0) - clock.nowMs()))
    } else {
      change(row.id, row.attempt, (context, now) => finish(context, now, lostOutcome(false)))
    }
  }

  return {
    launch,
    adopt,
    pushStop,
    send: (id, line) => {
      const entry = followed.get(id)
      if (!entry?.isConnected) return false
      entry.link?.send({ do: 'send', line })
      return true
    },
    isFollowed: id => followed.has(id),
    conclude: delivery.conclude,
    sweep: async () => {
      const strays = new Set(
        listProcesses().flatMap(row => (row.isZombie ? [] : (environmentValue(row.pid, jobMarker) ?? []))),
      )
      for (const jobId of strays) {
        const row = findJob(store.read, jobId)
        if (!row || !isEnded(row.state)) continue
        const leftovers = await killTree({ jobId })
        log.warn('processes of an ended job were still there and were killed', { jobId, leftovers })
      }
    },
    close: () => {
      isClosed = true
      for (const id of [...followed.keys()]) unfollow(id)
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

const hasBegun = (folder: string, attempt: number): boolean =>
  readJournal(journalFile(folder, attempt), 0).entries.some(({ entry }) => entry.type !== 'runner')

function runnerInJournal(folder: string, attempt: number): ProcessIdentity | undefined {
  const first = readJournal(journalFile(folder, attempt), 0).entries[0]?.entry
  return first?.type === 'runner' ? first.runner : undefined
}

/** A runner that was started in the very moment in which the backend died. */
function findRunner(jobId: string): ProcessIdentity | undefined {
  const row = listProcesses().find(each => !each.isZombie && environmentValue(each.pid, runnerMarker) === jobId)
  return row && identityOf(row.pid)
}
