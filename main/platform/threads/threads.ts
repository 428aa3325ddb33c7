import { Worker } from 'node:worker_threads'
import type { AppError } from '../../contract/errors.ts'
import { type Asking, createPool } from './pool.ts'
import type { FromThread, Questions } from './protocol.ts'

export type Threads<Q extends Questions> = Asking<Q>

type Options = {
  /** A module that calls `answerQuestions`. */
  readonly file: URL
  /** What one thread may keep in JavaScript; more ends it, and only it. */
  readonly heapMiB: number
  /** Threads at once; further questions wait. */
  readonly most: number
  readonly idleMs?: number
  /** How a question is cancelled: the thread hears it at its next await, or, where it has none for long, is ended. */
  readonly cancelling?: 'tells it' | 'ends it'
  /** What it means for a question that its thread ended: for lack of memory, or otherwise. */
  readonly lost: (isOutOfMemory: boolean) => AppError
}

/** Threads that answer questions. A native crash in one ends the whole program: where files of others are read, `createProcesses`. */
export const createThreads = <Q extends Questions>({
  file,
  heapMiB,
  most,
  idleMs = 60_000,
  cancelling = 'tells it',
  lost,
}: Options): Threads<Q> =>
  createPool<Q>({
    most,
    idleMs,
    cancelling,
    start: heard => {
      const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: heapMiB } })
      // A program that wants to end does not wait for an idle thread.
      worker.unref()
      let isOutOfMemory = false
      worker.on('message', (reply: FromThread) => heard.reply(reply))
      worker.on('error', (error: NodeJS.ErrnoException) => {
        isOutOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      })
      worker.on('exit', () => heard.gone(lost(isOutOfMemory)))
      return {
        post: message => worker.postMessage(message),
        end: async () => void (await worker.terminate()),
      }
    },
  })
