import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Call } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { Job, JobId, JobKind, JobPriority, jobs } from '../../contract/jobs.ts'
import { DeviceRequest, isEnded } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import { newId } from '../../platform/ids.ts'
import type { Family } from '../../platform/metrics/exposition.ts'
import { logFolder, safeName } from '../../platform/processes/job-folder.ts'
import { readLog } from '../../platform/processes/log-reader.ts'
import type { JobHandler, JobSpec, JobsPort } from '../../platform/processes/port.ts'
import { createAttempts } from './attempts.ts'
import type { JobsDeps } from './deps.ts'
import { jobMetrics } from './metrics.ts'
import {
  attemptIds,
  countByKindAndState,
  countJobs,
  countLive,
  deleteJob,
  findJob,
  findJobsByName,
  insertJob,
  type JobRow,
  liveJobs,
  pageOfJobs,
  queuedIds,
  saveJob,
  toJob,
} from './repo.ts'
import { nextState } from './states.ts'

export type Jobs = {
  readonly handlers: Handlers<typeof jobs>
  readonly port: JobsPort
  /** Adopts what still runs, says `lost` of what is gone, starts what waits. Call once, after every `port.handle`. */
  readonly start: () => void
  /** Lets go of every job without stopping one; they are adopted at the next start. */
  readonly close: () => void
  /** Stops every job and resolves when none is left. */
  readonly stopAll: (call: Call) => Promise<void>
  /** Whether any job waits or runs. */
  readonly isBusy: () => boolean
  /** The programs of jobs that wait or run, each with the job's name. */
  readonly livePrograms: () => readonly { readonly name: string; readonly program: string }[]
  /** Jobs that wait, and jobs that run. */
  readonly counts: () => { readonly waiting: number; readonly running: number }
  readonly metrics: () => readonly Family[]
}

const defaultTermGraceMs = 10_000

const nobody: JobHandler = { onEvent: () => undefined, onEnd: () => undefined, restart: 'never' }

/** Jobs: rows first, then processes that outlive this backend. */
export function createJobs(given: JobsDeps): Jobs {
  const deps = { random: Math.random, termGraceMs: defaultTermGraceMs, ...given }
  const { store, clock, log, paths, leases } = deps
  const handlersByKind = new Map<JobKind, JobHandler>()
  const waiters = new Map<JobId, Set<(job: Job) => void>>()
  let isStarted = false
  let isClosed = false
  let isPumping = false

  // A row may be older than this build and of a kind that nobody handles any more: it still gets its true end.
  const handlerOf = (kind: JobKind): JobHandler => handlersByKind.get(kind) ?? nobody

  const onEnded = (id: JobId): void => {
    const row = findJob(store.read, id)
    if (row) for (const resolve of waiters.get(id) ?? []) resolve(toJob(row))
    waiters.delete(id)
    pump()
  }

  const attempts = createAttempts({ ...deps, handlerOf, onEnded })

  /** Soon, and once for many changes: grants devices to the waiting in queue order and starts what got them. */
  const pump = (): void => {
    if (isPumping || !isStarted) return
    isPumping = true
    setImmediate(() => {
      isPumping = false
      if (isClosed) return
      try {
        for (const id of grantWaiting()) attempts.launch(id)
      } catch (error) {
        // A full disk, most likely. The rows still say "queued", which is true; the next change tries again.
        log.error('waiting jobs could not be started', { error })
        setTimeout(pump, 1_000).unref()
      }
    })
  }

  const grantWaiting = (): JobId[] =>
    store.record(tx => {
      const waiting = liveJobs(tx).filter(row => row.state === 'queued')
      const grants = leases.grant(
        tx,
        waiting.map(row => ({ jobId: row.id, requests: row.spec.devices ?? [] })),
      )
      const starting = waiting.filter(row => grants.has(row.id))
      for (const row of starting) {
        saveJob(tx, { ...row, state: nextState(row.state, 'starting'), granted: grants.get(row.id) ?? [] })
        tx.announce({ topic: 'jobs', kind: 'changed', id: row.id })
      }
      // Everybody behind has moved up.
      if (starting.length > 0)
        for (const row of waiting) if (!grants.has(row.id)) tx.announce({ topic: 'jobs', kind: 'changed', id: row.id })
      return starting.map(row => row.id)
    })

  const existing = (ref: string): JobRow => {
    const byId = findJob(store.read, ref)
    if (byId) return byId
    const [row, another] = findJobsByName(store.read, ref)
    if (!row) throw new AppError('not_found', `There is no job ${ref}.`, { hint: 'slipway jobs list shows them.' })
    if (another) {
      throw new AppError('conflict', `Several jobs are called ${ref}.`, {
        hint: `Use the id; the newest is ${row.id}.`,
        details: { newest: row.id },
      })
    }
    return row
  }

  const shown = (row: JobRow): Job => toJob(row, row.state === 'queued' ? queuedIds(store.read) : [])

  const start = (call: Call, spec: JobSpec): Job => {
    if (!handlersByKind.has(spec.kind)) throw new AppError('internal', `Nobody handles jobs of the kind ${spec.kind}.`)
    for (const name of Object.keys(spec.files ?? {})) safeName(name)
    // A request that the lease book cannot write down would hold up everybody behind it.
    leases.check(DeviceRequest.array().parse(spec.devices ?? []))
    const nowMs = clock.nowMs()
    const row: JobRow = {
      id: newId('job', nowMs) as JobId,
      kind: spec.kind,
      name: spec.name,
      subjectId: spec.subjectId,
      state: 'queued',
      health: 'ok',
      priority: spec.priority ?? 'normal',
      spec,
      granted: null,
      attempt: 1,
      journalPosition: 0,
      runner: null,
      childPid: null,
      progress: null,
      failure: null,
      workerFailure: null,
      lastEvent: null,
      stop: null,
      restarts: [],
      nextStartAtMs: null,
      createdAtMs: nowMs,
      startedAtMs: null,
      endedAtMs: null,
    }
    store.commit(call, row.id, tx => {
      insertJob(tx, row)
      tx.announce({ topic: 'jobs', kind: 'created', id: row.id })
    })
    pump()
    return shown(row)
  }

  const stop = (call: Call, ref: string, { save = false } = {}): Job => {
    const { id } = existing(ref)
    const row = store.commit(call, id, tx => {
      const now = findJob(tx, id) ?? existing(id)
      if (isEnded(now.state)) {
        throw new AppError('conflict', `${now.name} has ended already (${now.state}).`, {
          details: { state: now.state },
        })
      }
      const asked = { save: now.stop?.save === false ? false : save }
      // Nothing runs yet: in the queue, or between two attempts of a service.
      if (!attempts.isFollowed(id) && (now.state === 'queued' || now.state === 'starting')) {
        return attempts.conclude(tx, { ...now, stop: asked }, { state: 'cancelled', failure: null })
      }
      const stopping: JobRow = {
        ...now,
        state: now.state === 'stopping' ? now.state : nextState(now.state, 'stopping'),
        stop: asked,
      }
      saveJob(tx, stopping)
      tx.announce({ topic: 'jobs', kind: 'changed', id })
      return stopping
    })
    // After the transaction that may surround this one; if that was rolled back, the row says that nothing is to stop.
    setImmediate(() => {
      if (isClosed) return
      const now = findJob(store.read, id)
      if (now && isEnded(now.state)) onEnded(id)
      else attempts.pushStop(id)
    })
    return shown(row)
  }

  const ended = (id: JobId, signal?: AbortSignal): Promise<Job> =>
    new Promise((resolve, reject) => {
      const row = existing(id)
      if (isEnded(row.state)) return resolve(toJob(row))
      const mine = waiters.get(row.id) ?? new Set()
      waiters.set(row.id, mine)
      const abort = () => {
        mine.delete(done)
        reject(new AppError('cancelled', `Nobody waits for ${row.name} any more.`, { cause: signal?.reason }))
      }
      const done = (job: Job) => {
        signal?.removeEventListener('abort', abort)
        resolve(job)
      }
      if (signal?.aborted) return abort()
      mine.add(done)
      signal?.addEventListener('abort', abort, { once: true })
    })

  const prioritize = (call: Call, ref: string, priority: JobPriority): Job => {
    const { id, name, state } = existing(ref)
    if (state !== 'queued') {
      throw new AppError('conflict', `${name} does not wait any more (${state}).`, { details: { state } })
    }
    const row = store.commit(call, id, tx => {
      const next = { ...(findJob(tx, id) ?? existing(id)), priority }
      saveJob(tx, next)
      tx.announce({ topic: 'jobs', kind: 'changed', id })
      return next
    })
    pump()
    return shown(row)
  }

  const remove = (call: Call, id: JobId): void => {
    const row = existing(id)
    if (!isEnded(row.state)) {
      throw new AppError('conflict', `${row.name} has not ended (${row.state}).`, {
        hint: `Stop it first: slipway jobs stop ${row.id}.`,
      })
    }
    store.commit(call, id, tx => {
      deleteJob(tx, id)
      tx.announce({ topic: 'jobs', kind: 'removed', id })
    })
    // Only once the row is surely gone: a surrounding transaction may still be rolled back.
    setImmediate(() => {
      if (!isClosed && !findJob(store.read, id)) rmSync(join(paths.jobs, id), { recursive: true, force: true })
    })
  }

  const logs: JobsPort['logs'] = async (id, { attempt, ...request }, signal) => {
    const row = existing(id)
    const attempts = attemptIds(store.read, row)
    const chosen = attempt === undefined ? row.id : attempts[attempt - 1]
    if (chosen === undefined)
      throw new AppError('not_found', `${row.name} has no attempt ${attempt}.`, {
        hint: `It was started ${attempts.length} times: the last attempt is ${attempts.length}.`,
        details: { attempts: attempts.length },
      })
    const page = await readLog(logFolder(join(paths.jobs, chosen)), request, signal)
    return attempts.length > 1 ? { ...page, attempt: attempts.indexOf(chosen) + 1, attempts: attempts.length } : page
  }

  const port: JobsPort = {
    start,
    stop,
    get: id => {
      const row = findJob(store.read, id)
      return row && shown(row)
    },
    ended,
    send: (id, line) => {
      const row = existing(id)
      if (!attempts.send(id, line)) {
        throw new AppError('conflict', `${row.name} cannot hear commands now (${row.state}).`, {
          details: { state: row.state },
        })
      }
    },
    folder: id => join(paths.jobs, id),
    logs,
    remove,
    handle: (kind, handler) => void handlersByKind.set(kind, handler),
  }

  const handlers: Handlers<typeof jobs> = {
    list: async ({ state, kind, subject, q, ...page }) => {
      const filter = { state, kind, subject, q }
      const { rows, nextCursor } = pageOfJobs(store.read, filter, page)
      const queue = queuedIds(store.read)
      return {
        items: rows.map(row => toJob(row, queue)),
        total: countJobs(store.read, filter),
        ...(nextCursor !== undefined && { nextCursor }),
      }
    },
    show: async ({ id }) => shown(existing(id)),
    logs: async ({ id, ...request }, { signal }) => logs(existing(id).id, request, signal),
    wait: async ({ id, timeoutMs }, { signal }) => {
      const row = existing(id)
      if (isEnded(row.state) || timeoutMs === 0) return shown(row)
      const deadline = AbortSignal.timeout(timeoutMs)
      try {
        return await ended(row.id, signal ? AbortSignal.any([signal, deadline]) : deadline)
      } catch (error) {
        // The time is up: the job as it is now is the answer.
        if (deadline.aborted) return shown(existing(row.id))
        throw error
      }
    },
    stop: async ({ id, save }, call) => stop(call, id, { save }),
    prioritize: async ({ id, priority }, call) => prioritize(call, id, priority),
  }

  return {
    handlers,
    port,
    start: () => {
      isStarted = true
      leases.onFreed(pump)
      for (const row of liveJobs(store.read)) if (row.state !== 'queued') attempts.adopt(row)
      attempts.sweep().catch(error => log.error('the sweep for stray processes failed', { error }))
      pump()
    },
    close: () => {
      isClosed = true
      attempts.close()
    },
    stopAll: async call => {
      const live = liveJobs(store.read)
      const ends = live.map(row => ended(row.id))
      for (const row of live) stop(call, row.id)
      await Promise.all(ends)
    },
    isBusy: () => countLive(store.read) > 0,
    livePrograms: () => liveJobs(store.read).map(({ name, spec }) => ({ name, program: spec.command[0] })),
    counts: () => {
      const waiting = queuedIds(store.read).length
      return { waiting, running: countLive(store.read) - waiting }
    },
    metrics: () => jobMetrics(countByKindAndState(store.read)),
  }
}
