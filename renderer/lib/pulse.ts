// Figures of the machine come every second. So long without anything is worth a question …
const quietMs = 5_000
// … and a backend that is well, if busy, answers the simplest one within this.
const answerLimitMs = 5_000
const lookMs = 1_000

/** A question was taken and not answered in time. Whoever asked has withdrawn it. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

let heardMs = performance.now()
/** Something came from the backend: the head of an answer, or an event. */
export const noteHeard = (): void => {
  heardMs = performance.now()
}
/** When something last came, by `performance.now()`; before anything did, when this page was loaded. */
export const lastHeardMs = (): number => heardMs

/** Gives what is asked for, or withdraws the question and throws `NoAnswer` after a few seconds. */
export async function answered<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const withdrawn = new AbortController()
  const timer = setTimeout(() => withdrawn.abort(), answerLimitMs)
  try {
    return await ask(withdrawn.signal)
  } catch (error) {
    throw withdrawn.signal.aborted ? new NoAnswer('no answer in time', { cause: error }) : error
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Listens whether the backend is still there while nothing is asked: an open stream looks the same from a backend that has
 * nothing to tell and from one that hangs. Calls `onSilent` once, unless it was stopped before.
 * @returns how to stop
 */
export function watchPulse(onSilent: () => void): () => void {
  let timer = setTimeout(look, lookMs)
  let isStopped = false
  async function look() {
    // A failed question is the streams' affair: they end with the same connection.
    const isSilent = performance.now() - heardMs > quietMs && (await isUnanswered())
    if (isStopped) return
    if (isSilent) onSilent()
    else timer = setTimeout(look, lookMs)
  }
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}

async function isUnanswered(): Promise<boolean> {
  try {
    await answered(signal => fetch('/healthz', { signal, cache: 'no-store' }))
    noteHeard()
    return false
  } catch (error) {
    return error instanceof NoAnswer
  }
}
