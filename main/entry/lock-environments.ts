/**
 * Writes the lock files of the Python environments:
 *
 *     node main/entry/lock-environments.ts                          all of them, from the configured index
 *     node main/entry/lock-environments.ts conversion.txt tests.txt           only these
 *     node main/entry/lock-environments.ts --name training --backend rocm --index ADDRESS --out FILE
 *
 * Versions that a lock names already stay; --upgrade takes the newest of all, --upgrade-package NAME of one. A lock holds
 * versions and hashes and no address, so that any index, mirror or folder of wheels can serve it. The last form is for
 * administrators whose index has builds that the Python Package Index lacks.
 */
import '../platform/network/unless-offline.ts'

import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError, toAppError } from '../contract/errors.ts'
import { defaultCacheDir } from '../platform/paths.ts'
import { pythonEnv } from '../platform/python/child-env.ts'
import { pipSettings, uvIndexEnv } from '../platform/python/index-settings.ts'
import { findPython } from '../platform/python/interpreter.ts'
import { type Upgrade, writeLock } from '../platform/python/lock.ts'
import { loadRecipes } from '../platform/python/recipes.ts'
import { run } from '../platform/python/run.ts'
import { ensureUv } from '../platform/python/uv.ts'
import { plainWayOut } from '../platform/python/way-out.ts'

const folder = join(import.meta.dirname, '..', '..', 'native', 'environments')

/** One lock to write: from which requirements, on top of which lock, and where to. */
type Task = { readonly input: string; readonly output: string; readonly constraint?: string | undefined }

const tasks: readonly Task[] = [
  { input: 'training.in', output: 'training.cu13x.txt' },
  { input: 'training.cu12x.in', output: 'training.cu12x.txt' },
  // On top of the training set, so in its versions wherever the two name the same package.
  { input: 'conversion.in', output: 'conversion.txt', constraint: 'training.cu13x.txt' },
  { input: 'tests.in', output: 'tests.txt', constraint: 'training.cu13x.txt' },
  { input: 'uv.in', output: 'uv.txt' },
]

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      upgrade: { type: 'boolean', default: false },
      'upgrade-package': { type: 'string', multiple: true },
      name: { type: 'string' },
      backend: { type: 'string' },
      index: { type: 'string' },
      out: { type: 'string' },
    },
  })
  const recipes = loadRecipes(folder)
  const env = process.env
  const python = await findPython({ env, run, range: recipes.python })
  const uv = await ensureUv({
    env,
    run,
    recipes,
    cacheDir: defaultCacheDir(env),
    python,
    source: {},
    note: console.error,
    way: plainWayOut,
  })
  const uvEnv = {
    ...pythonEnv(env),
    ...uvIndexEnv(env, await pipSettings(python, { env, run }), { index: values.index }),
    // torch's wheels for macOS start at 14; uv would resolve for 13.
    MACOSX_DEPLOYMENT_TARGET: '14.0',
  }
  const upgrade: Upgrade = values.upgrade ? 'all' : (values['upgrade-package'] ?? 'none')
  const wanted = values.out
    ? [{ input: `${values.name ?? 'training'}.in`, output: resolve(values.out) }]
    : tasksNamed(positionals)
  for (const { input, output, constraint } of wanted) {
    const packages = await writeLock(
      { run, uv, env: uvEnv, oldestPython: recipes.python.oldest, note: console.error },
      {
        input: join(folder, input),
        output: resolve(folder, output),
        constraint: constraint && join(folder, constraint),
        upgrade,
      },
    )
    console.log(`${output}: ${packages} packages`)
  }
}

/** The locks of these names, or all. Throws `invalid_input` for one that there is not. */
function tasksNamed(names: readonly string[]): readonly Task[] {
  const unknown = names.find(name => !tasks.some(({ output }) => output === name))
  if (unknown !== undefined)
    throw new AppError('invalid_input', `There is no lock ${unknown}.`, {
      hint: `There are ${tasks.map(({ output }) => output).join(', ')}.`,
    })
  return names.length === 0 ? tasks : tasks.filter(({ output }) => names.includes(output))
}

try {
  await main()
} catch (error) {
  const { message, hint } = toAppError(error)
  console.error(`error: ${message}${hint ? `\nhint: ${hint}` : ''}`)
  process.exitCode = 1
}
