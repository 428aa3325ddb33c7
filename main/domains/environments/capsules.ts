import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Backend } from '../../contract/environments.ts'
import { AppError } from '../../contract/errors.ts'
import { capsuleIn } from '../../platform/python/build.ts'
import { folderBytes } from '../../platform/python/disk.ts'
import { asideSuffix } from '../../platform/python/place.ts'
import { lockOf, platformName, type Recipes } from '../../platform/python/recipes.ts'
import type { Stamp } from '../../platform/python/stamp.ts'

export type Capsule = { readonly folder: string; readonly python: string; readonly stamp: Stamp }

/** The finished capsules of an environment, newest first. Other folders there are not environments. */
export const capsulesOf = (environments: string, name: string): Capsule[] =>
  foldersOf(environments, name)
    .flatMap(folder => capsuleIn(folder) ?? [])
    .sort((a, b) => b.stamp.builtAt.localeCompare(a.stamp.builtAt))

/** Everything that was built for an environment, unfinished and broken ones included. */
export function foldersOf(environments: string, name: string): string[] {
  const parent = join(environments, name)
  try {
    return readdirSync(parent, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => join(parent, entry.name))
  } catch {
    // Nothing was ever built for it.
    return []
  }
}

/** The lock that this build of Slipway has for a backend; undefined, with the reason, where there can be none. */
export function lockIfAny(recipes: Recipes, name: string, backend: Backend) {
  try {
    return { lock: lockOf(recipes, name, backend, platformName()), missing: undefined }
  } catch (error) {
    if (error instanceof AppError && error.code === 'missing_requirement') return { lock: undefined, missing: error }
    throw error
  }
}

/**
 * Removes what a builder that has ended had half made: gigabytes, which else would lie there until the next build. Its
 * process is gone, with everything it had started.
 */
export function removeRemains(environments: string, builderPid: number): void {
  for (const name of namesIn(environments)) {
    for (const folder of foldersOf(environments, name)) {
      if (folder.endsWith(asideSuffix(builderPid))) rmSync(folder, { recursive: true, force: true })
    }
  }
}

const namesIn = (environments: string): readonly string[] => (existsSync(environments) ? readdirSync(environments) : [])

/** Removes folders and says what that freed. Files that uv's cache shares are freed with the cache. */
export function removeFolders(folders: readonly string[]): number {
  let freed = 0
  for (const folder of folders) {
    freed += folderBytes(folder)
    rmSync(folder, { recursive: true, force: true })
  }
  return freed
}
