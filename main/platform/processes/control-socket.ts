import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { createLineSplitter } from './line-splitter.ts'

/** What a backend may ask of a runner, one JSON object per line. */
export type RunnerCommand =
  | { readonly do: 'stop'; readonly save: boolean }
  /** One line for the child's standard input. */
  | { readonly do: 'send'; readonly line: Readonly<Record<string, unknown>> }

/** What a runner tells, one JSON object per line: who it is, then how long its journal and its log are. */
export type RunnerSays = {
  readonly jobId?: string
  readonly attempt?: number
  readonly journalBytes: number
  readonly logCount: number
}

export type ControlServer = {
  /** The journal or the log has grown: say so to whoever listens, at most once per turn of the event loop. */
  readonly poke: () => void
  readonly close: () => void
}

const maxCommandBytes = 1 << 20

/** Listens on a Unix socket (0600, in a folder 0700). Rejects when the path cannot be used. */
export async function openControlServer(
  path: string,
  state: () => RunnerSays,
  greeting: Pick<RunnerSays, 'jobId' | 'attempt'>,
  onCommand: (command: RunnerCommand) => void,
): Promise<ControlServer> {
  const clients = new Set<Socket>()
  const tell = (socket: Socket, said: RunnerSays) => {
    // A client that does not read misses nothing: only the latest length matters, and it gets that once it reads again.
    if (socket.writableLength < 1 << 16) socket.write(`${JSON.stringify(said)}\n`)
  }
  const server = createServer(socket => {
    clients.add(socket)
    socket.on('close', () => clients.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('drain', () => tell(socket, state()))
    const lines = createLineSplitter({ maxLineBytes: maxCommandBytes }, ({ bytes, cutBytes }) => {
      const command = cutBytes === 0 ? parseCommand(bytes.toString('utf8')) : undefined
      if (command) onCommand(command)
      else socket.destroy()
    })
    socket.on('data', lines.push)
    tell(socket, { ...greeting, ...state() })
  })
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  rmSync(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  chmodSync(path, 0o600)

  let isPoked = false
  return {
    poke: () => {
      if (isPoked || clients.size === 0) return
      isPoked = true
      setImmediate(() => {
        isPoked = false
        for (const socket of clients) tell(socket, state())
      })
    },
    close: () => {
      server.close()
      for (const socket of clients) socket.end()
      rmSync(path, { force: true })
    },
  }
}

function parseCommand(line: string): RunnerCommand | undefined {
  try {
    const value = JSON.parse(line) as Partial<RunnerCommand> | null // checked field by field below
    if (value?.do === 'stop' && typeof value.save === 'boolean') return { do: 'stop', save: value.save }
    if (value?.do === 'send' && typeof value.line === 'object' && value.line !== null)
      return { do: 'send', line: value.line }
    return undefined
  } catch {
    return undefined
  }
}
