import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Backend } from '../../contract/environments.ts'
import { AppError } from '../../contract/errors.ts'
import { isEnded, type Job } from '../../contract/jobs.ts'
import type { Store } from '../../platform/db/types.ts'
import type { Paths } from '../../platform/paths.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import { readOnlyEnv } from '../../platform/python/adopt.ts'
import { type Recipes, recipeOf } from '../../platform/python/recipes.ts'
import { type Capsule, capsulesOf, lockIfAny } from './capsules.ts'
import { type Choice, findChoice } from './repo.ts'

export type SelectionDeps = {
  readonly store: Store
  readonly paths: Pick<Paths, 'environments' | 'cacheDir'>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly recipes: Recipes
  readonly jobs: JobsPort
  /** Where the worker package lies; it is run from its folder, never installed. */
  readonly workerFolder: string
}

/** What a domain needs to start a Python child. */
export type PythonChild = {
  readonly name: string
  readonly python: string
  readonly env: Readonly<Record<string, string>>
  readonly lockHash: string
}

/** `current`: built from a lock of this Slipway, or from the one that an administrator named. */
export type Selected = { readonly capsule: Capsule; readonly current: boolean }

export type Selection = {
  readonly capsuleFor: (name: string, choice: Choice | undefined) => Selected | undefined
  readonly liveJob: (choice: Choice | undefined) => Job | undefined
  readonly pythonFor: (name: string) => PythonChild
}

/** Which Python an environment means right now. Cheap: reads one row and a few small files. */
export function createSelection({ store, paths, env, recipes, jobs, workerFolder }: SelectionDeps): Selection {
  const currentLocks = (name: string): ReadonlySet<string> =>
    new Set(
      (Object.keys(recipeOf(recipes, name).backends) as Backend[]).flatMap(
        backend => lockIfAny(recipes, name, backend).lock?.lock.hash ?? [],
      ),
    )

  /** The one that was built last through us, else the newest of a current lock, else the newest there is. */
  const capsuleFor: Selection['capsuleFor'] = (name, choice) => {
    const locks = currentLocks(name)
    const capsules = capsulesOf(paths.environments, name)
    const isCurrent = ({ stamp }: Capsule) => locks.has(stamp.lockHash)
    const chosen = capsules.find(({ folder }) => folder === choice?.folder)
    const capsule =
      (chosen && (choice?.lockFile || isCurrent(chosen)) ? chosen : undefined) ??
      capsules.find(isCurrent) ??
      chosen ??
      capsules[0]
    if (!capsule) return undefined
    return { capsule, current: isCurrent(capsule) || (capsule === chosen && choice?.lockFile === true) }
  }

  const liveJob: Selection['liveJob'] = choice => {
    const job = choice?.jobId ? jobs.get(choice.jobId) : undefined
    return job && !isEnded(job.state) ? job : undefined
  }

  const missing = (name: string, why: string): AppError =>
    new AppError('missing_requirement', why, { hint: `Build it: slipway environments build ${name} --wait` })

  const pythonFor: Selection['pythonFor'] = name => {
    recipeOf(recipes, name)
    const choice = findChoice(store.read, name)
    // The working directory is a job's folder: nothing in it may be taken for a package.
    const worker = { PYTHONPATH: workerFolder, PYTHONSAFEPATH: '1', PYTHONNOUSERSITE: '1', PYTHONUTF8: '1' }
    if (choice?.source === 'adopted' && choice.folder && choice.python) {
      if (!existsSync(choice.python)) throw missing(name, `The adopted environment ${choice.folder} is gone.`)
      const adopted = readOnlyEnv({ PATH: env.PATH }, choice.folder, existsSync(join(choice.folder, 'conda-meta')))
      return { name, python: choice.python, env: { ...adopted, ...worker }, lockHash: choice.lockHash ?? '' }
    }
    const selected = capsuleFor(name, choice)
    if (!selected) {
      const building = liveJob(choice)
      throw missing(name, `The environment "${name}" ${building ? 'is still being built' : 'has not been built'}.`)
    }
    return { name, python: selected.capsule.python, env: worker, lockHash: selected.capsule.stamp.lockHash }
  }

  return { capsuleFor, liveJob, pythonFor }
}
