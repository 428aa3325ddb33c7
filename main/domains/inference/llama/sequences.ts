import { AppError } from '../../../contract/errors.ts'

/** The part of a node-llama-cpp sequence that the pool needs: which tokens its cache holds. */
export type CachedSequence = { readonly contextTokens: readonly number[] }

export type SequencePool<S> = {
  /**
   * A free sequence, the one whose cache shares most of the prompt; waits in line when all are taken. Rejects with
   * `busy` when the line is full and with the signal's reason when it is aborted.
   */
  readonly acquire: (tokens: readonly number[], signal: AbortSignal) => Promise<{ sequence: S; release: () => void }>
  readonly active: () => number
  readonly queued: () => number
  /** Resolves when nothing runs and nothing waits. */
  readonly idle: () => Promise<void>
}

type Waiter<S> = { readonly tokens: readonly number[]; readonly take: (sequence: S) => void }

/** Hands out a fixed set of sequences: a disposed sequence is not always reusable at once, so they are made only once. */
export function createSequencePool<S extends CachedSequence>(
  sequences: readonly S[],
  maxQueue: number,
): SequencePool<S> {
  const free = new Set(sequences)
  const line: Waiter<S>[] = []
  const idleWaiters: (() => void)[] = []

  const best = (tokens: readonly number[]): S | undefined => {
    let found: S | undefined
    let foundScore = -1
    for (const sequence of free) {
      const shared = sharedPrefix(sequence.contextTokens, tokens)
      // Among equals the emptier cache is given away, so that longer conversations stay warm.
      const score = shared + 1 / (2 + sequence.contextTokens.length - shared)
      if (score > foundScore) {
        found = sequence
        foundScore = score
      }
    }
    return found
  }

  const give = (sequence: S) => ({
    sequence,
    release: once(() => {
      free.add(sequence)
      const next = line.shift()
      if (next) {
        const choice = best(next.tokens) ?? sequence
        free.delete(choice)
        next.take(choice)
      } else if (free.size === sequences.length) for (const done of idleWaiters.splice(0)) done()
    }),
  })

  return {
    acquire: async (tokens, signal) => {
      signal.throwIfAborted()
      const sequence = line.length === 0 ? best(tokens) : undefined
      if (sequence) {
        free.delete(sequence)
        return give(sequence)
      }
      if (line.length >= maxQueue) {
        throw new AppError(
          'busy',
          `The engine already has ${sequences.length} requests running and ${line.length} waiting.`,
          {
            hint: 'Retry later, send fewer requests at once, or deploy the model with more --parallel.',
          },
        )
      }
      return new Promise((resolve, reject) => {
        const leave = () => {
          line.splice(line.indexOf(waiter), 1)
          reject(signal.reason)
        }
        const waiter: Waiter<S> = {
          tokens,
          take: taken => {
            signal.removeEventListener('abort', leave)
            resolve(give(taken))
          },
        }
        line.push(waiter)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
    active: () => sequences.length - free.size,
    queued: () => line.length,
    idle: () =>
      free.size === sequences.length && line.length === 0
        ? Promise.resolve()
        : new Promise(resolve => idleWaiters.push(resolve)),
  }
}

function sharedPrefix(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length)
  let i = 0
  while (i < length && a[i] === b[i]) i += 1
  return i
}

const once = (action: () => void): (() => void) => {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    action()
  }
}
