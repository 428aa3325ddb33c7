import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { Backend } from '../../contract/environments.ts'
import { AppError } from '../../contract/errors.ts'
import { type Lock, parseLock } from './requirements.ts'

const BackendRecipe = z.union([
  z.object({ lock: z.string(), platforms: z.array(z.string()).nonempty() }),
  z.object({ missing: z.string() }),
])
const Recipe = z.object({
  description: z.string(),
  /** The environment beneath: this one's packages come on top of its. */
  extends: z.string().optional(),
  /** For developers: not listed, built only by name. */
  internal: z.boolean().default(false),
  imports: z.array(z.string()).nonempty(),
  atLeast: z.record(z.string(), z.string()).default({}),
  backends: z.partialRecord(Backend, BackendRecipe),
})
const RecipeFile = z.object({
  uv: z.object({ version: z.string(), lock: z.string() }),
  python: z.object({ oldest: z.string(), newest: z.string() }),
  recipes: z.record(z.string(), Recipe),
})

/** A named set of Python requirements, with one lock per backend. */
export type Recipe = z.output<typeof Recipe>
export type Recipes = z.output<typeof RecipeFile> & {
  /** The folder of `recipes.json` and the lock files. */
  readonly folder: string
}

/** Reads `native/environments`. Throws when the checkout is damaged. */
export function loadRecipes(folder: string): Recipes {
  const parsed = RecipeFile.parse(JSON.parse(readFileSync(join(folder, 'recipes.json'), 'utf8')))
  return { ...parsed, folder }
}

/** The recipe of that name, or `not_found` with the names there are. */
export function recipeOf(recipes: Recipes, name: string): Recipe {
  const recipe = Object.hasOwn(recipes.recipes, name) ? recipes.recipes[name] : undefined
  if (recipe) return recipe
  throw new AppError('not_found', `There is no environment called "${name}".`, {
    hint: `Environments: ${Object.keys(recipes.recipes).join(', ')}.`,
  })
}

/** This machine as the recipes name it, such as `linux-x64`. */
export const platformName = (platform: NodeJS.Platform = process.platform, arch: string = process.arch): string =>
  `${platform}-${arch}`

export type LockChoice = { readonly file: string; readonly text: string; readonly lock: Lock }

/**
 * The lock of an environment for a backend. Throws `missing_requirement` where none can exist here, and says how an
 * administrator supplies one.
 */
export function lockOf(recipes: Recipes, name: string, backend: Backend, platform: string): LockChoice {
  const chosen = recipeOf(recipes, name).backends[backend]
  const reason = !chosen
    ? `The environment "${name}" has no lock for the backend ${backend}.`
    : 'missing' in chosen
      ? chosen.missing
      : chosen.platforms.includes(platform)
        ? undefined
        : `The lock of "${name}" for ${backend} is for ${chosen.platforms.join(', ')}, not for ${platform}: the Python Package Index has no such build of PyTorch.`
  if (chosen && 'lock' in chosen && reason === undefined) return readLock(join(recipes.folder, chosen.lock))
  throw new AppError('missing_requirement', reason ?? 'No lock.', {
    hint:
      `Where an index or a folder of wheels has such builds, make a lock with ` +
      `"node main/entry/lock-environments.ts --name ${name} --backend ${backend} --index ADDRESS --out FILE" and build with ` +
      `"slipway environments build ${name} --backend ${backend} --lock-file FILE --index ADDRESS" (or --wheelhouse DIR). ` +
      `Without a GPU: --backend cpu.`,
    details: { name, backend, platform },
  })
}

/** Reads a lock file that is named by path, such as one that an administrator made. */
export function readLock(file: string): LockChoice {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new AppError('not_found', `The lock file ${file} cannot be read.`, {
      cause: error,
      hint: 'Check the path and its permissions.',
    })
  }
  return { file, text, lock: parseLock(text, file) }
}
