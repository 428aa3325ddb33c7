import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toAppError } from '../../contract/errors.ts'
import { wheelBytes } from './pylock.ts'
import { parseLock } from './requirements.ts'
import type { Run } from './run.ts'
import { uvFailure } from './uv-output.ts'

// uv's name for each platform, and the tags of the wheels that it takes there.
const platforms = {
  'linux-x64': { uv: 'x86_64-manylinux_2_28', wheels: /(manylinux\w*_x86_64|-none-any)\.whl$/ },
  'linux-arm64': { uv: 'aarch64-manylinux_2_28', wheels: /(manylinux\w*_aarch64|-none-any)\.whl$/ },
  'darwin-arm64': { uv: 'aarch64-apple-darwin', wheels: /(macosx_\w*_(arm64|universal2)|-none-any)\.whl$/ },
  'win32-x64': { uv: 'x86_64-pc-windows-msvc', wheels: /(win_amd64|-none-any)\.whl$/ },
} as const

/** Which versions that a lock names already may change: those that must, all, or those of some packages. */
export type Upgrade = 'none' | 'all' | readonly string[]

type Deps = {
  readonly run: Run
  readonly uv: string
  readonly env: Readonly<Record<string, string>>
  /** Such as `3.10`: the lock holds from there on. */
  readonly oldestPython: string
  readonly note: (text: string) => void
}

type Lock = {
  /** The requirements, a file. */
  readonly input: string
  readonly output: string
  /** Another lock, on top of which this one is. */
  readonly constraint?: string | undefined
  readonly upgrade: Upgrade
}

/**
 * Writes the lock of some requirements: versions and hashes for all platforms, and how much each platform downloads.
 * A lock that is there keeps its versions, unless its requirements ask for others or an upgrade is wished for: what was
 * tested must not change because something else did.
 *
 * @returns how many packages it names
 */
export async function writeLock(deps: Deps, { input, output, constraint, upgrade }: Lock): Promise<number> {
  const { run, uv, env, oldestPython, note } = deps
  const scratch = mkdtempSync(join(tmpdir(), 'slipway-lock-'))
  const compile = async (file: string, constraints: readonly string[], ...args: string[]) => {
    const limits = constraints.flatMap(each => ['--constraint', each])
    const { code, stderr } = await run(
      [uv, 'pip', 'compile', input, ...limits, '--quiet', '--no-header', '-o', file, ...args],
      { env },
    )
    if (code !== 0) throw uvFailure(stderr)
    return readFileSync(file, 'utf8')
  }
  try {
    const fresh = join(scratch, 'lock.txt')
    // uv prefers the versions that it finds in the file that it is to write.
    if (existsSync(output)) writeFileSync(fresh, readFileSync(output))
    const body = await compile(
      fresh,
      constraint === undefined ? [] : [constraint],
      ...['--universal', '--python-version', oldestPython, '--generate-hashes', '--no-emit-index-url', '--no-annotate'],
      ...(upgrade === 'none' ? [] : upgrade === 'all' ? ['--upgrade'] : upgrade.flatMap(name => ['-P', name])),
    )
    const sizes: string[] = []
    for (const [name, { uv: target, wheels }] of Object.entries(platforms)) {
      const args = ['--python-platform', target, '--python-version', '3.12', '--format', 'pylock.toml']
      try {
        // What is counted is what the lock names, and not what is newest.
        const pylock = await compile(join(scratch, `pylock.${name}.toml`), [fresh], ...args)
        sizes.push(`${name}=${wheelBytes(pylock, wheels, 'cp312')}`)
      } catch (error) {
        // A set may not exist for a platform; it then has no size there, and its recipe must not name the platform.
        note(`note: no size for ${name}: ${toAppError(error).message}`)
      }
    }
    const text = [
      `# Made by main/entry/lock-environments.ts from ${input.split(/[\\/]/).at(-1)}: change that, then run it.`,
      `# download-bytes: ${sizes.join(' ')}`,
      body,
    ].join('\n')
    const { packages } = parseLock(text, output)
    writeFileSync(output, text)
    return packages.length
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
