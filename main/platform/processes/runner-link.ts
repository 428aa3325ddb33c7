import { createConnection } from 'node:net'
import type { RunnerCommand, RunnerSays } from './control-socket.ts'
import { createLineSplitter } from './line-splitter.ts'

/** The backend's end of a runner's socket. */
export type RunnerLink = {
  readonly send: (command: RunnerCommand) => void
  readonly close: () => void
}

type Listeners = {
  /** The runner greeted and is the right one: commands reach it from here on. */
  readonly onOpen: () => void
  /** The journal or the log has grown. */
  readonly onGrowth: (said: RunnerSays) => void
  /** The connection is over (also when it never came about); called once, never after `close`. */
  readonly onLost: () => void
}

/** Connects to the runner of one attempt. A runner of another job or attempt at that path is left alone at once. */
export function connectToRunner(
  socketPath: string,
  expected: { readonly jobId: string; readonly attempt: number },
  { onOpen, onGrowth, onLost }: Listeners,
): RunnerLink {
  const socket = createConnection(socketPath)
  let isClosed = false
  let hasGreeted = false
  const lose = () => {
    if (isClosed) return
    isClosed = true
    socket.destroy()
    onLost()
  }
  const lines = createLineSplitter({ maxLineBytes: 1 << 16 }, ({ bytes }) => {
    if (isClosed) return
    const said = JSON.parse(bytes.toString('utf8')) as RunnerSays // our own runner, in a folder only we can enter
    if (!hasGreeted) {
      if (said.jobId !== expected.jobId || said.attempt !== expected.attempt) return lose()
      hasGreeted = true
      onOpen()
    }
    onGrowth(said)
  })
  socket.on('data', chunk => {
    try {
      lines.push(chunk)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      lose()
    }
  })
  socket.on('error', lose)
  socket.on('close', lose)
  return {
    send: command => void (isClosed || socket.write(`${JSON.stringify(command)}\n`)),
    close: () => {
      isClosed = true
      socket.destroy()
    },
  }
}
