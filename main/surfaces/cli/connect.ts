import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../contract/errors.ts'
import type { Paths } from '../../platform/paths.ts'
import { type Client, createClient } from '../rpc/client.ts'

const backendFile = fileURLToPath(new URL('../../entry/backend.ts', import.meta.url))
// A backend that a command started goes away by itself; the next commands within this time are quick.
const idleExitMs = 60_000

const answers = (socketPath: string) =>
  new Promise<boolean>(resolve => {
    const socket = connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** The client of the backend of a data directory; one is started for the call when none runs. */
export async function connectOrStart(paths: Paths): Promise<Client> {
  if (!(await answers(paths.backendSocket))) await startBackend(paths)
  return createClient({ socketPath: paths.backendSocket })
}

/**
 * What the backend prints goes to a file: a pipe would break when this command ends, and the next warning that some
 * library prints would end the backend with it.
 */
function startBackend({ dataDir, logs, backendSocket }: Paths): Promise<void> {
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  const printed = join(logs, 'backend-output.log')
  const output = openSync(printed, 'w', 0o600)
  const args = [backendFile, '--data-dir', dataDir, '--idle-exit-ms', String(idleExitMs)]
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  child.unref()
  return new Promise((resolve, reject) => {
    let isOver = false
    const settle = (act: () => void) => {
      isOver = true
      act()
    }
    child.once('error', error =>
      settle(() => reject(new AppError('internal', 'The backend could not be started.', { cause: error }))),
    )
    child.once('exit', async () => {
      // Another command may have started one at the same moment: then that one answers.
      const isServed = await answers(backendSocket)
      settle(() => (isServed ? resolve() : reject(startFailure(readFileSync(printed, 'utf8')))))
    })
    const look = async () => {
      if (isOver) return
      if (await answers(backendSocket)) settle(resolve)
      else setTimeout(look, 10)
    }
    void look()
  })
}

function startFailure(stderr: string): AppError {
  const match = /^error\[(\w+)\]: (.*)$/m.exec(stderr)
  const hint = /^hint: (.*)$/m.exec(stderr)?.[1]
  const code = match?.[1]
  return new AppError(
    code === 'conflict' || code === 'forbidden' || code === 'storage_damaged' || code === 'storage_full'
      ? code
      : 'internal',
    match?.[2] ?? 'The backend ended before it was ready.',
    {
      hint: hint ?? 'slipway serve shows what happens.',
    },
  )
}
