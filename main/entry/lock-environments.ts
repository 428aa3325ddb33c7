/**
 * Writes the lock files of the Python environments:
 *
 *     node main/entry/lock-environments.ts                          all of them, from the configured index
 *     node main/entry/lock-environments.ts --name training --backend rocm --index ADDRESS --out FILE
 *
 * A lock holds versions and hashes and no address, so that any index, mirror or folder of wheels can serve it.
 * The second form is for administrators whose index has builds that the Python Package Index lacks.
 */
import '../platform/network/unless-offline.ts'

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { toAppError } from '../contract/errors.ts'
import { defaultCacheDir } from '../platform/paths.ts'
import { pythonEnv } from '../platform/python/child-env.ts'
import { pipSettings, uvIndexEnv } from '../platform/python/index-settings.ts'
import { findPython } from '../platform/python/interpreter.ts'
import { wheelBytes } from '../platform/python/pylock.ts'
import { loadRecipes } from '../platform/python/recipes.ts'
import { parseLock } from '../platform/python/requirements.ts'
import { run } from '../platform/python/run.ts'
import { ensureUv } from '../platform/python/uv.ts'
import { uvFailure } from '../platform/python/uv-output.ts'
import { plainWayOut } from '../platform/python/way-out.ts'

const folder = join(import.meta.dirname, '..', '..', 'native', 'environments')

// uv's name for each platform, and the tags of the wheels that it takes there.
const platforms = {
  'linux-x64': { uv: 'x86_64-manylinux_2_28', wheels: /(manylinux\w*_x86_64|-none-any)\.whl$/ },
  'linux-arm64': { uv: 'aarch64-manylinux_2_28', wheels: /(manylinux\w*_aarch64|-none-any)\.whl$/ },
  'darwin-arm64': { uv: 'aarch64-apple-darwin', wheels: /(macosx_\w*_(arm64|universal2)|-none-any)\.whl$/ },
  'win32-x64': { uv: 'x86_64-pc-windows-msvc', wheels: /(win_amd64|-none-any)\.whl$/ },
} as const

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
  const { values } = parseArgs({
    options: {
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
  const wanted: readonly Task[] = values.out
    ? [{ input: `${values.name ?? 'training'}.in`, output: values.out }]
    : tasks
  for (const task of wanted) await lock(task, uv, uvEnv, recipes.python.oldest)
}

async function lock(task: Task, uv: string, env: Record<string, string>, oldestPython: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'slipway-lock-'))
  const output = task.output.includes('/') ? task.output : join(folder, task.output)
  const compile = async (file: string, ...args: string[]) => {
    const constraint = task.constraint ? ['--constraint', join(folder, task.constraint)] : []
    const { code, stderr } = await run(
      [uv, 'pip', 'compile', join(folder, task.input), ...constraint, '--quiet', '--no-header', '-o', file, ...args],
      { env },
    )
    if (code !== 0) throw uvFailure(stderr)
    return readFileSync(file, 'utf8')
  }
  try {
    const body = await compile(
      join(scratch, 'lock.txt'),
      ...['--universal', '--python-version', oldestPython, '--generate-hashes', '--no-emit-index-url', '--no-annotate'],
    )
    const sizes: string[] = []
    for (const [name, { uv: target, wheels }] of Object.entries(platforms)) {
      const args = ['--python-platform', target, '--python-version', '3.12', '--format', 'pylock.toml']
      try {
        const pylock = await compile(join(scratch, `pylock.${name}.toml`), ...args)
        sizes.push(`${name}=${wheelBytes(pylock, wheels, 'cp312')}`)
      } catch (error) {
        // A set may not exist for a platform; it then has no size there, and its recipe must not name the platform.
        console.error(`note: no size for ${name}: ${toAppError(error).message}`)
      }
    }
    const text = [
      `# Made by main/entry/lock-environments.ts from ${task.input}: change that, then run it.`,
      `# download-bytes: ${sizes.join(' ')}`,
      body,
    ].join('\n')
    const { packages } = parseLock(text, output)
    writeFileSync(output, text)
    console.log(`${output}: ${packages.length} packages`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

try {
  await main()
} catch (error) {
  const { message, hint } = toAppError(error)
  console.error(`error: ${message}${hint ? `\nhint: ${hint}` : ''}`)
  process.exitCode = 1
}
