import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { defaultCacheDir } from '../../platform/paths.ts'
import { findPython } from '../../platform/python/interpreter.ts'
import { loadRecipes } from '../../platform/python/recipes.ts'
import { run } from '../../platform/python/run.ts'
import { ensureUv } from '../../platform/python/uv.ts'
import { plainWayOut } from '../../platform/python/way-out.ts'

/**
 * Puts the pinned uv into the package, so that an installed Slipway builds its Python environments without fetching it.
 * @returns why it is not carried; undefined when it is. An installed Slipway fetches it itself then.
 */
export async function carryUv(root: string, out: string): Promise<string | undefined> {
  const env = process.env
  const recipes = loadRecipes(join(root, 'native', 'environments'))
  try {
    const python = await findPython({ env, run, range: recipes.python })
    const quiet = () => undefined
    const source = { index: undefined, wheelhouse: undefined }
    const cacheDir = defaultCacheDir(env)
    const file = await ensureUv({ env, run, recipes, cacheDir, python, source, note: quiet, way: plainWayOut })
    cpSync(file, join(out, 'uv', process.platform === 'win32' ? 'uv.exe' : 'uv'))
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
}
