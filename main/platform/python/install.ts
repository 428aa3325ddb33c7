import { homedir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { pythonEnv } from './child-env.ts'
import { freeBytes, readableBytes, sameFileSystem } from './disk.ts'
import { assertMayConnect, pipSettings, type Source, uvIndexEnv } from './index-settings.ts'
import type { Interpreter } from './interpreter.ts'
import { type LockChoice, platformName } from './recipes.ts'
import type { Run, RunResult } from './run.ts'
import { uvFailure, uvProgress } from './uv-output.ts'
import type { WayOut } from './way-out.ts'

type Environment = Readonly<Record<string, string | undefined>>
export type InstallProgress = {
  readonly done: number
  readonly total?: number
  readonly unit: 'bytes'
  readonly note: string
}

/** Wheels unpack to about this many times their size; measured on the training set (3.2 GB to 6.1 GB). */
const unpackedRatio = 2
const spareBytes = 300_000_000

/** What a build downloads and occupies at most, from the sizes in the lock's header; undefined where it holds none. */
export function estimate(
  lock: LockChoice,
  platform = platformName(),
): { downloadBytes: number; diskBytes: number } | undefined {
  const downloadBytes = lock.lock.downloadBytes.get(platform)
  return downloadBytes === undefined
    ? undefined
    : { downloadBytes, diskBytes: Math.round(downloadBytes * unpackedRatio) }
}

type Deps = {
  readonly env: Environment
  readonly run: Run
  readonly uv: string
  readonly python: Interpreter
  readonly source: Source
  readonly onProgress: (progress: InstallProgress) => void
  readonly way: WayOut
  readonly signal?: AbortSignal | undefined
}

type CallOptions = { readonly env?: Record<string, string>; readonly onLine?: (line: string) => void }

/** uv, bound to where packages come from. */
export type Installer = {
  /** Makes an empty environment whose scripts do not hold its path, so that it can be renamed. */
  readonly makeVenv: (folder: string) => Promise<void>
  /** Installs exactly what the lock says. Throws with cause and remedy. */
  readonly install: (folder: string, lockPath: string, lock: LockChoice) => Promise<void>
}

export async function createInstaller(deps: Deps): Promise<Installer> {
  const { env, run, uv, python, source, way, signal } = deps
  const uvEnv = {
    ...pythonEnv(env),
    ...uvIndexEnv(env, source.wheelhouse ? new Map() : await pipSettings(python, { env, run }), source),
    UV_PYTHON_DOWNLOADS: 'never',
    UV_NO_PROGRESS: '1',
    ...(env.SLIPWAY_OFFLINE === 'hard' && { UV_OFFLINE: '1' }),
  }
  const call = (args: readonly string[], { env: callEnv = uvEnv, onLine }: CallOptions = {}): Promise<RunResult> =>
    run([uv, ...args], { env: callEnv, ...(signal && { signal }), ...(onLine && { onLine }) })
  const must = async (args: readonly string[], options?: CallOptions) => {
    const result = await call(args, options)
    if (result.code !== 0) throw uvFailure(result.stderr)
  }
  return {
    makeVenv: folder =>
      must(['venv', '--quiet', '--relocatable', '--no-project', '--python', python.executable, folder]),
    install: async (folder, lockPath, lock) => {
      // Wheels only: nothing is ever compiled on a user's machine, and no code of a package runs while it is installed.
      const sync = ['pip', 'sync', '--require-hashes', '--only-binary', ':all:', '--python', folder]
      const local = source.wheelhouse ? ['--no-index', '--find-links', source.wheelhouse, '--offline'] : []
      // What uv has in its cache from an earlier build needs no network and next to no space.
      const dry = await call([...sync, ...(source.wheelhouse ? local : ['--offline']), '--dry-run', lockPath])
      const cached = dry.code === 0 && !/Would download/.test(dry.stderr)
      if (!cached) {
        assertMayConnect(env, source)
        checkSpace(env, folder, lock)
      }
      const offline = source.wheelhouse ? local : cached ? ['--offline'] : []
      const callEnv = offline.length === 0 ? await way.through(uvEnv) : uvEnv
      await withProgress(deps, lock, onLine => must([...sync, ...offline, lockPath], { env: callEnv, onLine }))
    },
  }
}

async function withProgress(
  { onProgress }: Deps,
  lock: LockChoice,
  work: (onLine: (line: string) => void) => Promise<void>,
) {
  const follow = uvProgress()
  const total = estimate(lock)?.downloadBytes
  let latest: InstallProgress = { done: 0, ...(total && { total }), unit: 'bytes', note: 'asking the index' }
  onProgress(latest)
  await work(line => {
    const seen = follow(line)
    if (!seen) return
    latest = { ...latest, done: Math.min(seen.doneBytes, total ?? seen.doneBytes), note: seen.note }
    onProgress(latest)
  })
  // Whatever came from the cache was never announced.
  if (total) onProgress({ ...latest, done: total })
}

/** Refuses before the first byte when it cannot end well. uv unpacks into its cache and links from there. */
function checkSpace(env: Environment, folder: string, lock: LockChoice): void {
  const size = estimate(lock)
  if (!size) return
  const cache = uvCache(env)
  const linked = sameFileSystem(folder, cache)
  for (const place of linked ? [folder] : [folder, cache]) {
    const free = freeBytes(place)
    const needed = size.diskBytes + spareBytes
    if (free >= needed) continue
    throw new AppError(
      'storage_full',
      `${place} has ${readableBytes(free)} free; the environment needs about ${readableBytes(needed)}.`,
      {
        hint: 'Free space, or put the cache on another disk: XDG_CACHE_HOME=/other/disk.',
        details: { freeBytes: free, neededBytes: needed },
      },
    )
  }
}

function uvCache(env: Environment): string {
  if (env.UV_CACHE_DIR) return env.UV_CACHE_DIR
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? homedir(), 'uv', 'cache')
  return join(env.XDG_CACHE_HOME || join(env.HOME ?? homedir(), '.cache'), 'uv')
}
