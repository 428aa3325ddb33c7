import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, isErrorCode } from '../../contract/errors.ts'
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
  mkdirSync(paths.logs, { recursive: true, mode: 0o700 })
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
  const [, code = '', message = 'The backend ended before it was ready.'] =
    /^error\[(\w+)\]: (.*)$/m.exec(printed) ?? []
  const hint = /^hint: (.*)$/m.exec(printed)?.[1] ?? 'slipway serve shows what happens.'
  return new AppError(isErrorCode(code) ? code : 'internal', message, { hint })
}

function printedBy(paths: Paths): string {
  try {
    return readFileSync(backendOutputFile(paths), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
