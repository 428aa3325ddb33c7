import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, isErrorCode } from '../../contract/errors.ts'
import { makeFolder } from '../make-folder.ts'
import type { Paths } from '../paths.ts'

type Start = {
  readonly node: string
  /** `main/entry/backend.ts` */
  readonly backendFile: string
  readonly paths: Paths
  /** How long the backend stays when nobody asks it anything and no job runs; 0: until it is stopped. */
  readonly idleExitMs: number
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The file that holds what the last start of the backend printed. */
export const backendOutputFile = ({ logs }: Paths): string => join(logs, 'backend-output.log')

/**
 * Starts a backend that outlives its starter. What it prints goes to a file: a pipe would break when the starter ends,
 * and the next warning that some library prints would end the backend with it.
 */
export function spawnBackend({ node, backendFile, paths, idleExitMs, env }: Start): ChildProcess {
  makeFolder(paths.dataDir)
  makeFolder(paths.logs)
  const output = openSync(backendOutputFile(paths), 'w', 0o600)
  const args = [backendFile, '--data-dir', paths.dataDir, '--idle-exit-ms', String(idleExitMs)]
  const child = spawn(node, args, { detached: true, stdio: ['ignore', output, output], env, windowsHide: true })
  closeSync(output)
  child.unref()
  return child
}

/** Why a backend ended before it was ready, from what it printed. */
export function backendStartFailure(paths: Paths): AppError {
  const printed = printedBy(paths)
  if (printed === '' && isFull(paths.dataDir)) {
    return new AppError('storage_full', `The disk of ${paths.dataDir} is full; the backend cannot start.`, {
      hint: 'Free some space, then try again: nothing was lost.',
    })
  }
  const [, code = '', message = 'The backend ended before it was ready.'] =
    /^error\[(\w+)\]: (.*)$/m.exec(printed) ?? []
  const hint = /^hint: (.*)$/m.exec(printed)?.[1] ?? 'slipway serve shows what happens.'
  return new AppError(isErrorCode(code) ? code : 'internal', message, { hint })
}

// What it had to say found no room either, so the disk is asked itself.
function isFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize < 1 << 20
}

function printedBy(paths: Paths): string {
  try {
    return readFileSync(backendOutputFile(paths), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
