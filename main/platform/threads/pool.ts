import { AppError } from '../../contract/errors.ts'
import { type CrossedError, crossedError } from './crossing.ts'
import type { FromThread, Input, Output, Questions, Tell, ToThread } from './protocol.ts'

export type Asking<Q extends Questions> = {
  /**
   * Has a question answered off the event loop. Throws what the one that answers throws, `cancelled`, or why that one is
   * gone. `onTold` hears how far the answer is, where the one that answers says so.
   */
  readonly ask: <N extends keyof Q & string>(
    name: N,
    input: Input<Q, N>,
    signal?: AbortSignal,
    onTold?: Tell,
  ) => Promise<Output<Q, N>>
  readonly close: () => Promise<void>
}

/** One that answers: a thread or a process. */
export type Member = {
  readonly post: (message: ToThread) => void
  /** Ends it, however busy it is; resolves once it is gone. */
  readonly end: () => Promise<void>
}
/** What a member tells the pool. */
export type Heard = {
  readonly reply: (reply: FromThread) => void
  /** It is gone. `why`: what that means for the question that it had. */
  readonly gone: (why: AppError) => void
}

type Options = {
  readonly start: (heard: Heard) => Member
  /** Members at once; further questions wait. */
  readonly most: number
  /** After how long without a question a member goes. */
  readonly idleMs: number
  /** How a question is cancelled: the member hears it at its next await, or, where it has none for long, is ended. */
  readonly cancelling: 'tells it' | 'ends it'
}

type Waiting = {
  readonly name: string
  readonly input: unknown
  readonly signal: AbortSignal | undefined
  readonly onTold: Tell | undefined
  readonly resolve: (output: unknown) => void
  readonly reject: (error: Error) => void
}
type Place = {
  member: Member | undefined
  now: Waiting | undefined
  idle: NodeJS.Timeout | undefined
  isCancelled: boolean
}

/**
 * Members that answer one question at a time each, so that one that takes all the memory costs nobody else's answer.
 * They start when they are needed and go when nothing came for a while.
 */
export function createPool<Q extends Questions>({ start, most, idleMs, cancelling }: Options): Asking<Q> {
  const places = new Set<Place>()
  const queue: Waiting[] = []
  let isClosed = false

  const open = (): Place => {
    const place: Place = { member: undefined, now: undefined, idle: undefined, isCancelled: false }
    places.add(place)
    place.member = start({
      reply: reply => {
        if ('told' in reply) return place.now?.onTold?.(reply.told)
        const answered = place.now
        place.now = undefined
        rest(place)
        if (answered && 'output' in reply) answered.resolve(reply.output)
        else if (answered && 'error' in reply) answered.reject(crossedError(reply.error satisfies CrossedError))
        next()
      },
      gone: why => {
        clearTimeout(place.idle)
        places.delete(place)
        place.now?.reject(isClosed ? stopping() : place.isCancelled ? cancelled() : why)
        next()
      },
    })
    return place
  }

  const rest = (place: Place) => {
    place.idle = setTimeout(() => void place.member?.end(), idleMs)
    place.idle.unref()
  }

  const next = () => {
    const free = [...places].find(place => place.now === undefined)
    if (isClosed || queue.length === 0 || (!free && places.size >= most)) return
    const waiting = queue.shift()
    if (!waiting) return
    const place = free ?? open()
    clearTimeout(place.idle)
    place.now = waiting
    place.member?.post({ ask: waiting.name, input: waiting.input })
  }

  const cancel = (waiting: Waiting) => {
    const at = queue.indexOf(waiting)
    if (at >= 0) {
      queue.splice(at, 1)
      waiting.reject(cancelled())
      return
    }
    const place = [...places].find(each => each.now === waiting)
    if (!place) return
    if (cancelling === 'tells it') return place.member?.post({ cancel: true })
    // The answer comes when it is gone: until then it may have files open that somebody wants to remove.
    place.isCancelled = true
    void place.member?.end()
  }

  const put = (
    name: string,
    input: unknown,
    signal: AbortSignal | undefined,
    onTold: Tell | undefined,
  ): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (isClosed || signal?.aborted) return reject(isClosed ? stopping() : cancelled())
      const onAbort = () => cancel(waiting)
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener('abort', onAbort)
          settle(value)
        }
      const waiting: Waiting = { name, input, signal, onTold, resolve: settled(resolve), reject: settled(reject) }
      signal?.addEventListener('abort', onAbort)
      queue.push(waiting)
      next()
    })

  return {
    // The member answers by the same table of types.
    ask: (name, input, signal, onTold) => put(name, input, signal, onTold) as Promise<Output<Q, typeof name>>,
    close: async () => {
      isClosed = true
      for (const waiting of queue.splice(0)) waiting.reject(stopping())
      await Promise.all([...places].map(place => place.member?.end()))
    },
  }
}

const cancelled = () => new AppError('cancelled', 'Cancelled.')
const stopping = () => new AppError('cancelled', 'Slipway is stopping.')
