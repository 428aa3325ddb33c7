import { existsSync } from 'node:fs'
import type { Backend, Environment, Problem } from '../../contract/environments.ts'
import { verifyCapsule } from '../../platform/python/drift.ts'
import type { BackendChoice } from '../../platform/python/hardware.ts'
import { estimate } from '../../platform/python/install.ts'
import { judge } from '../../platform/python/probe.ts'
import { recipeOf } from '../../platform/python/recipes.ts'
import { foldersOf, lockIfAny } from './capsules.ts'
import { type Choice, findChoice } from './repo.ts'
import type { Selected, Selection, SelectionDeps } from './selection.ts'

type Deps = Pick<SelectionDeps, 'store' | 'paths' | 'recipes'> & {
  readonly selection: Selection
  readonly recommended: (name: string) => Promise<BackendChoice>
}
type Common = Pick<Environment, 'name' | 'description' | 'recommended' | 'backends' | 'jobId'>

/** Tells the state of an environment: from its folder on disk, what was chosen, and the build that is under way. */
export function createDescription({ store, paths, recipes, selection, recommended }: Deps) {
  const buildCommand = (name: string) => `slipway environments build ${name}`

  const offers = (name: string): Environment['backends'] =>
    (Object.keys(recipeOf(recipes, name).backends) as Backend[]).map(backend => {
      const { lock, missing } = lockIfAny(recipes, name, backend)
      return {
        backend,
        available: lock !== undefined,
        ...(missing && { missing: missing.message }),
        ...(lock && estimate(lock)),
      }
    })

  const ofAdopted = (common: Common, choice: Choice): Environment => {
    const { folder, python, report, backend, lockHash } = choice
    const gone: Problem[] =
      python && existsSync(python)
        ? []
        : [
            {
              severity: 'fail',
              cause: `${folder} is gone.`,
              remedy: `Adopt another, or build one: ${buildCommand(choice.name)}`,
            },
          ]
    const { atLeast } = recipeOf(recipes, choice.name)
    const problems = [...gone, ...(report && backend ? judge(report, { backend, atLeast }) : [])]
    return {
      ...common,
      source: 'adopted',
      state: problems.some(({ severity }) => severity === 'fail') ? 'broken' : 'ready',
      ...(backend && { backend }),
      ...(folder && { path: folder }),
      ...(lockHash && { lockHash }),
      ...(report && { python: { version: report.python, executable: report.executable }, versions: report.versions }),
      devices: devicesOf(report?.torch),
      problems,
    }
  }

  const ofNothing = (common: Common, failed: readonly Problem[]): Environment => {
    const broken = foldersOf(paths.environments, common.name).some(folder => /[0-9a-f]{16}$/.test(folder))
    const cause = broken
      ? 'What was built cannot be used: its interpreter or its stamp is gone.'
      : 'It has not been built.'
    return {
      ...common,
      source: 'capsule',
      state: common.jobId ? 'building' : broken ? 'broken' : 'missing',
      problems: common.jobId ? [] : [{ severity: 'fail', cause, remedy: buildCommand(common.name) }, ...failed],
    }
  }

  const ofCapsule = async (
    common: Common,
    { capsule, current }: Selected,
    choice: Choice | undefined,
  ): Promise<Environment> => {
    const { stamp, folder } = capsule
    const { name, recommended: advice } = common
    const { problems } = await verifyCapsule(folder, name)
    const notices: Problem[] = []
    if (!current) {
      notices.push({
        severity: 'warn',
        cause: 'This version of Slipway locks other package versions.',
        remedy: buildCommand(name),
      })
    }
    // What a person asked for stays as it is; cpu and cu13x share one lock on Linux, so that their capsule is the same.
    const same = lockIfAny(recipes, name, advice.backend).lock?.lock.hash === stamp.lockHash
    if (stamp.backend !== advice.backend && !same && !choice?.backend) {
      const cause = `It was built for ${stamp.backend}; ${advice.reason} asks for ${advice.backend}.`
      notices.push({ severity: 'warn', cause, remedy: buildCommand(name) })
    }
    if (advice.warning)
      notices.push({ severity: 'warn', cause: advice.warning, remedy: `${buildCommand(name)} --backend …` })
    return {
      ...common,
      source: 'capsule',
      state: common.jobId ? 'building' : problems.length > 0 ? 'drifted' : current ? 'ready' : 'outdated',
      backend: stamp.backend,
      path: folder,
      python: stamp.python,
      lockHash: stamp.lockHash,
      versions: stamp.versions,
      devices: devicesOf(stamp.probe.torch),
      sizeBytes: stamp.sizeBytes,
      builtAt: stamp.builtAt,
      problems: [...problems, ...notices],
    }
  }

  return async (name: string): Promise<Environment> => {
    const recipe = recipeOf(recipes, name)
    const choice = findChoice(store.read, name)
    const job = selection.liveJob(choice)
    const common: Common = {
      name,
      description: recipe.description,
      recommended: await recommended(name),
      backends: offers(name),
      ...(job && { jobId: job.id }),
    }
    if (choice?.source === 'adopted') return ofAdopted(common, choice)
    const failed: Problem[] =
      choice?.failure && !job
        ? [
            {
              severity: 'warn',
              cause: `The last build failed: ${choice.failure.message}`,
              remedy: choice.failure.hint ?? buildCommand(name),
            },
          ]
        : []
    const selected = selection.capsuleFor(name, choice)
    if (!selected) return ofNothing(common, failed)
    const described = await ofCapsule(common, selected, choice)
    return { ...described, problems: [...described.problems, ...failed] }
  }
}

type Devices = readonly { readonly name: string; readonly capability: string; readonly memoryBytes: number }[]
const devicesOf = (torch: { readonly devices: Devices } | null | undefined) =>
  (torch?.devices ?? []).map(({ name, capability, memoryBytes }) => ({ name, capability, memoryBytes }))
