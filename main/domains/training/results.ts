import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, open, readdir, rename, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type Call, systemCall } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import { checkpointsOf, setCheckpointPublished } from './checkpoint-repo.ts'
import type { TrainingDeps } from './deps.ts'
import { findRun, type RunRecord, unregisteredRuns, updateRun } from './repo.ts'

export type Results = {
  /** Registers the model that a run made. Called again, it does nothing. */
  readonly registered: (runId: string) => Promise<void>
  /** Resolves once a registration that is under way is over. */
  readonly settled: (runId: string) => Promise<void>
  /** Registers results of runs that ended while no backend ran. */
  readonly catchUp: () => void
  /** Registers a checkpoint as a model of its own. Throws `not_found`. */
  readonly publish: (
    call: Call,
    run: RunRecord,
    step: number,
    name: string | undefined,
  ) => Promise<{ id: string; name: string }>
}

type Deps = Pick<TrainingDeps, 'store' | 'clock' | 'log' | 'models'> & { readonly folderOf: (runId: string) => string }

/** What runs made, as models. */
export function createResults({ store, clock, log, models, folderOf }: Deps): Results {
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
    const lineage = lineageOfResult(run, run.name)
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

  // Two who ask for the same checkpoint wait for one copy.
  const copies = new Map<string, Promise<void>>()
  const copiedOnce = (from: string, to: string): Promise<void> => {
    const current = copies.get(to) ?? copyWeights(from, to).finally(() => copies.delete(to))
    copies.set(to, current)
    return current
  }

  const publish: Results['publish'] = async (call, run, step, name) => {
    const checkpoint = checkpointsOf(store.read, run.id).find(each => each.step === step)
    if (!checkpoint || !existsSync(checkpoint.path)) {
      throw new AppError('not_found', `${run.name} has no checkpoint at step ${step}.`, {
        hint: 'slipway training show lists them.',
      })
    }
    const target = join(folderOf(run.id), `published-${step}`)
    if (!existsSync(target)) await copiedOnce(checkpoint.path, target)
    const made = {
      name: name ?? `${run.name}-step-${step}`,
      path: target,
      source: 'trained' as const,
      lineage: lineageOfResult(run, `${run.name} step ${step}`),
    }
    return models.register(call, made, (tx, versionId) => {
      setCheckpointPublished(tx, run.id, step, versionId)
      tx.announce({ topic: 'runs', kind: 'changed', id: run.id })
    })
  }

  return {
    registered,
    settled: async runId => pending.get(runId),
    catchUp: () => {
      for (const run of unregisteredRuns(store.read)) void registered(run.id)
    },
    publish,
  }
}

const lineageOfResult = (run: RunRecord, runName: string) => [
  { parentId: run.model.id, parentKind: 'model', parentName: run.model.name, role: 'base' },
  { parentId: run.id, parentKind: 'run', parentName: runName, role: 'run' },
  ...run.datasets.map(({ id, name }) => ({ parentId: id, parentKind: 'dataset', parentName: name, role: 'data' })),
]

// What a checkpoint needs to be a model; optimizer and random states stay behind (some are pickles).
const stateFiles = /^(optimizer|scheduler|rng_state|training_args|trainer_state|scaler|slipway_)/
/** Appears whole or not at all; gigabytes, which must not hold up whoever else asks the backend. */
async function copyWeights(from: string, to: string): Promise<void> {
  const partial = `${to}.partial-${randomBytes(4).toString('hex')}`
  try {
    await cp(from, partial, { recursive: true, filter: source => !stateFiles.test(relative(from, source)) })
    await flushAll(partial)
    await rename(partial, to)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

async function flushAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const file = await open(join(entry.parentPath, entry.name), 'r')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  }
}
