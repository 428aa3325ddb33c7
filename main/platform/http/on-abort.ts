/**
 * Calls back when a signal is aborted; returns what takes that back. For requests of Node's `http`: its own way (`signal`)
 * destroys the connection with an error, which nobody hears any more where the answer had come whole, and which then
 * ends the program.
 */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  signal?.addEventListener('abort', act, { once: true })
  return () => signal?.removeEventListener('abort', act)
}
