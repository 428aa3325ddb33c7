import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Call, systemCall } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { Job, JobId } from '../../contract/jobs.ts'
import { isEnded } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import type { ModelVersion } from '../../contract/models.ts'
import type { MemoryPlan, Provenance, Run, RunDetail, TrainingPlan, training } from '../../contract/training.ts'
import { parseSetFlags } from '../../contract/training-parameter-text.ts'
import {
  allowedValues,
  defaultsFor,
  methodFacts,
  parametersOf,
  parameterWarnings,
  parseParameters,
  type TrainingMethod,
  type TrainingParameters,
  trainingMethods,
} from '../../contract/training-parameters.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import { lineageOf, linkLineage } from '../../platform/db/lineage.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import type { Paths } from '../../platform/paths.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import {
  activeRuns,
  bestValidationLoss,
  checkpointsOf,
  countRuns,
  deleteRun,
  findRun,
  insertRun,
  listMetrics,
  listRuns,
  type RunRecord,
  setCheckpointPublished,
  unregisteredRuns,
  updateRun,
} from './repo.ts'
import { thinCurve } from './thin-curve.ts'
import { createRunEvents } from './worker.ts'

/** A frozen dataset version, as training needs it. */
export type TrainingData = {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly rows: number
  readonly files: readonly string[]
}

type Python = {
  readonly python: string
  readonly env: Readonly<Record<string, string>>
  readonly lockHash: string
  readonly name: string
}

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly paths: Paths
  readonly jobs: JobsPort
  readonly models: {
    readonly readyVersion: (ref: string) => ModelVersion
    readonly register: (
      call: Call,
      made: {
        name: string
        path: string
        source: 'trained'
        lineage: readonly { parentId: string; parentKind: string; parentName: string; role: string }[]
      },
      also: (tx: Tx, id: string) => void,
    ) => Promise<{ id: string; name: string }>
  }
  readonly datasets: {
    readonly version: (ref: string) => TrainingData
    /** Drafts are frozen by their first use: what trained must stay. Frozen ones are left alone. */
    readonly freeze: (call: Call, id: string) => void
  }
  /** The interpreter of a capsule; throws `missing_requirement` naming the command that builds it. */
  readonly pythonFor: (environment: string) => Python
  /** Memory and counts of a run on a device, from exact parameter counts. */
  readonly plan: (
    model: ModelVersion,
    method: TrainingMethod,
    parameters: TrainingParameters,
    device: string,
  ) => Promise<{ memory: MemoryPlan; trainableParameters: number }>
  readonly machine: () => Provenance['machine']
  readonly code: Provenance['code']
}

export type Training = {
  readonly handlers: Handlers<typeof training>
  /** Registers results of runs that ended while nobody looked. Call once after the supervisor has adopted its jobs. */
  readonly start: () => void
  readonly usersOfModel: (id: string) => readonly string[]
  readonly usersOfDataset: (id: string) => readonly string[]
}

/** Fine-tuning: a run is planned, started in a child, watched, stopped, resumed and published. */
export function createTraining({
  store,
  clock,
  log,
  paths,
  jobs,
  models,
  datasets,
  pythonFor,
  plan,
  machine,
  code,
}: Deps): Training {
  const folderOf = (runId: string) => join(paths.runs, runId)

  const existing = (ref: string): RunRecord => {
    const run = findRun(store.read, ref)
    if (!run) throw new AppError('not_found', `There is no run ${ref}.`, { hint: 'slipway training list shows them.' })
    return run
  }

  const jobOf = (run: RunRecord): Job | undefined => (run.jobId === null ? undefined : jobs.get(run.jobId as JobId))

  const toRun = (run: RunRecord): Run => {
    // A live job is nearer to the truth than the row, which follows it event by event.
    const job = isEnded(run.state) ? undefined : jobOf(run)
    const state = job && !isEnded(job.state) ? job.state : run.state
    return {
      id: run.id as Run['id'],
      name: run.name,
      version: 1,
      method: run.method,
      state,
      ...(run.phase !== null && !isEnded(state) && { phase: run.phase }),
      ...(run.jobId !== null && { jobId: run.jobId as JobId }),
      model: run.model,
      datasets: [...run.datasets],
      step: run.step,
      ...(run.totalSteps !== null && { totalSteps: run.totalSteps }),
      loss: run.loss,
      ...(run.secondsLeft !== null && !isEnded(state) && { secondsLeft: run.secondsLeft }),
      sizeBytes: run.sizeBytes,
      ...(run.failure && { failure: run.failure }),
      ...(run.result && { result: run.result }),
      canResume: isEnded(state) && state !== 'done' && checkpointsOf(store.read, run.id).length > 0,
      createdAt: isoOf(run.createdAtMs),
      updatedAt: isoOf(run.updatedAtMs),
      ...(run.endedAtMs !== null && { endedAt: isoOf(run.endedAtMs) }),
    }
  }

  const detail = (run: RunRecord): RunDetail => ({
    ...toRun(run),
    parameters: run.parameters,
    facts: run.facts,
    metrics: run.metrics,
    warnings: [...run.warnings],
    checkpoints: checkpointsOf(store.read, run.id).map(({ step, sizeBytes, createdAtMs, publishedAs }) => ({
      step,
      sizeBytes,
      createdAt: isoOf(createdAtMs),
      ...(publishedAs !== null && { publishedAs }),
    })),
    ...(run.memoryPlan && { memory: run.memoryPlan }),
    provenance: run.provenance,
    lineage: lineageOf(store.read, run.id),
  })

  type PlanInput = {
    method: TrainingMethod
    model: string
    dataset: readonly string[]
    validation: readonly string[]
    set: Readonly<Record<string, unknown>>
    device: string
  }

  const prepare = async ({ method, model: modelRef, dataset, validation, set, device }: PlanInput) => {
    const model = models.readyVersion(modelRef)
    if (model.summary.format !== 'safetensors') {
      throw new AppError(
        'unsupported',
        `${model.name} is ${model.summary.format}; training needs safetensors weights.`,
        {
          hint:
            model.summary.format === 'adapter'
              ? 'Give the base with --model, and the adapter with --from.'
              : 'Import the original safetensors model.',
        },
      )
    }
    const train = dataset.map(ref => checkedKind(datasets.version(ref), method))
    const measured = validation.map(ref => checkedKind(datasets.version(ref), method))
    const limits = model.summary.contextLength === undefined ? {} : { contextLength: model.summary.contextLength }
    const parameters = parseParameters(method, typed(set), limits)
    const { memory, trainableParameters } = await plan(model, method, parameters, device)
    const heldBack =
      measured.length > 0 ? 0 : Math.floor(sum(train.map(data => data.rows)) * parameters.validationSplit)
    const rows = sum(train.map(data => data.rows)) - heldBack
    const stepsPerEpoch = Math.ceil(rows / parameters.globalBatchSize)
    const steps = parameters.maxSteps ? parameters.maxSteps : Math.ceil(stepsPerEpoch * parameters.epochs)
    const answer: TrainingPlan = {
      method,
      model: model.name,
      dataset: train.map(data => data.name),
      parameters,
      warnings: [...parameterWarnings(method, parameters)],
      rows,
      steps,
      trainableParameters,
      memory,
    }
    return { model, train, measured, parameters, answer }
  }

  const launch = (
    call: Call,
    run: {
      id: string
      name: string
      memoryBytes: number
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
      devices: [{ device: run.device === 'auto' ? 'any' : run.device, memoryBytes: run.memoryBytes, exclusive: false }],
      politeStopMs: 120_000,
    })
  }

  const runEvents = createRunEvents({ store, clock, log, ended: runId => void registered(runId) })
  jobs.handle('training', runEvents)

  // Whoever asks for a run that has just ended waits for its model, so that the next command can use it.
  const pending = new Map<string, Promise<void>>()
  const registered = (runId: string): Promise<void> => {
    const current = pending.get(runId) ?? register(runId).finally(() => pending.delete(runId))
    pending.set(runId, current)
    return current
  }

  // The result's headers are read outside the transaction that ended the run; a crash in between is caught by `start`.
  const register = async (runId: string): Promise<void> => {
    const run = findRun(store.read, runId)
    if (!run?.artifactPath || run.result) return
    const lineage = [
      { parentId: run.model.id, parentKind: 'model', parentName: run.model.name, role: 'base' },
      { parentId: run.id, parentKind: 'run', parentName: run.name, role: 'run' },
      ...run.datasets.map(({ id, name }) => ({ parentId: id, parentKind: 'dataset', parentName: name, role: 'data' })),
    ]
    try {
      await models.register(
        systemCall('training.register'),
        { name: run.name, path: run.artifactPath, source: 'trained', lineage },
        (tx, id) => {
          updateRun(tx, run.id, { result: { id, name: run.name } }, clock.nowMs())
          tx.announce({ topic: 'runs', kind: 'changed', id: run.id })
        },
      )
    } catch (error) {
      log.error('the result of a run could not be registered', { runId, error })
      store.record(tx =>
        updateRun(
          tx,
          run.id,
          { warnings: [...run.warnings, 'The result could not be registered as a model; see the backend log.'] },
          clock.nowMs(),
        ),
      )
    }
  }

  const handlers: Handlers<typeof training> = {
    methods: async () => ({
      items: trainingMethods.map(method => {
        const { title, help, trainer, datasetFormats } = methodFacts[method]
        return {
          method,
          title: title.en,
          help: help.en,
          trainer,
          datasetFormats: [...datasetFormats],
          parameters: parametersOf(method).length,
        }
      }),
    }),

    schema: async ({ method, tuning }) => {
      const defaults: Readonly<Record<string, unknown>> = defaultsFor(method, tuning)
      return {
        method,
        items: parametersOf(method).map(parameter => ({
          key: parameter.key,
          type: parameter.type,
          default: defaults[parameter.key],
          allowed: allowedValues(parameter),
          ...(parameter.unit !== undefined && { unit: parameter.unit }),
          group: parameter.group,
          help: parameter.help.en,
          helpZh: parameter.help['zh-CN'],
          ...(parameter.qianfanName !== undefined && { qianfanName: parameter.qianfanName }),
          ...(parameter.transformersName !== undefined && { transformersName: parameter.transformersName }),
          ...(parameter.appliesWhen !== undefined && { appliesWhen: parameter.appliesWhen }),
        })),
      }
    },

    plan: async input => (await prepare(input)).answer,

    start: async (input, call) => {
      const { model, train, measured, parameters, answer } = await prepare(input)
      if (answer.memory.verdict === 'too_large' && !input.anyway) throw tooLarge(answer.memory)
      const adapter = input.from === undefined ? undefined : models.readyVersion(input.from)
      if (adapter && adapter.summary.format !== 'adapter')
        throw new AppError('invalid_input', `${adapter.name} is not an adapter.`, {
          hint: 'To train a full model further, give it with --model.',
        })
      const name = input.name ?? defaultName(model.name, input.method, clock.nowMs())
      if (findRun(store.read, name))
        throw new AppError('conflict', `A run named "${name}" exists already.`, { hint: 'Choose another --name.' })
      const python = pythonFor(input.environment)
      for (const data of [...train, ...measured]) datasets.freeze(call, data.id)
      const id = newId('run', clock.nowMs())
      const { validationSplit, ...passedOn } = parameters
      const config = {
        ...passedOn,
        // Rows are held back only where nothing else measures.
        ...(validationSplit > 0 && measured.length === 0 && { validationSplit }),
        method: input.method,
        modelDir: model.path,
        trainFiles: train.flatMap(data => data.files),
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
          method: input.method,
          parameters,
          config,
          provenance,
          warnings: answer.warnings,
          memoryPlan: answer.memory,
          atMs: clock.nowMs(),
          model: { id: model.id, name: `${model.name}@${model.version}` },
          datasets: [...train, ...measured].map(data => ({ id: data.id, name: data.name })),
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
          memoryBytes: sum(answer.memory.terms.map(term => term.bytes)),
        })
        updateRun(tx, id, { jobId: job.id }, clock.nowMs())
        tx.announce({ topic: 'runs', kind: 'created', id })
      })
      return toRun(existing(id))
    },

    list: async ({ limit, cursor, state, method, q }) => {
      const runs = listRuns(store.read, { state, method, q }, cursor, limit)
      const last = runs.at(-1)
      return {
        items: runs.map(toRun),
        total: countRuns(store.read, { state, method, q }),
        ...(runs.length === limit && last && { nextCursor: last.id }),
      }
    },

    show: async ({ id }) => {
      await pending.get(existing(id).id)
      return detail(existing(id))
    },

    logs: async ({ id, limit }) => {
      const run = existing(id)
      return run.jobId === null ? { lines: [], truncatedBytes: 0 } : jobs.logs(run.jobId as JobId, limit)
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
      const parameters = parseParameters(run.method, { ...run.parameters, ...typed(set) })
      const config = { ...run.config, ...parameters, resumeFrom: checkpoint.path, acceptDrift }
      store.commit(call, run.id, tx => {
        const memoryBytes = run.memoryPlan ? sum(run.memoryPlan.terms.map(term => term.bytes)) : 0
        const job = launch(call, {
          id: run.id,
          name: run.name,
          config,
          environment: run.provenance.environment.name,
          device: String(run.config.device ?? 'auto'),
          memoryBytes,
        })
        updateRun(
          tx,
          run.id,
          { jobId: job.id, state: 'queued', failure: null, endedAtMs: null, config, parameters },
          clock.nowMs(),
        )
        tx.announce({ topic: 'runs', kind: 'changed', id: run.id })
      })
      return toRun(existing(run.id))
    },

    publish: async ({ id, step, name }, call) => {
      const run = existing(id)
      const checkpoint = checkpointsOf(store.read, run.id).find(each => each.step === step)
      if (!checkpoint || !existsSync(checkpoint.path))
        throw new AppError('not_found', `${run.name} has no checkpoint at step ${step}.`, {
          hint: 'slipway training show lists them.',
        })
      const target = join(folderOf(run.id), `published-${step}`)
      if (!existsSync(target)) copyWeights(checkpoint.path, target)
      const lineage = [
        { parentId: run.model.id, parentKind: 'model', parentName: run.model.name, role: 'base' },
        { parentId: run.id, parentKind: 'run', parentName: `${run.name} step ${step}`, role: 'run' },
        ...run.datasets.map(data => ({
          parentId: data.id,
          parentKind: 'dataset',
          parentName: data.name,
          role: 'data',
        })),
      ]
      return models.register(
        call,
        { name: name ?? `${run.name}-step-${step}`, path: target, source: 'trained', lineage },
        (tx, versionId) => setCheckpointPublished(tx, run.id, step, versionId),
      )
    },

    compare: async ({ id }) => {
      const runs = id.map(existing)
      const keys = [...new Set(runs.flatMap(run => Object.keys(run.parameters)))].sort()
      const all: [string, (run: RunRecord) => unknown][] = [
        ['method', run => run.method],
        ['model', run => run.model.name],
        ['datasets', run => run.datasets.map(data => data.name).join(', ')],
        ...keys.map(key => [key, (run: RunRecord) => run.parameters[key]] as [string, (run: RunRecord) => unknown]),
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

    remove: async ({ id }, call) => {
      const run = existing(id)
      if (!isEnded(toRun(run).state))
        throw new AppError('conflict', `${run.name} is still under way.`, { hint: 'Stop it first.' })
      const folder = folderOf(run.id)
      // Results stay: they are models of their own. Everything else of the run goes.
      const keep = new Set(
        [
          run.artifactPath,
          ...checkpointsOf(store.read, run.id).map(each =>
            each.publishedAs === null ? null : join(folder, `published-${each.step}`),
          ),
        ].filter(path => path !== null),
      )
      const doomed = existsSync(folder)
        ? readdirSync(folder)
            .map(name => join(folder, name))
            .filter(path => ![...keep].some(kept => kept === path || !relative(path, kept).startsWith('..')))
        : []
      const freedBytes = sum(doomed.map(treeBytes))
      store.commit(call, run.id, tx => {
        deleteRun(tx, run.id)
        tx.announce({ topic: 'runs', kind: 'removed', id: run.id })
      })
      for (const path of doomed) rmSync(path, { recursive: true, force: true })
      return { removed: run.id as Run['id'], freedBytes }
    },
  }

  const usersOf = (uses: (run: RunRecord) => boolean) =>
    activeRuns(store.read)
      .filter(uses)
      .map(run => `run ${run.name}`)
  return {
    handlers,
    start: () => {
      for (const run of unregisteredRuns(store.read)) void registered(run.id)
    },
    usersOfModel: id => usersOf(run => run.model.id === id),
    usersOfDataset: id => usersOf(run => run.datasets.some(data => data.id === id)),
  }
}

// On the command line every value is text; the table of parameters knows what each should be.
const typed = (set: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(set).flatMap(([key, value]) =>
      typeof value === 'string' ? Object.entries(parseSetFlags([`${key}=${value}`])) : [[key, value]],
    ),
  )

const kindsOf: Readonly<Record<TrainingMethod, readonly string[]>> = {
  pretrain: ['text'],
  sft: ['sft'],
  dpo: ['dpo'],
  kto: ['kto', 'dpo'],
}

function checkedKind(data: TrainingData, method: TrainingMethod): TrainingData {
  if (kindsOf[method].includes(data.kind)) return data
  throw new AppError(
    'invalid_input',
    `${data.name} holds ${data.kind} rows; ${method} learns from ${kindsOf[method].join(' or ')} rows.`,
    {
      hint: `slipway training methods shows what each method takes; slipway datasets check ${data.name} --method ${method} says more.`,
    },
  )
}

function tooLarge(memory: MemoryPlan): AppError {
  const needed = sum(memory.terms.map(term => term.bytes))
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const first = memory.remedies[0]
  return new AppError(
    'missing_requirement',
    `This run needs about ${gigabytes(needed)} on ${memory.device}, which has ${gigabytes(memory.freeBytes)} free.`,
    {
      hint: first
        ? `It would fit with: ${first.change} (${gigabytes(first.totalBytes)}). --anyway starts it all the same.`
        : 'Use a smaller model or a larger device. --anyway starts it all the same.',
      details: { terms: memory.terms, remedies: memory.remedies },
    },
  )
}

// What a checkpoint needs to be a model; optimizer and random states stay behind (some are pickles).
const stateFiles = /^(optimizer|scheduler|rng_state|training_args|trainer_state|scaler|slipway_)/
function copyWeights(from: string, to: string): void {
  const partial = `${to}.partial`
  rmSync(partial, { recursive: true, force: true })
  cpSync(from, partial, { recursive: true, filter: source => !stateFiles.test(relative(from, source)) })
  renameSync(partial, to)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const treeBytes = (path: string): number => {
  const facts = statSync(path)
  return facts.isDirectory() ? sum(readdirSync(path).map(name => treeBytes(join(path, name)))) : facts.size
}

const defaultName = (model: string, method: string, nowMs: number): string =>
  `${model}-${method}-${isoOf(nowMs).slice(0, 19).replaceAll(/[-:T]/g, '')}`
