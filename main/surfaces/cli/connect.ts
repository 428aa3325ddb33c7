import { spawn } from 'node:child_process'
import { connect } from 'node:net'
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

function startBackend(paths: Paths): Promise<void> {
  const child = spawn(
    process.execPath,
    [backendFile, '--data-dir', paths.dataDir, '--idle-exit-ms', String(idleExitMs)],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  return new Promise((resolve, reject) => {
    let output = ''
    let failure = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (!output.includes('ready')) return
      // From here on it lives by itself: nothing of ours may hold it or be held by it.
      child.stdout.destroy()
      child.stderr.destroy()
      child.unref()
      resolve()
    })
    child.stderr.on('data', (chunk: Buffer) => (failure = (failure + chunk.toString()).slice(-4_000)))
    child.once('error', error =>
      reject(new AppError('internal', 'The backend could not be started.', { cause: error })),
    )
    child.once('exit', async () => {
      // Another command may have started one at the same moment: then that one answers.
      if (await answers(paths.backendSocket)) return resolve()
      reject(startFailure(failure))
    })
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
