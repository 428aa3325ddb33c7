import { Worker } from 'node:worker_threads'
import { AppError } from '../../contract/errors.ts'
import { crossedError } from './crossing.ts'
import type { FromThread, Input, Output, Questions, ToThread } from './protocol.ts'

export type Threads<Q extends Questions> = {
  /**
   * Has a question answered off the event loop. Throws what the thread throws, `cancelled`, or what `lost` says when the
   * thread is gone.
   */
  readonly ask: <N extends keyof Q & string>(name: N, input: Input<Q, N>, signal?: AbortSignal) => Promise<Output<Q, N>>
  readonly close: () => Promise<void>
}

type Options = {
  /** A module that calls `answerQuestions`. */
  readonly file: URL
  /** What one thread may keep in JavaScript; more ends it, and only it. */
  readonly heapMiB: number
  /** Threads at once; further questions wait. */
  readonly most: number
  readonly idleMs?: number
  /** How a question is cancelled: the thread hears it at its next await, or, where it has none for long, is ended. */
  readonly cancelling?: 'tells the thread' | 'ends the thread'
  /** What it means for a question that its thread ended: for lack of memory, or otherwise. */
  readonly lost: (isOutOfMemory: boolean) => AppError
}

type Waiting = {
  readonly name: string
  readonly input: unknown
  readonly signal: AbortSignal | undefined
  readonly resolve: (output: unknown) => void
  readonly reject: (error: Error) => void
}
type Thread = {
  readonly worker: Worker
  now: Waiting | undefined
  idle: NodeJS.Timeout | undefined
  isCancelled: boolean
}

/**
 * Threads that answer one question at a time each, so that one that takes all the memory costs nobody else's answer.
 * They start when they are needed and go when nothing came for a minute.
 */
export function createThreads<Q extends Questions>({
  file,
  heapMiB,
  most,
  idleMs = 60_000,
  cancelling = 'tells the thread',
  lost,
}: Options): Threads<Q> {
  const threads = new Set<Thread>()
  const queue: Waiting[] = []
  let isClosed = false

  const start = (): Thread => {
    const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: heapMiB } })
    // A program that wants to end does not wait for an idle thread.
    worker.unref()
    const thread: Thread = { worker, now: undefined, idle: undefined, isCancelled: false }
    threads.add(thread)
    let isOutOfMemory = false
    worker.on('message', (reply: FromThread) => {
      const answered = thread.now
      thread.now = undefined
      rest(thread)
      if (answered && 'output' in reply) answered.resolve(reply.output)
      else if (answered && 'error' in reply) answered.reject(crossedError(reply.error))
      next()
    })
    worker.on('error', (error: NodeJS.ErrnoException) => {
      isOutOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    })
    worker.on('exit', () => {
      clearTimeout(thread.idle)
      threads.delete(thread)
      thread.now?.reject(isClosed ? stopping() : thread.isCancelled ? cancelled() : lost(isOutOfMemory))
      next()
    })
    return thread
  }

  const rest = (thread: Thread) => {
    thread.idle = setTimeout(() => void thread.worker.terminate(), idleMs)
    thread.idle.unref()
  }

  const next = () => {
    const free = [...threads].find(thread => thread.now === undefined)
    if (isClosed || queue.length === 0 || (!free && threads.size >= most)) return
    const waiting = queue.shift()
    if (!waiting) return
    const thread = free ?? start()
    clearTimeout(thread.idle)
    thread.now = waiting
    thread.worker.postMessage({ ask: waiting.name, input: waiting.input } satisfies ToThread)
  }

  const cancel = (waiting: Waiting) => {
    const at = queue.indexOf(waiting)
    if (at >= 0) {
      queue.splice(at, 1)
      waiting.reject(cancelled())
      return
    }
    const thread = [...threads].find(each => each.now === waiting)
    if (!thread) return
    if (cancelling === 'tells the thread') return thread.worker.postMessage({ cancel: true } satisfies ToThread)
    // The answer comes when it is gone: until then it may have files open that somebody wants to remove.
    thread.isCancelled = true
    void thread.worker.terminate()
  }

  const put = (name: string, input: unknown, signal: AbortSignal | undefined): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (isClosed || signal?.aborted) return reject(isClosed ? stopping() : cancelled())
      const onAbort = () => cancel(waiting)
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener('abort', onAbort)
          settle(value)
        }
      const waiting: Waiting = { name, input, signal, resolve: settled(resolve), reject: settled(reject) }
      signal?.addEventListener('abort', onAbort)
      queue.push(waiting)
      next()
    })

  return {
    // The thread answers by the same table of types.
    ask: (name, input, signal) => put(name, input, signal) as Promise<Output<Q, typeof name>>,
    close: async () => {
      isClosed = true
      for (const waiting of queue.splice(0)) waiting.reject(stopping())
      await Promise.all([...threads].map(({ worker }) => worker.terminate()))
    },
  }
}

const cancelled = () => new AppError('cancelled', 'Cancelled.')
const stopping = () => new AppError('cancelled', 'Slipway is stopping.')
