import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Backend, Problem } from '../../contract/environments.ts'
import { AppError } from '../../contract/errors.ts'
import { diskError } from '../blobs/store.ts'
import type { Clock } from '../clock.ts'
import { makeFolder } from '../make-folder.ts'
import { pythonEnv } from './child-env.ts'
import { folderBytes } from './disk.ts'
import { exclusively } from './exclusive.ts'
import type { Source } from './index-settings.ts'
import { createInstaller, type InstallProgress } from './install.ts'
import { assertLocked, installedIn } from './installed.ts'
import { findPython } from './interpreter.ts'
import { asideOf, flushToDisk, layerOver, moveIntoPlace, recover } from './place.ts'
import { judge, probe } from './probe.ts'
import { type LockChoice, lockOf, platformName, type Recipes, readLock, recipeOf } from './recipes.ts'
import type { Run } from './run.ts'
import { hasInterpreter, lockCopy, pythonIn, readStamp, type Stamp, writeStamp } from './stamp.ts'
import { ensureUv } from './uv.ts'
import type { WayOut } from './way-out.ts'

export type BuildDeps = {
  readonly run: Run
  readonly env: Readonly<Record<string, string | undefined>>
  readonly recipes: Recipes
  /** Holds one folder per environment name. */
  readonly environments: string
  readonly cacheDir: string
  readonly clock: Clock
  readonly onProgress: (progress: InstallProgress) => void
  /** How programs that may ask a package index get out. */
  readonly way: WayOut
  readonly signal?: AbortSignal | undefined
}
export type BuildRequest = {
  readonly name: string
  readonly backend: Backend
  readonly source?: Source | undefined
  /** A lock made by an administrator, instead of the recipe's. */
  readonly lockFile?: string | undefined
  /** Build again although a sound one is there. */
  readonly rebuild?: boolean | undefined
}
export type Built = {
  readonly folder: string
  readonly python: string
  readonly stamp: Stamp
  readonly warnings: readonly Problem[]
  /** False when it was there already. */
  readonly fresh: boolean
}

/**
 * The folder of a capsule. It is named by what was locked, so that building after an upgrade never touches the one that
 * is in use; an environment on top of another is named by both locks.
 */
function capsuleFolder(environments: string, name: string, lockHash: string, baseLockHash?: string): string {
  const key = baseLockHash ? lockHash.slice(0, 8) + baseLockHash.slice(0, 8) : lockHash.slice(0, 16)
  return join(environments, name, key)
}

/** The capsule in a folder, if it was finished and its interpreter is still there. */
export function capsuleIn(
  folder: string,
): { readonly folder: string; readonly python: string; readonly stamp: Stamp } | undefined {
  const stamp = readStamp(folder)
  return stamp && hasInterpreter(folder) ? { folder, python: pythonIn(folder), stamp } : undefined
}

/**
 * Builds an environment from its lock: aside, hash-checked, probed, stamped, and renamed into place only when all of
 * that held. A build that is killed at any point leaves what was there as it was; the next one sweeps its remains.
 * Throws AppError: `missing_requirement`, `forbidden` (offline, or a wrong hash), `worker_failed`, `cancelled`, and what
 * `makeFolder` and `diskError` say of the folder that holds it.
 */
export async function buildCapsule(deps: BuildDeps, request: BuildRequest): Promise<Built> {
  const { recipes, environments, signal, onProgress } = deps
  const { name, backend, source, lockFile, rebuild } = request
  const recipe = recipeOf(recipes, name)
  const lock = lockFile ? readLock(lockFile) : lockOf(recipes, name, backend, platformName())
  const base = recipe.extends ? await buildCapsule(deps, { name: recipe.extends, backend, source }) : undefined
  const folder = capsuleFolder(environments, name, lock.lock.hash, base?.stamp.lockHash)
  const present = () => {
    const found = rebuild ? undefined : capsuleIn(folder)
    return found && { ...found, warnings: [], fresh: false }
  }
  const early = present()
  if (early) return early

  makeFolder(dirname(folder), 'name another cache folder with XDG_CACHE_HOME')
  const onWait = (holder: string) =>
    onProgress({ done: 0, unit: 'bytes', note: `waiting for ${holder}, which builds this environment` })
  return await exclusively(`${folder}.lock`, { signal, onWait }, async () => {
    recover(folder)
    return present() ?? (await buildAside(deps, request, { folder, lock, base }))
  })
}

type Plan = { readonly folder: string; readonly lock: LockChoice; readonly base: Built | undefined }

async function buildAside(deps: BuildDeps, request: BuildRequest, { folder, lock, base }: Plan): Promise<Built> {
  const { env, run, recipes, cacheDir, clock, signal, way } = deps
  const source = request.source ?? {}
  const startedMs = clock.monotonicMs()
  let latest: InstallProgress = { done: 0, unit: 'bytes', note: '' }
  const onProgress = (progress: InstallProgress) => {
    latest = progress
    deps.onProgress(progress)
  }
  const note = (text: string) => onProgress({ ...latest, note: text })
  const aside = asideOf(folder)
  try {
    const python = await findPython({ env, run, range: recipes.python })
    const uv = await ensureUv({ env, run, recipes, cacheDir, python, source, note, way })
    const installer = await createInstaller({ env, run, uv, python, source, onProgress, way, signal })
    await installer.makeVenv(aside)
    if (base) layerOver(aside, base.folder)
    const lockPath = join(aside, lockCopy)
    writeFileSync(lockPath, lock.text)
    await installer.install(aside, lockPath, lock)
    assertLocked(aside, lock.lock)

    note('importing what was installed')
    const childEnv = pythonEnv(env)
    const { report, warnings } = await probeOrThrow(deps, request, { aside, childEnv })
    await flushToDisk(pythonIn(aside), run, childEnv)
    const { versions: _everything, ...facts } = report
    const stamp: Stamp = {
      format: 1,
      name: request.name,
      backend: request.backend,
      platform: platformName(),
      lockHash: lock.lock.hash,
      python: { version: python.version, executable: python.executable },
      versions: Object.fromEntries(installedIn(aside)),
      ...(base && { base: { folder: base.folder, lockHash: base.stamp.lockHash } }),
      probe: facts,
      uv: recipes.uv.version,
      sizeBytes: folderBytes(aside),
      builtAt: new Date(clock.nowMs()).toISOString(),
      seconds: Math.round((clock.monotonicMs() - startedMs) / 100) / 10,
    }
    writeStamp(aside, stamp)
    moveIntoPlace(aside, folder)
    return { folder, python: pythonIn(folder), stamp, warnings, fresh: true }
  } catch (error) {
    throw diskError(error)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

type Probing = { readonly aside: string; readonly childEnv: Record<string, string> }

async function probeOrThrow(
  { recipes, run, signal }: BuildDeps,
  { name, backend }: BuildRequest,
  { aside, childEnv }: Probing,
) {
  const recipe = recipeOf(recipes, name)
  const report = await probe({
    python: pythonIn(aside),
    folder: recipes.folder,
    // What lies beneath was probed when it was built.
    imports: recipe.imports,
    env: childEnv,
    run,
    signal,
  })
  const findings = judge(report, { backend, atLeast: recipe.atLeast })
  const failures = findings.filter(finding => finding.severity === 'fail')
  if (failures[0]) {
    throw new AppError(
      'worker_failed',
      `The new environment does not work: ${failures.map(({ cause }) => cause).join(' ')}`,
      {
        hint: failures[0].remedy,
      },
    )
  }
  return { report, warnings: findings }
}
