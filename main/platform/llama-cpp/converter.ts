import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { flushFolder, flushTree } from '../flush.ts'
import { makeFolders } from '../make-folder.ts'
import { isAlive } from '../processes/is-alive.ts'
import type { Run } from '../python/run.ts'
import type { LlamaCppRelease } from './release.ts'

/** llama.cpp's converter from Hugging Face folders to GGUF, as it lies on the disk. */
export type Converter = {
  /** Holds the Python packages `conversion` and `gguf-py/gguf` of one release. */
  readonly folder: string
  /** The architectures that it converts, as `config.json` names them, sorted. */
  readonly architectures: readonly string[]
}

const parts = ['conversion', 'gguf-py', 'LICENSE'] as const

type Deps = {
  readonly run: Run
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where releases are unpacked; can be emptied at any time. */
  readonly cacheDir: string
}

/**
 * Unpacks the converter of a release once: it must be the release that will load its files, and it is not on the Python
 * Package Index. Nothing is downloaded. Throws `missing_requirement` without git, and `storage_full`.
 */
export async function ensureConverter(release: LlamaCppRelease, { run, env, cacheDir }: Deps): Promise<Converter> {
  const folder = join(cacheDir, release.name)
  if (!existsSync(folder)) await unpack(release, folder, { run, env, cacheDir })
  return { folder, architectures: architecturesIn(readFileSync(join(folder, 'conversion', '__init__.py'), 'utf8')) }
}

async function unpack({ bundle }: LlamaCppRelease, folder: string, { run, env, cacheDir }: Deps): Promise<void> {
  makeFolders(cacheDir)
  sweep(cacheDir)
  const aside = mkdtempSync(`${folder}.unpacking-${process.pid}-`)
  const repository = join(aside, 'git')
  const tree = join(aside, 'tree')
  mkdirSync(tree, { recursive: true })
  // Settings of the user's git must not decide what is unpacked.
  const gitEnv = {
    ...(env.PATH !== undefined && { PATH: env.PATH }),
    ...(env.SYSTEMROOT !== undefined && { SYSTEMROOT: env.SYSTEMROOT }),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: process.platform === 'win32' ? 'NUL' : '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  }
  const git = async (...args: string[]) => {
    const { code, stderr } = await run(['git', ...args], { env: gitEnv }).catch(error => {
      throw new AppError('missing_requirement', "git is needed once, to unpack llama.cpp's converter.", {
        cause: error,
        hint: 'Install git, then convert again.',
      })
    })
    if (code === 0) return
    throw /No space left/i.test(stderr)
      ? new AppError('storage_full', `No space is left for ${cacheDir}.`, { hint: 'Free about 60 MB there.' })
      : new AppError('missing_requirement', "llama.cpp's converter cannot be unpacked.", {
          hint: `Install Slipway again (in a checkout: npm ci). git said: ${stderr.trim().split('\n').at(-1) ?? ''}`,
        })
  }
  try {
    await git('clone', '--quiet', '--bare', bundle, repository)
    await git(
      `--git-dir=${repository}`,
      `--work-tree=${tree}`,
      'checkout',
      '--quiet',
      '--force',
      'HEAD',
      '--',
      ...parts,
    )
    flushTree(tree)
    if (!existsSync(folder)) renameSync(tree, folder)
    flushFolder(cacheDir)
  } catch (error) {
    // Another conversion may have been faster: its folder is as good.
    if (!existsSync(folder)) throw error
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

/** Clears up after unpackings that were killed; those of living processes are left alone. */
function sweep(cacheDir: string): void {
  for (const name of readdirSync(cacheDir)) {
    const pid = /\.unpacking-(\d+)-\w+$/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(cacheDir, name), { recursive: true, force: true })
  }
}

/** The keys of `TEXT_MODEL_MAP`, a literal in the converter's source: reading it needs no Python and no torch. */
export function architecturesIn(source: string): readonly string[] {
  const map = /^TEXT_MODEL_MAP\b[^{]*\{([^}]*)\}/m.exec(source)?.[1] ?? ''
  const names = [...map.matchAll(/^\s*"([\w.]+)"\s*:/gm)].map(([, name]) => name ?? '')
  if (names.length === 0) throw new AppError('internal', "llama.cpp's converter lists no architectures.")
  return names.sort()
}
