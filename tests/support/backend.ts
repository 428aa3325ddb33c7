import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { socketFetch } from '../../main/platform/http/socket-fetch.ts'
import { pathsOf } from '../../main/platform/paths.ts'
import { type Client, createClient } from '../../main/surfaces/rpc/client.ts'

const backendFile = fileURLToPath(new URL('../../main/entry/backend.ts', import.meta.url))

export type RunningBackend = {
  readonly dataDir: string
  readonly child: ChildProcess
  readonly pid: number
  readonly socketPath: string
  /** Over the socket: as the owner. */
  readonly client: Client
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
  /** The loopback address, when started with a port. */
  readonly url: string
  readonly launchUrl: string
  readonly kill: (signal: NodeJS.Signals) => Promise<void>
  /** Ends the backend politely and removes its data directory. */
  readonly dispose: () => Promise<void>
}

export const temporaryDir = (name: string): string => mkdtempSync(join(tmpdir(), `slipway ${name} `))

type Options = {
  readonly dataDir?: string
  /** A port of its own, or one that an earlier life of the backend had. */
  readonly port?: boolean | number
  readonly env?: Readonly<Record<string, string>>
  readonly prefix?: readonly string[]
}

const portArguments = (port: boolean | number): readonly string[] =>
  port === false ? [] : ['--port', port === true ? '0' : String(port)]

/** Starts the real backend program and resolves once it says that it is ready. */
export async function startBackend({
  dataDir = temporaryDir('data'),
  port = false,
  env = {},
  prefix = [],
}: Options = {}): Promise<RunningBackend> {
  const args = [...prefix, process.execPath, backendFile, '--data-dir', dataDir, ...portArguments(port)]
  const child = spawn(args[0] ?? '', args.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const said = await untilReady(child)
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const { backendSocket } = pathsOf(dataDir, process.env)
  const over = socketFetch(backendSocket)
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await exited
  }
  return {
    dataDir,
    child,
    pid: child.pid ?? 0,
    socketPath: backendSocket,
    client: createClient({ socketPath: backendSocket }),
    fetch: (path, init) => over(new Request(`http://slipway${path}`, init)),
    url: /listening on (\S+)/.exec(said)?.[1] ?? '',
    launchUrl: /open (\S+)/.exec(said)?.[1] ?? '',
    kill,
    dispose: async () => {
      // Asked through its own door, because a tracer in front of it would keep a signal for itself.
      if (child.exitCode === null && child.signalCode === null) {
        await createClient({ socketPath: backendSocket }).system.stop({})
        await exited
      }
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function untilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    let complained = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      complained += chunk.toString()
    })
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (/^ready$|works once/m.test(said)) resolve(said)
    })
    child.once('exit', code => reject(new Error(`the backend ended with ${code}: ${complained}`)))
  })
}
