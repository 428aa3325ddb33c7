import { Worker } from 'node:worker_threads'
import { AppError } from '../../contract/errors.ts'
import { crossedError } from '../../platform/threads/crossing.ts'
import type { QueryInput, QueryName, QueryOutput, QueryReply, QueryRequest } from './query-protocol.ts'

const idleMs = 60_000

export type QueryThread = {
  /** Runs a query off the event loop. Throws what the query throws, `cancelled`, or `worker_lost`. */
  readonly ask: <N extends QueryName>(name: N, input: QueryInput<N>, signal?: AbortSignal) => Promise<QueryOutput<N>>
  readonly close: () => Promise<void>
}

type Pending = { readonly resolve: (output: unknown) => void; readonly reject: (error: Error) => void }

/** A thread that starts with the first query and goes when none came for a minute. */
export function createQueryThread(): QueryThread {
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let lastId = 0
  const pending = new Map<number, Pending>()

  const started = (): Worker => {
    if (worker) return worker
    const fresh = new Worker(new URL('./query-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    })
    fresh.on('message', (reply: QueryReply) => {
      const waiting = pending.get(reply.id)
      pending.delete(reply.id)
      if (pending.size === 0) rest()
      if (!waiting) return
      if ('output' in reply) waiting.resolve(reply.output)
      else waiting.reject(crossedError(reply.error))
    })
    const lost = (error?: Error) => {
      if (worker !== fresh) return
      worker = undefined
      const gone = new AppError('worker_lost', 'The query on the dataset ended without an answer.', {
        ...(error && { cause: error }),
        hint: 'Try again; if it happens again, ask for fewer rows.',
      })
      for (const waiting of pending.values()) waiting.reject(gone)
      pending.clear()
    }
    fresh.on('error', lost)
    fresh.on('exit', () => lost())
    // A backend that wants to end does not wait for an idle thread.
    fresh.unref()
    worker = fresh
    return fresh
  }

  const rest = () => {
    clearTimeout(idle)
    idle = setTimeout(() => void close(), idleMs)
    idle.unref()
  }

  const close = async (): Promise<void> => {
    clearTimeout(idle)
    const old = worker
    worker = undefined
    await old?.terminate()
    const closed = new AppError('cancelled', 'Slipway is stopping.')
    for (const waiting of pending.values()) waiting.reject(closed)
    pending.clear()
  }

  return {
    ask: (name, input, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(new AppError('cancelled', 'Cancelled.'))
          return
        }
        clearTimeout(idle)
        lastId += 1
        const id = lastId
        const thread = started()
        const cancel = () => thread.postMessage({ id, cancel: true } satisfies QueryRequest)
        const done = () => signal?.removeEventListener('abort', cancel)
        signal?.addEventListener('abort', cancel)
        pending.set(id, {
          resolve: output => {
            done()
            resolve(output as QueryOutput<typeof name>) // the thread answers by the same table of types
          },
          reject: error => {
            done()
            reject(error)
          },
        })
        thread.postMessage({ id, name, input } satisfies QueryRequest)
      }),
    close,
  }
}
