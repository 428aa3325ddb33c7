import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Call } from '../../contract/call.ts'
import type { Lineage } from '../../contract/common.ts'
import { AppError } from '../../contract/errors.ts'
import type { Job, JobId } from '../../contract/jobs.ts'
import { isEnded } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import type { Provenance, Run, training } from '../../contract/training.ts'
import { parseParameters } from '../../contract/training-parameters.ts'
import { lineageOf, linkLineage } from '../../platform/db/lineage.ts'
import type { ReadableDb } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import { numberedName } from '../../platform/numbered-name.ts'
import { ownPlaces } from '../../platform/own-path.ts'
import { noLog } from '../../platform/processes/log-reader.ts'
import { freeName } from '../../platform/retention.ts'
import { catalogue } from './catalogue.ts'
import { curveColumns } from './curves.ts'
import type { TrainingDeps } from './deps.ts'
import { type HeldBack, heldBackBy } from './held-back.ts'
import { cannotStart, createPreparation, limitsOf, type PlanInput, sum, tooLarge, typed } from './prepare-run.ts'
import { relocateRuns } from './relocation.ts'
import { createRemoval } from './removal.ts'
import {
  activeRuns,
  bestValidationLoss,
  checkpointsOf,
  countRuns,
  findRun,
  insertRun,
  isRun,
  listMetrics,
  listRuns,
  type RunRecord,
  updateRun,
} from './repo.ts'
import { createResults } from './results.ts'
import { createRunView } from './run-view.ts'
import { thinCurve } from './thin-curve.ts'
import { threadsOf } from './threads.ts'
import { createRunEvents } from './worker.ts'

type StartInput = PlanInput & {
  readonly name?: string | undefined
  readonly description: string
  readonly from?: string | undefined
  readonly environment: string
  readonly anyway: boolean
}

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
  const { store, clock, log, paths, jobs, models, datasets, pythonFor, machine, code } = deps
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

  const launch = (
    call: Call,
    run: {
      id: string
      name: string
      memoryBytes: number
      /** With how many threads it shall compute; undefined: what the lease book grants. */
      threads: number | undefined
      device: string
      config: Readonly<Record<string, unknown>>
      environment: string
    },
  ): Job => {
    const { python, env } = pythonFor(run.environment)
    mkdirSync(folderOf(run.id), { recursive: true, mode: 0o700 })
    return jobs.start(call, {
      kind: 'training',
      name: run.name,
      subjectId: run.id,
      command: [python, '-m', 'slipway_worker.train', 'config.json'],
      env,
      files: { 'config.json': JSON.stringify(run.config) },
      devices: [
        {
          device: run.device === 'auto' ? 'any' : run.device,
          memoryBytes: run.memoryBytes,
          exclusive: false,
          ...(run.threads !== undefined && { processors: run.threads }),
        },
      ],
      politeStopMs: 120_000,
    })
  }

  const runEvents = createRunEvents({ store, clock, log, ended: runId => void results.registered(runId) })
  jobs.handle('training', runEvents)

  const begin = async (input: StartInput, call: Call): Promise<Run> => {
    const { model, train, measured, parameters, answer } = await prepare(input)
    if (cannotStart(answer.memory) && !input.anyway) throw tooLarge(answer.memory)
    const adapter = input.from === undefined ? undefined : models.readyVersion(input.from)
    if (adapter && adapter.summary.format !== 'adapter')
      throw new AppError('invalid_input', `${adapter.name} is not an adapter.`, {
        hint: 'To train a full model further, give it with --model.',
      })
    // A model of that name would get what is trained here as its next version.
    const isTaken = (other: string) => findRun(store.read, other) !== undefined || models.isName(other)
    const name = input.name ?? numberedName(`${model.name}-${input.method}`, isTaken)
    if (findRun(store.read, name))
      throw new AppError('conflict', `A run named "${name}" exists already.`, { hint: 'Choose another --name.' })
    const python = pythonFor(input.environment)
    for (const data of [...train, ...measured]) datasets.freeze(call, data.id)
    const id = newId('run', clock.nowMs())
    // The threads come with the lease: the book may grant fewer, on a machine that has fewer.
    const { validationSplit, threads, ...passedOn } = parameters
    const config = {
      ...passedOn,
      // Rows are held back only where nothing else measures.
      ...(validationSplit > 0 && measured.length === 0 && { validationSplit }),
      method: input.method,
      modelDir: model.path,
      trainFiles: train.flatMap(data => data.files),
      ...(train.some(data => data.samplingRate !== 1) && {
        trainRates: train.flatMap(data => data.files.map(() => data.samplingRate)),
      }),
      validationFiles: measured.flatMap(data => data.files),
      outputDir: folderOf(id),
      device: input.device,
      ...(adapter && { adapterDir: adapter.path }),
    }
    const provenance: Provenance = {
      seed: parameters.seed,
      environment: { name: python.name, lockHash: python.lockHash },
      code,
      machine: machine(),
    }
    store.commit(call, id, tx => {
      insertRun(tx, {
        id,
        name,
        description: input.description,
        method: input.method,
        parameters,
        config,
        provenance,
        warnings: answer.warnings,
        memoryPlan: answer.memory,
        atMs: clock.nowMs(),
        model: { id: model.id, name: `${model.name}@${model.version}` },
        datasets: [
          ...train.map(({ id: dataId, name: dataName, samplingRate }) => ({
            ...{ id: dataId, name: dataName },
            ...(samplingRate !== 1 && { samplingRate }),
          })),
          ...measured.map(data => ({ id: data.id, name: data.name })),
        ],
      })
      const edge = { childId: id, childKind: 'run', childName: name }
      linkLineage(tx, { ...edge, parentId: model.id, parentKind: 'model', parentName: model.name, role: 'base' })
      if (adapter)
        linkLineage(tx, {
          ...edge,
          parentId: adapter.id,
          parentKind: 'model',
          parentName: adapter.name,
          role: 'adapter',
        })
      for (const data of train)
        linkLineage(tx, { ...edge, parentId: data.id, parentKind: 'dataset', parentName: data.name, role: 'data' })
      for (const data of measured)
        linkLineage(tx, {
          ...edge,
          parentId: data.id,
          parentKind: 'dataset',
          parentName: data.name,
          role: 'validation',
        })
      const job = launch(call, {
        id,
        name,
        config,
        environment: input.environment,
        device: input.device,
        threads,
        memoryBytes: sum(answer.memory.terms.map(term => term.bytes)),
      })
      updateRun(tx, id, { jobId: job.id }, clock.nowMs())
      tx.announce({ topic: 'runs', kind: 'created', id })
    })
    return toRun(existing(id))
  }

  const handlers: Handlers<typeof training> = {
    ...catalogue,

    plan: async input => (await prepare(input)).answer,

    start: begin,

    // A new run: the old one stays as it ended, with its log, to be compared with.
    retry: async ({ id, name, set, device, anyway }, call) => {
      const run = existing(id)
      const { state } = toRun(run)
      if (!isEnded(state))
        throw new AppError('conflict', `${run.name} is ${state}.`, { hint: 'Stop it first, or wait for its end.' })
      const again = againOf(run, lineageOf(store.read, run.id))
      const free = name ?? freeName(run.name, 'again', other => findRun(store.read, other) !== undefined)
      return begin(
        { ...again, name: free, set: { ...again.set, ...set }, anyway, ...(device !== undefined && { device }) },
        call,
      )
    },

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

    resume: async ({ id, step, set, acceptDrift }, call) => {
      const run = existing(id)
      const state = toRun(run).state
      if (!isEnded(state))
        throw new AppError('conflict', `${run.name} is ${state}.`, { hint: 'Stop it first, with --save.' })
      // To go on from the end of what is done would only take its true state away.
      if (state === 'done' && Object.keys(set).length === 0)
        throw new AppError('conflict', `${run.name} is done: nothing is left of it to go on with.`, {
          hint: 'To train it further, set more: --set epochs=N --accept-drift.',
        })
      const checkpoints = checkpointsOf(store.read, run.id)
      const checkpoint = step === undefined ? checkpoints.at(-1) : checkpoints.find(each => each.step === step)
      if (!checkpoint) {
        throw new AppError(
          'not_found',
          step === undefined
            ? `${run.name} has no checkpoint to go on from.`
            : `${run.name} has no checkpoint at step ${step}.`,
          {
            hint:
              checkpoints.length > 0
                ? `It has: ${checkpoints.map(each => each.step).join(', ')}.`
                : 'Start it again; save checkpoints more often with --set saveSteps=N.',
          },
        )
      }
      // What is not changed was checked when the run began: a base that was removed since is no hindrance yet.
      const limits = Object.keys(set).length > 0 ? limitsOf(models.readyVersion(run.model.id)) : {}
      const parameters = parseParameters(run.method, { ...run.parameters, ...typed(set) }, limits)
      const { threads = threadsOf(run), ...passedOn } = parameters
      const config = { ...run.config, ...passedOn, resumeFrom: checkpoint.path, acceptDrift }
      const { name: environment, lockHash } = pythonFor(run.provenance.environment.name)
      if (lockHash !== run.provenance.environment.lockHash && !acceptDrift)
        throw new AppError(
          'conflict',
          `The environment "${environment}" holds other packages than when ${run.name} began: the curve might not continue.`,
          {
            hint: 'Go on all the same with --accept-drift, or begin anew: slipway training retry.',
            details: { changed: { environment: { checkpoint: run.provenance.environment.lockHash, now: lockHash } } },
          },
        )
      const provenance: Provenance = { ...run.provenance, environment: { name: environment, lockHash } }
      store.commit(call, run.id, tx => {
        const memoryBytes = run.memoryPlan ? sum(run.memoryPlan.terms.map(term => term.bytes)) : 0
        const job = launch(call, {
          id: run.id,
          name: run.name,
          config,
          environment: run.provenance.environment.name,
          device: String(run.config.device ?? 'auto'),
          threads,
          memoryBytes,
        })
        updateRun(
          tx,
          run.id,
          {
            ...{ jobId: job.id, state: 'queued', failure: null, endedAtMs: null },
            proposed: { config, parameters, provenance },
          },
          clock.nowMs(),
        )
        tx.announce({ topic: 'runs', kind: 'changed', id: run.id })
      })
      return toRun(existing(run.id))
    },

    publish: async ({ id, step, name }, call) => results.publish(call, existing(id), step, name),

    compare: async ({ id }) => {
      const runs = id.map(existing)
      const keys = [...new Set(['threads', ...runs.flatMap(run => Object.keys(run.parameters))])].sort()
      const all: [string, (run: RunRecord) => unknown][] = [
        ['method', run => run.method],
        ['model', run => run.model.name],
        ['datasets', run => run.datasets.map(mixed).join(', ')],
        ...keys.map(key => [key, settingOf(key)] satisfies (typeof all)[number]),
      ]
      return {
        runs: runs.map(run => ({
          id: run.id as Run['id'],
          name: run.name,
          state: toRun(run).state,
          step: run.step,
          loss: run.loss,
          bestValidationLoss: bestValidationLoss(store.read, run.id),
          seconds: run.endedAtMs === null ? null : (run.endedAtMs - run.createdAtMs) / 1000,
        })),
        differences: all
          .map(([key, read]) => ({ key, values: runs.map(read) }))
          .filter(({ values }) => new Set(values.map(value => JSON.stringify(value))).size > 1),
      }
    },

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

/** A parameter as the run had it; of the threads, how many it computed with, whatever was asked for. */
const settingOf =
  (key: string) =>
  (run: RunRecord): unknown =>
    key === 'threads' ? (threadsOf(run) ?? run.parameters.threads) : run.parameters[key]

const mixed = ({ name, samplingRate }: RunRecord['datasets'][number]): string =>
  samplingRate === undefined ? name : `${name} × ${samplingRate}`

/** What was asked for when a run was started, from what the run remembers. */
function againOf(run: RunRecord, { madeBy }: Lineage): Omit<StartInput, 'name' | 'anyway'> {
  // Roles are in the lineage; the order, which decides what a seed makes of the rows, is in the run itself.
  const refs = (role: string) => {
    const ids = new Set(madeBy.filter(each => each.role === role).map(each => each.id))
    return [...new Set(run.datasets.map(data => data.id))].filter(id => ids.has(id))
  }
  const from = madeBy.find(each => each.role === 'adapter')?.id
  return {
    description: run.description,
    method: run.method,
    model: run.model.id,
    dataset: refs('data'),
    validation: refs('validation'),
    samplingRate: Object.fromEntries(
      run.datasets.flatMap(({ id, samplingRate }) => (samplingRate === undefined ? [] : [[id, samplingRate]])),
    ),
    set: run.parameters,
    device: String(run.config.device ?? 'auto'),
    environment: run.provenance.environment.name,
    ...(from !== undefined && { from }),
  }
}
