import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../contract/errors.ts'
import { compileCacheFolder } from '../compile-cache.ts'
import { diskHint } from '../disk-hint.ts'
import { complaintsFile, prepareJobFolder, type RunnerSpec } from './job-folder.ts'
import { identityOf, type ProcessIdentity, runnerMarker } from './process-table.ts'

const runnerFile = fileURLToPath(new URL('../../entry/runner.ts', import.meta.url))

export type StartedRunner = {
  readonly identity: ProcessIdentity
  /** Resolves when the runner's socket listens; rejects with `worker_failed` when it ended before. */
  readonly ready: Promise<void>
}

/** How the backend starts a runner; tests and other platforms may pass their own. */
export type SpawnRunner = (folder: string, spec: RunnerSpec, files: Readonly<Record<string, string>>) => StartedRunner

/**
 * Starts a runner in its own session, so that neither the end of this process nor a signal to its group reaches it.
 * Throws what preparing the folder or starting a process throws (`storage_full` for a full disk).
 */
export const spawnRunner: SpawnRunner = (folder, spec, files) => {
  let complaints: number
  try {
    prepareJobFolder(folder, spec, files)
    complaints = openSync(complaintsFile(folder), 'a', 0o600)
  } catch (error) {
    throw folderFailure(error, folder)
  }
  const compiled = compileCacheFolder(process.env)
  // The runner handles one line at a time: a small heap is enough, and there may be many runners.
  const args = ['--max-old-space-size=96', '--max-semi-space-size=4', runnerFile, folder]
  const child = spawn(process.execPath, args, {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', complaints],
    env: {
      ...pick(process.env, ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SYSTEMROOT']),
      // Without types to strip, a runner starts in half the time and keeps 12 MB of its own instead of 31.
      ...(compiled !== undefined && { NODE_COMPILE_CACHE: compiled }),
      [runnerMarker]: spec.jobId,
    },
  })
  closeSync(complaints)
  const ready = new Promise<void>((resolve, reject) => {
    const fail = (why: string) =>
      reject(
        new AppError('worker_failed', `The runner of ${spec.jobId} could not start: ${why}`, {
          hint: `${complaintsFile(folder)} has what it said.`,
        }),
      )
    const onExit = (code: number | null, signal: NodeJS.Signals | null) =>
      fail(firstComplaint(folder) ?? `it ended with ${signal ?? `code ${code}`}.`)
    child.once('error', error => fail(error.message))
    child.once('exit', onExit)
    child.stdout?.once('data', () => {
      child.off('exit', onExit)
      child.stdout?.destroy()
      resolve()
    })
  })
  // Whoever awaits `ready` hears of a failure; nobody has to.
  ready.catch(() => undefined)
  child.unref()
  const identity = child.pid === undefined ? undefined : identityOf(child.pid)
  return { identity: identity ?? { pid: child.pid ?? 0, startTime: '', bootId: '' }, ready }
}

function folderFailure(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('storage_full', `There is no room on the disk for the job's folder ${folder}.`, {
      cause: error,
      hint: 'Free some space on the disk of the data directory, then start the job again.',
    })
  }
  if (code === 'EIO') {
    return new AppError('storage_failed', `The disk reported an error at the job's folder ${folder}.`, {
      cause: error,
      hint: diskHint,
    })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new AppError('forbidden', `The job's folder ${folder} cannot be written.`, {
      cause: error,
      hint: 'Give yourself write permission on the data directory.',
    })
  }
  return error
}

function firstComplaint(folder: string): string | undefined {
  if (!existsSync(complaintsFile(folder))) return undefined
  const text = readFileSync(complaintsFile(folder), 'utf8')
  return text
    .split('\n')
    .find(line => /Error\b/.test(line))
    ?.slice(0, 500)
}

const pick = (env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap(name => (env[name] === undefined ? [] : [[name, env[name] ?? '']])))
