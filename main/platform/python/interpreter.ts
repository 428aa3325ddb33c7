import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { AppError } from '../../contract/errors.ts'
import { pathFolders, pythonEnv } from './child-env.ts'
import type { Run } from './run.ts'

const Interpreter = z.object({
  /** The interpreter itself, links resolved as Python does. */
  executable: z.string(),
  version: z.string(),
  implementation: z.string(),
  bits: z.number(),
  pip: z.boolean(),
  /** A wheel of pip that comes with the standard library or the system's venv package, where pip itself is not installed. */
  bundledPip: z.string().nullable(),
})
/** A Python as it describes itself. */
export type Interpreter = z.output<typeof Interpreter>

export type PythonRange = { readonly oldest: string; readonly newest: string }
type Environment = Readonly<Record<string, string | undefined>>
type Deps = { readonly env: Environment; readonly run: Run; readonly range: PythonRange }

// Runs on any Python, old ones too: they must be able to say what they are.
const describe = `
import json, os, struct, sys, sysconfig
try:
    from importlib.util import find_spec
    pip = find_spec("pip") is not None
    ensurepip = find_spec("ensurepip")
except ImportError:
    pip, ensurepip = False, None
# Debian, Ubuntu and Fedora keep the wheel in a folder of the system, which the package of venv brings.
folders = [sysconfig.get_config_var("WHEEL_PKG_DIR") or ""]
if ensurepip is not None and ensurepip.origin:
    folders.append(os.path.join(os.path.dirname(ensurepip.origin), "_bundled"))
bundled = None
for folder in folders:
    if bundled is None and os.path.isdir(folder):
        wheels = sorted(name for name in os.listdir(folder) if name.startswith("pip-"))
        bundled = os.path.join(folder, wheels[-1]) if wheels else None
print(json.dumps({"executable": sys.executable, "version": "%d.%d.%d" % sys.version_info[:3],
    "implementation": sys.implementation.name, "bits": struct.calcsize("P") * 8, "pip": pip, "bundledPip": bundled}))
`

/** Asks an interpreter what it is; undefined when it does not answer as a Python does (a pyenv shim without a version). */
export async function inspect(file: string, { env, run }: Pick<Deps, 'env' | 'run'>): Promise<Interpreter | undefined> {
  try {
    const { code, stdout } = await run([file, '-I', '-c', describe], { env: pythonEnv(env), timeoutMs: 20_000 })
    return code === 0 ? Interpreter.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')) : undefined
  } catch {
    // Not there, not executable, not a Python, or too slow: the caller names every candidate that it tried.
    return undefined
  }
}

/**
 * Why an interpreter cannot carry a capsule, as a clause about `subject`; undefined when it can.
 * @param found absent where it did not answer
 */
export function unfit(
  subject: string,
  found: Interpreter | undefined,
  { oldest, newest }: PythonRange,
): string | undefined {
  if (!found) return `${subject} does not answer as a Python`
  const minor = found.version.split('.').slice(0, 2).join('.')
  if (found.implementation !== 'cpython') return `${subject} is ${found.implementation}, not CPython`
  if (found.bits !== 64) return `${subject} is a 32-bit build`
  if (compareVersions(minor, oldest) < 0) return `${subject} is Python ${found.version}, older than ${oldest}`
  if (compareVersions(minor, newest) > 0)
    return `${subject} is Python ${found.version}, newer than the locks know (${newest})`
  return undefined
}

/** Compares dotted numbers; whatever follows them (`+cpu`, `rc1`) is ignored. */
export function compareVersions(a: string, b: string): number {
  const numbers = (version: string) => (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number)
  const [left, right] = [numbers(a), numbers(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return Math.sign(difference)
  }
  return 0
}

/**
 * The Python to build from: `SLIPWAY_PYTHON` if it is set (then no other), else `python3` and its versioned names on
 * PATH. Throws `missing_requirement` that lists what was found and why none of it fits.
 */
export async function findPython(deps: Deps): Promise<Interpreter> {
  const { env, range } = deps
  const named = env.SLIPWAY_PYTHON
  const rejected: string[] = []
  for (const file of named ? [named] : candidates(env, range)) {
    const found = await inspect(file, deps)
    const why = unfit(file, found, range)
    if (found && !why) return found
    // What is on PATH by chance and is no Python at all is not worth a word.
    if (why && (found || named)) rejected.push(why)
  }
  const wanted = `Python ${range.oldest} to ${range.newest}`
  throw new AppError(
    'missing_requirement',
    named
      ? `SLIPWAY_PYTHON names an interpreter that does not fit: ${rejected.join('; ')}.`
      : `No ${wanted} was found on PATH${rejected.length > 0 ? `: ${rejected.join('; ')}` : ''}.`,
    {
      hint: `${installHint(range)} Or name one: SLIPWAY_PYTHON=/path/to/python3.`,
      details: { tried: rejected },
    },
  )
}

function candidates(env: Environment, { oldest, newest }: PythonRange): string[] {
  const minors = []
  for (let minor = Number(newest.split('.')[1]); minor >= Number(oldest.split('.')[1]); minor--) minors.push(minor)
  const windows = process.platform === 'win32'
  const names = ['python3', ...minors.map(minor => `python3.${minor}`), 'python']
  const files = names.flatMap(name =>
    pathFolders(env)
      .map(folder => join(folder, windows ? `${name}.exe` : name))
      .filter(file => existsSync(file))
      .slice(0, 2),
  )
  return [...new Set(files)]
}

function installHint({ oldest }: PythonRange): string {
  if (process.platform === 'darwin') return `Install Python ${oldest} or later from your package manager.`
  if (process.platform === 'win32') return `Install Python ${oldest} or later (64-bit) and reopen the terminal.`
  return `Install Python ${oldest} or later with the system's package manager (its venv and pip modules are not needed if uv is on PATH).`
}
