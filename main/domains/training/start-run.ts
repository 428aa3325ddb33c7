import type { Call } from '../../contract/call.ts'
import type { Lineage } from '../../contract/common.ts'
import { AppError } from '../../contract/errors.ts'
import { isEnded } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import type { Provenance, Run } from '../../contract/runs.ts'
import type { training } from '../../contract/training.ts'
import { lineageOf, linkLineage } from '../../platform/db/lineage.ts'
import { newId } from '../../platform/ids.ts'
import { numberedName } from '../../platform/numbered-name.ts'
import { freeName } from '../../platform/retention.ts'
import type { TrainingDeps } from './deps.ts'
import type { LaunchRun } from './launch-run.ts'
import { cannotStart, type PlanInput, type PreparedRun, tooLarge } from './prepare-run.ts'
import { findRun, insertRun, type RunRecord, updateRun } from './repo.ts'

type Deps = Pick<TrainingDeps, 'store' | 'clock' | 'models' | 'datasets' | 'pythonFor' | 'machine' | 'code'> & {
  readonly prepare: (input: PlanInput) => Promise<PreparedRun>
  readonly launch: LaunchRun
  readonly folderOf: (runId: string) => string
  readonly existing: (ref: string) => RunRecord
  readonly toRun: (run: RunRecord) => Run
}

/** What a run is begun with, by a person or once more by `retry`. */
type StartInput = PlanInput & {
  readonly name?: string | undefined
  readonly description: string
  readonly from?: string | undefined
  readonly environment: string
  readonly anyway: boolean
}

/** Begins runs, from what is asked for or from what an ended run was asked for. */
export function createStarts(deps: Deps): Pick<Handlers<typeof training>, 'start' | 'retry'> {
  const { store, clock, models, datasets, pythonFor, machine, code, prepare, launch, folderOf, existing, toRun } = deps

  const start = async (input: StartInput, call: Call): Promise<Run> => {
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
        memoryPlan: answer.memory,
      })
      updateRun(tx, id, { jobId: job.id }, clock.nowMs())
      tx.announce({ topic: 'runs', kind: 'created', id })
    })
    return toRun(existing(id))
  }

  return {
    start,

    // A new run: the old one stays as it ended, with its log, to be compared with.
    retry: async ({ id, name, set, device, anyway }, call) => {
      const run = existing(id)
      const { state } = toRun(run)
      if (!isEnded(state))
        throw new AppError('conflict', `${run.name} is ${state}.`, { hint: 'Stop it first, or wait for its end.' })
      const again = againOf(run, lineageOf(store.read, run.id))
      const free = name ?? freeName(run.name, 'again', other => findRun(store.read, other) !== undefined)
      return start(
        { ...again, name: free, set: { ...again.set, ...set }, anyway, ...(device !== undefined && { device }) },
        call,
      )
    },
  }
}

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
