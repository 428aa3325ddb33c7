import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { isEnded, type JobId } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import type { training } from '../../contract/training.ts'
import { lineageOf } from '../../platform/db/lineage.ts'
import type { ReadableDb } from '../../platform/db/types.ts'
import { ownPlaces } from '../../platform/own-path.ts'
import { noLog } from '../../platform/processes/log-reader.ts'
import { catalogue } from './catalogue.ts'
import { compareRuns } from './compare-runs.ts'
import { listMetrics } from './curve-repo.ts'
import { curveColumns } from './curves.ts'
import type { TrainingDeps } from './deps.ts'
import { type HeldBack, heldBackBy } from './held-back.ts'
import { createLaunch } from './launch-run.ts'
import { createPreparation } from './prepare-run.ts'
import { relocateRuns } from './relocation.ts'
import { createRemoval } from './removal.ts'
import { activeRuns, countRuns, findRun, isRun, listRuns, type RunRecord, updateRun } from './repo.ts'
import { createResults } from './results.ts'
import { createResume } from './resume-run.ts'
import { createRunView } from './run-view.ts'
import { createStarts } from './start-run.ts'
import { thinCurve } from './thin-curve.ts'
import { createRunEvents } from './worker.ts'

export type Training = {
  readonly handlers: Handlers<typeof training>
  /** Finds the runs of a data directory that was moved. Call once, before any other domain starts. */
  readonly relocate: () => void
  /** Registers results of runs that ended while nobody looked. Call once after the supervisor has adopted its jobs. */
  readonly start: () => void
  /** Deletes the bytes of runs that were removed long enough ago. */
  readonly purge: () => void
  readonly close: () => void
  /** Whether there is a run of this id, also one that is removed and can be restored: its folder is needed. */
  readonly isRun: (db: ReadableDb, id: string) => boolean
  /** How a run is called and what it does; undefined once it is removed. */
  readonly now: (id: string) => { readonly name: string; readonly state: string } | undefined
  /** The rows that a run held back, by its id or name. Throws `conflict` where it held none back. */
  readonly heldBack: (ref: string) => HeldBack
  readonly usersOfModel: (id: string) => readonly string[]
  readonly usersOfDataset: (id: string) => readonly string[]
}

/** Fine-tuning: a run is planned, started in a child, watched, stopped, resumed and published. */
export function createTraining(deps: TrainingDeps): Training {
  const { store, clock, log, paths, jobs } = deps
  const folderOf = (runId: string) => join(paths.runs, runId)
  const { jobOf, toRun, detail } = createRunView(deps)
  const prepare = createPreparation(deps)
  const results = createResults({ ...deps, folderOf })

  const existing = (ref: string): RunRecord => {
    const run = findRun(store.read, ref)
    if (!run) throw new AppError('not_found', `There is no run ${ref}.`, { hint: 'slipway training list shows them.' })
    return run
  }

  const removal = createRemoval({ store, clock, log, folderOf, existing, stateOf: run => toRun(run).state })

  const launch = createLaunch({ ...deps, folderOf })
  jobs.handle('training', createRunEvents({ store, clock, log, ended: runId => void results.registered(runId) }))

  const handlers: Handlers<typeof training> = {
    ...catalogue,

    plan: async input => (await prepare(input)).answer,

    ...createStarts({ ...deps, prepare, launch, folderOf, existing, toRun }),

    resume: createResume({ ...deps, launch, existing, toRun }),

    update: async ({ id, description }, call) => {
      const run = existing(id)
      store.commit(call, run.id, tx => {
        updateRun(tx, run.id, { description }, clock.nowMs())
        tx.announce({ topic: 'runs', kind: 'changed', id: run.id })
      })
      return detail(existing(run.id))
    },

    list: async ({ state, method, q, ...page }) => {
      const { runs, nextCursor } = listRuns(store.read, { state, method, q }, page)
      return {
        items: runs.map(toRun),
        total: countRuns(store.read, { state, method, q }),
        ...(nextCursor !== undefined && { nextCursor }),
      }
    },

    show: async ({ id }) => {
      await results.settled(existing(id).id)
      return detail(existing(id))
    },

    logs: async ({ id, ...request }, { signal }) => {
      const run = existing(id)
      return run.jobId === null ? noLog : jobs.logs(run.jobId as JobId, request, signal)
    },

    metrics: async ({ id, after, points }) => {
      const all = listMetrics(store.read, existing(id).id, after)
      const series = (name: 'train' | 'validation') =>
        thinCurve(
          all.filter(point => point.series === name),
          points,
        )
      return { items: [...series('train'), ...series('validation')], total: all.length }
    },

    curves: async ({ id, points }) => {
      const run = existing(id)
      const { total: trainTotal, ...train } = curveColumns(store.read, run.id, 'train', points)
      const { total: validationTotal, ...validation } = curveColumns(store.read, run.id, 'validation', points)
      return { train, validation, total: trainTotal + validationTotal }
    },

    stop: async ({ id, save }, call) => {
      const run = existing(id)
      const job = jobOf(run)
      if (!job || isEnded(job.state))
        throw new AppError('conflict', `${run.name} is not running: it is ${run.state}.`, {
          hint: 'slipway training list --state running shows what runs.',
        })
      jobs.stop(call, job.id, { save })
      return toRun(existing(run.id))
    },

    publish: async ({ id, step, name }, call) => results.publish(call, existing(id), step, name),

    compare: async ({ id }) => compareRuns(store.read, id.map(existing), toRun),

    remove: async ({ id, purge }, call) => removal.remove(call, id, purge),

    restore: async ({ id }, call) => detail(removal.restore(call, id)),
  }

  const usersOf = (uses: (run: RunRecord) => boolean) =>
    activeRuns(store.read)
      .filter(uses)
      .map(run => `run ${run.name}`)
  return {
    handlers,
    relocate: () => relocateRuns({ store, log, runsDir: paths.runs, places: ownPlaces(paths) }),
    start: () => {
      results.catchUp()
      removal.start()
    },
    purge: removal.purge,
    close: removal.close,
    isRun,
    now: id => {
      const run = findRun(store.read, id)
      return run && { name: run.name, state: toRun(run).state }
    },
    heldBack: ref => {
      const run = existing(ref)
      const learned = lineageOf(store.read, run.id).madeBy.filter(({ role }) => role === 'data')
      return heldBackBy(run, new Set(learned.map(({ id }) => id)), folderOf)
    },
    usersOfModel: id => usersOf(run => run.model.id === id),
    usersOfDataset: id => usersOf(run => run.datasets.some(data => data.id === id)),
  }
}
