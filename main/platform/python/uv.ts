import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { makeFolders } from '../make-folder.ts'
import { pathFolders, pythonEnv } from './child-env.ts'
import { assertMayConnect, pipSettings, pipVariables, type Source, withoutCredentials } from './index-settings.ts'
import type { Interpreter } from './interpreter.ts'
import type { Recipes } from './recipes.ts'
import type { Run } from './run.ts'
import type { WayOut } from './way-out.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Deps = {
  readonly env: Environment
  readonly run: Run
  readonly recipes: Recipes
  readonly cacheDir: string
  readonly python: Interpreter
  readonly source: Source
  readonly note: (text: string) => void
  readonly way: WayOut
}

const program = process.platform === 'win32' ? 'uv.exe' : 'uv'

/** Where the pinned uv of this build is kept. */
export const uvFolder = (cacheDir: string, version: string): string => join(cacheDir, 'tools', `uv-${version}`)

/**
 * The pinned uv: from our cache, else its wheel through the user's pip (hash-checked), else a uv of the very same
 * version on PATH. Whatever other uv is on PATH is never used: its options and results differ between versions.
 */
export async function ensureUv(deps: Deps): Promise<string> {
  const { recipes, cacheDir, env, run, python, source } = deps
  const { version, lock } = recipes.uv
  const folder = uvFolder(cacheDir, version)
  const file = join(folder, 'bin', program)
  if (existsSync(file)) return file
  const onPath = await sameUvOnPath(env, run, version)
  if (onPath) return onPath
  assertMayConnect(env, source)
  const pip = pipCommand(python)
  if (!pip) throw noPip(python, version)

  deps.note(`uv ${version}`)
  const aside = `${folder}.building-${process.pid}`
  rmSync(aside, { recursive: true, force: true })
  makeFolders(aside)
  try {
    const where = source.wheelhouse
      ? ['--no-index', '--find-links', source.wheelhouse]
      : source.index
        ? ['--index-url', source.index]
        : []
    const pipEnv = pythonEnv(env, pipVariables(env))
    const hasOwnProxy = (await pipSettings(python, { env, run })).has('proxy')
    const { code, stderr } = await run(
      [
        ...pip,
        ...['install', '--quiet', '--no-input', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'],
        ...['--require-hashes', '--target', aside, ...where, '--requirement', join(recipes.folder, lock)],
      ],
      { env: source.wheelhouse ? pipEnv : await deps.way.through(pipEnv, hasOwnProxy), timeoutMs: 600_000 },
    )
    if (code !== 0) throw pipFailure(stderr, version)
    try {
      renameSync(aside, folder)
    } catch (error) {
      // Another set-up was faster: its uv is the same one.
      if (!existsSync(file)) throw error
    }
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
  return file
}

async function sameUvOnPath(env: Environment, run: Run, version: string): Promise<string | undefined> {
  for (const file of pathFolders(env).map(folder => join(folder, program))) {
    if (!existsSync(file)) continue
    const { code, stdout } = await run([file, '--version'], { env: pythonEnv(env), timeoutMs: 10_000 })
    if (code === 0 && stdout.split(/\s+/)[1] === version) return file
  }
  return undefined
}

// A pip that is only bundled (Python installed without it) runs straight from its wheel.
function pipCommand(python: Interpreter): [string, ...string[]] | undefined {
  if (python.pip) return [python.executable, '-m', 'pip']
  return python.bundledPip ? [python.executable, join(python.bundledPip, 'pip')] : undefined
}

function noPip({ executable, version: python }: Interpreter, version: string): AppError {
  const minor = python.split('.').slice(0, 2).join('.')
  return new AppError(
    'missing_requirement',
    `${executable} has neither pip nor the venv module with its copy of pip, which fetches uv ${version}.`,
    {
      hint: `On Debian and Ubuntu: sudo apt install python${minor}-venv. Elsewhere install pip for it, or put uv ${version} on PATH.`,
    },
  )
}

function pipFailure(stderr: string, version: string): AppError {
  const text = withoutCredentials(stderr.trim()).slice(-2000)
  const reached =
    !/(Max retries exceeded|NewConnectionError|NameResolutionError|ProxyError|ConnectTimeout|SSLError)/.test(text)
  return new AppError(
    /No space left/.test(text) ? 'storage_full' : 'missing_requirement',
    reached ? `pip could not install uv ${version}.` : `pip could not reach its package index to fetch uv ${version}.`,
    {
      hint: reached
        ? `pip says: ${text.split('\n').at(-1) ?? ''}`
        : 'Check the network, the proxy (HTTPS_PROXY) and the index (pip config list), or build from a folder of wheels with --wheelhouse DIR.',
      details: { output: text },
    },
  )
}
