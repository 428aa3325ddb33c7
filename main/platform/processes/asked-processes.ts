import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { type AppError, errorCodes } from '../../contract/errors.ts'
import { type Asking, createPool, type Heard, type Member } from '../threads/pool.ts'
import type { FromThread, Questions } from '../threads/protocol.ts'
import { spawnContained } from './contained-spawn.ts'
import { signal } from './kill-tree.ts'
import { createLineSplitter } from './line-splitter.ts'
import { watchMemory } from './memory-watch.ts'

/** Why a process ended without its answer. `crash`: by itself, with a signal or an exit code; `babble`: it said too much. */
export type Loss =
  | { readonly why: 'crash'; readonly how: string }
  | { readonly why: 'memory' | 'time' | 'start' | 'babble' }

type Options = {
  /** A program that calls `answerOnPipes`. */
  readonly program: URL
  readonly env: Readonly<Record<string, string>>
  /** What one process may keep in JavaScript. */
  readonly heapMiB: number
  /** What it may use in all, native libraries included; looked at every second. */
  readonly memoryLimitBytes: number
  /** How long one question may take. */
  readonly timeoutMs: number
  readonly most: number
  readonly idleMs?: number
  readonly lost: (loss: Loss) => AppError
}

/** One answer; far more than any that is meant. */
const maxAnswerBytes = 64 << 20

/** A process that a hostile file has taken over may say anything: what it says is believed only in this shape. */
const Reply = z.union([
  z.strictObject({ output: z.unknown() }),
  z.strictObject({ told: z.number() }),
  z.strictObject({
    error: z.object({
      code: z.enum(errorCodes as [(typeof errorCodes)[number]]),
      message: z.string(),
      hint: z.string().optional(),
      details: z.record(z.string(), z.unknown()).optional(),
      trace: z.string().optional(),
    }),
  }),
])

/**
 * Processes that answer questions, for what reads files of others with native code: one that crashes, never ends or takes
 * all memory costs only its own question. Nothing that they say is trusted; check the output before use. They stay for a
 * minute after a question, since a start takes a few tenths of a second, and never outlive this process.
 */
export const createProcesses = <Q extends Questions>({ most, idleMs = 60_000, ...options }: Options): Asking<Q> =>
  createPool<Q>({ most, idleMs, cancelling: 'ends it', start: heard => start(heard, options) })

function start(heard: Heard, options: Omit<Options, 'most' | 'idleMs'>): Member {
  const { program, env, heapMiB, memoryLimitBytes, timeoutMs, lost } = options
  const child = spawnContained(
    [process.execPath, `--max-old-space-size=${heapMiB}`, fileURLToPath(program)],
    // Not ours: the folder that we run in may be taken away, and a file in it would be found by its bare name.
    { cwd: '/', env },
  )
  letGo(child)
  let loss: Loss | undefined
  let watching: { readonly stop: () => void } | undefined
  const end = (why?: Loss) => {
    loss ??= why
    if (child.pid !== undefined) signal(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
  }
  const gone = new Promise<void>(resolve => {
    const finish = (how: Loss) => {
      watching?.stop()
      // The watcher that the shim left behind waits for the end of this pipe.
      for (const stream of child.stdio) stream?.destroy()
      heard.gone(lost(loss ?? how))
      resolve()
    }
    child.once('error', () => finish({ why: 'start' }))
    child.once('exit', (code, by) => finish({ why: 'crash', how: by ?? `exit code ${code}` }))
  })

  const splitter = createLineSplitter({ maxLineBytes: maxAnswerBytes }, ({ bytes, cutBytes }) => {
    if (cutBytes > 0) return end({ why: 'babble' })
    const reply = replyIn(bytes.toString('utf8'))
    if (!reply) return // a library printed it
    if ('told' in reply) return heard.reply(reply)
    watching?.stop()
    watching = undefined
    heard.reply(reply)
  })
  child.stdout?.on('data', (chunk: Buffer) => splitter.push(chunk))
  child.stderr?.resume()
  // Written to after its end, or not read by it: how it ends says what became of the question.
  child.stdin?.on('error', () => undefined)

  return {
    post: message => {
      if ('ask' in message) watching = watch(child, { memoryLimitBytes, timeoutMs }, end)
      child.stdin?.write(`${JSON.stringify(message)}\n`)
    },
    end: () => {
      child.ref() // whoever waits for its end, does
      end()
      return gone
    },
  }
}

/** Looks after a process while it has a question. */
function watch(
  { pid = 0 }: ChildProcess,
  { memoryLimitBytes, timeoutMs }: Pick<Options, 'memoryLimitBytes' | 'timeoutMs'>,
  end: (why: Loss) => void,
): { readonly stop: () => void } {
  const memory = watchMemory(pid, memoryLimitBytes, () => end({ why: 'memory' }))
  const timer = setTimeout(() => end({ why: 'time' }), timeoutMs)
  return {
    stop: () => {
      memory.stop()
      clearTimeout(timer)
    },
  }
}

/** A program that wants to end does not wait for an idle process. */
function letGo(child: ChildProcess): void {
  child.unref()
  for (const stream of child.stdio) (stream as Socket | null)?.unref()
}

function replyIn(line: string): FromThread | undefined {
  try {
    const reply = Reply.safeParse(JSON.parse(line))
    return reply.success ? (reply.data as FromThread) : undefined
  } catch {
    return undefined
  }
}
