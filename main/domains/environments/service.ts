import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { sep } from 'node:path'
import * as z from 'zod'
import type { Call } from '../../contract/call.ts'
import { Backend, type Environment, type environments, Problem } from '../../contract/environments.ts'
import { AppError } from '../../contract/errors.ts'
import type { Job } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import type { Clock } from '../../platform/clock.ts'
import { inspectForeign } from '../../platform/python/adopt.ts'
import { pythonEnv } from '../../platform/python/child-env.ts'
import { type Verification, verifyCapsule } from '../../platform/python/drift.ts'
import { type BackendChoice, chooseBackend, detectHardware, type Hardware } from '../../platform/python/hardware.ts'
import { indexVariables } from '../../platform/python/index-settings.ts'
import { readLock, recipeOf } from '../../platform/python/recipes.ts'
import type { Run } from '../../platform/python/run.ts'
import { foldersOf, lockIfAny, removeFolders, removeRemains } from './capsules.ts'
import { createDescription } from './describe.ts'
import { beginUse, endUse, latestUses, type NetworkUse, noteSent, usesSince } from './network-uses.ts'
import { type Choice, findChoice, removeChoice, saveChoice } from './repo.ts'
import { createSelection, type PythonChild, type SelectionDeps } from './selection.ts'

export type { PythonChild } from './selection.ts'

type Deps = SelectionDeps & {
  readonly clock: Clock
  readonly run: Run
  /** What runs or waits on this workstation; the environment that it stands on stays. */
  readonly livePrograms: () => readonly { readonly name: string; readonly program: string }[]
  /** The Node and the program that build: `[process.execPath, '…/build-environment.ts']`. */
  readonly builder: readonly [node: string, program: string]
}

export type Environments = {
  readonly handlers: Handlers<typeof environments>
  /** Throws `missing_requirement` that names the command which builds the environment. */
  readonly pythonFor: (name: string) => PythonChild
  readonly describe: (name: string) => Promise<Environment>
  readonly build: (call: Call, request: BuildInput) => Promise<Job>
  /** The environments that users have; those of developers are built by name only. */
  readonly names: () => readonly string[]
  /** The latest build that used the network; one that goes on counts as the latest. */
  readonly latestNetworkUses: () => readonly NetworkUse[]
  /** The builds that use the network now, or did until `sinceMs` (since 1970) or later. */
  readonly networkUsesSince: (sinceMs: number) => readonly NetworkUse[]
}
type BuildInput = Parameters<Handlers<typeof environments>['build']>[0]

const Finished = z.object({
  folder: z.string(),
  python: z.string(),
  stamp: z.object({ backend: Backend, lockHash: z.string() }),
})
const Verified = z.object({
  event: z.literal('finished'),
  checkedPackages: z.number(),
  checkedFiles: z.number(),
  checkedBytes: z.number(),
  problems: z.array(Problem),
})
const Sent = z.object({ bytesOut: z.number().int().nullable(), isFinal: z.boolean() })
const Config = z.object({ lockFile: z.string().optional() })

/** The environments domain: which Python the workers run on, and how it came to be. */
export function createEnvironments(deps: Deps): Environments {
  const { store, clock, paths, env, run, recipes, jobs, builder } = deps

  let hardware: Promise<Hardware> | undefined
  /** Driver and hardware are asked once per start of the backend: a driver changes with a reboot. */
  const recommended = async (name: string): Promise<BackendChoice> => {
    hardware ??= detectHardware({ run, env, root: '/', platform: process.platform })
    return chooseBackend(await hardware, backend => lockIfAny(recipes, name, backend).lock !== undefined)
  }

  const selection = createSelection(deps)
  const describe = createDescription({ store, paths, recipes, selection, recommended })
  const names = () => Object.keys(recipes.recipes).filter(name => !recipes.recipes[name]?.internal)

  const refuseWhileBuilding = (name: string): void => {
    const job = selection.liveJob(findChoice(store.read, name))
    if (!job) return
    throw new AppError('conflict', `"${name}" is being built.`, {
      hint: `Follow it with "slipway jobs wait ${job.id}", or stop it with "slipway jobs stop ${job.id}".`,
    })
  }

  const refuseWhileUsed = (name: string, folders: readonly string[]): void => {
    const users = deps
      .livePrograms()
      .filter(({ program }) => folders.some(folder => program.startsWith(folder + sep)))
      .map(user => user.name)
    if (users.length === 0) return
    throw new AppError('conflict', `"${name}" is in use: ${users.slice(0, 5).join(', ')}.`, {
      hint: 'Stop these first, or wait for their end.',
      details: { users },
    })
  }

  const deepCheck = async (folder: string, name: string, signal: AbortSignal | undefined): Promise<Verification> => {
    // In a child: hashing gigabytes would hold up every other request of the backend.
    const { stdout, stderr } = await run([...builder, '-'], {
      env: pythonEnv(env),
      input: JSON.stringify({ name, backend: 'auto', verify: folder }),
      ...(signal && { signal }),
    })
    const last = Verified.safeParse(JSON.parse(stdout.trim().split('\n').at(-1) || 'null'))
    if (last.success) return last.data
    throw new AppError('worker_failed', 'The check ended without a result.', {
      details: { output: stderr.slice(-2000) },
    })
  }

  const build: Environments['build'] = async (call, input) => {
    const { name, wheelhouse, index, lockFile, rebuild } = input
    recipeOf(recipes, name)
    if (index && (new URL(index).username || new URL(index).password)) {
      throw new AppError('invalid_input', 'An index address with credentials would be stored with the job.', {
        hint: "Put them into ~/.netrc or pip's configuration file, and name the address without.",
      })
    }
    refuseWhileBuilding(name)
    if (wheelhouse && !statSync(wheelhouse, { throwIfNoEntry: false })?.isDirectory())
      throw new AppError('not_found', `There is no folder ${wheelhouse}.`, {
        hint: 'Name the folder that holds the wheels: pip download puts them there.',
      })
    const backend = input.backend === 'auto' ? (await recommended(name)).backend : input.backend
    if (lockFile) readLock(lockFile)
    const { lock, missing } = lockIfAny(recipes, name, backend)
    if (!lock && !lockFile && missing) throw missing
    const config = {
      name,
      backend,
      recipes: recipes.folder,
      environments: paths.environments,
      cacheDir: paths.cacheDir,
      // Whoever asks for one that has drifted wants it as it should be, not a word that something is there.
      rebuild: rebuild || (await describe(name)).state === 'drifted',
      ...(wheelhouse && { wheelhouse }),
      ...(index && { index }),
      ...(lockFile && { lockFile }),
    }
    return store.commit(call, name, tx => {
      const job = jobs.start(call, {
        kind: 'environment',
        name: `Build ${name} (${backend})`,
        subjectId: name,
        command: [...builder, 'config.json'],
        env: indexVariables(env),
        files: { 'config.json': JSON.stringify(config) },
      })
      saveChoice(tx, { ...(findChoice(tx, name) ?? unchosen(name)), jobId: job.id, failure: null }, clock.nowMs())
      tx.announce({ topic: 'environments', kind: 'changed', id: name })
      return job
    })
  }

  const handlers: Handlers<typeof environments> = {
    list: async () => ({ items: (await Promise.all(names().map(describe))).map(withoutVersions) }),
    show: ({ name }) => describe(name),

    build: (input, call) => build(call, input),

    verify: async ({ name, deep }, call) => {
      const { state, path, source, problems } = await describe(name)
      if (!path || source === 'adopted') {
        return { name, state, ok: state === 'ready', checkedPackages: 0, checkedFiles: 0, checkedBytes: 0, problems }
      }
      const checked = deep ? await deepCheck(path, name, call.signal) : await verifyCapsule(path, name)
      const ok = checked.problems.length === 0
      return { name, ok, ...checked, state: ok ? state : 'drifted', problems: [...checked.problems] }
    },

    adopt: async ({ name, path }, call) => {
      const recipe = recipeOf(recipes, name)
      refuseWhileBuilding(name)
      const found = await inspectForeign(path, recipe, { run, env, range: recipes.python, folder: recipes.folder })
      store.commit(call, name, tx => {
        const adopted = {
          source: 'adopted',
          folder: found.folder,
          python: found.python,
          backend: found.backend,
          lockHash: fingerprint(found.report.versions),
          report: found.report,
        } as const
        saveChoice(tx, { ...unchosen(name), ...adopted }, clock.nowMs())
        tx.announce({ topic: 'environments', kind: 'changed', id: name })
      })
      return await describe(name)
    },

    remove: async ({ name }, call) => {
      recipeOf(recipes, name)
      refuseWhileBuilding(name)
      const adopted = findChoice(store.read, name)?.source === 'adopted'
      const folders = adopted ? [] : foldersOf(paths.environments, name)
      refuseWhileUsed(name, folders)
      store.commit(call, name, tx => {
        removeChoice(tx, name)
        tx.announce({ topic: 'environments', kind: 'removed', id: name })
      })
      return { name, removed: folders, freedBytes: removeFolders(folders) }
    },
  }

  jobs.handle('environment', {
    restart: 'never',
    onEvent: (tx, job, event) => {
      if (event.event === 'network') {
        const { bytesOut, isFinal } = Sent.parse(event)
        beginUse(tx, job.id, job.subjectId, clock.nowMs())
        noteSent(tx, job.id, bytesOut, isFinal)
        tx.announce({ topic: 'environments', kind: 'changed', id: job.subjectId })
      }
      if (event.event !== 'finished') return
      const { folder, python, stamp } = Finished.parse(event)
      const built = { folder, python, backend: stamp.backend, lockHash: stamp.lockHash, lockFile: namesLock(event) }
      saveChoice(tx, { ...unchosen(job.subjectId), ...built, jobId: job.id }, clock.nowMs())
    },
    onEnd: (tx, job) => {
      const choice = findChoice(tx, job.subjectId)
      if (choice?.jobId === job.id) {
        const failure = job.state === 'failed' || job.state === 'lost' ? (job.failure ?? null) : null
        saveChoice(tx, { ...choice, jobId: null, failure }, clock.nowMs())
      }
      endUse(tx, job.id, clock.nowMs())
      if (job.state !== 'done' && job.pid !== undefined) removeRemains(paths.environments, job.pid)
      tx.announce({ topic: 'environments', kind: 'changed', id: job.subjectId })
    },
  })

  const latestNetworkUses = () => latestUses(store.read, 8)
  const networkUsesSince = (sinceMs: number) => usesSince(store.read, sinceMs)
  return { handlers, pythonFor: selection.pythonFor, describe, build, names, latestNetworkUses, networkUsesSince }
}

const namesLock = (event: object): boolean => Config.safeParse(event).data?.lockFile !== undefined

const unchosen = (name: string): Choice => ({
  name,
  source: 'capsule',
  folder: null,
  python: null,
  backend: null,
  lockHash: null,
  lockFile: false,
  report: null,
  jobId: null,
  failure: null,
})

/** What stands in a run's provenance for an environment without a lock: a digest of everything installed in it. */
function fingerprint(versions: Readonly<Record<string, string>>): string {
  const lines = Object.entries(versions)
    .map(([name, version]) => `${name}==${version}`)
    .sort()
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

const withoutVersions = ({ versions: _versions, ...environment }: Environment): Environment => environment
