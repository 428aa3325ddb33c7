import { AppError, type ErrorBody, toAppError } from '../../contract/errors.ts'

/** An error as it crosses between threads: what everybody may read, and for the log alone where an unexpected one came from. */
export type CrossedError = ErrorBody & { readonly trace?: string }

/** To be posted: an error object keeps its class and its cause on its own side. */
export function errorToCross(error: unknown): CrossedError {
  const known = toAppError(error)
  const isUnexpected = known.code === 'internal' && error instanceof Error
  return { ...known.toBody(), ...(isUnexpected && { trace: (error.stack ?? error.message).slice(0, 4_000) }) }
}

/** What is thrown on the other side. The trace becomes the cause: it reaches the log, and no answer. */
export function crossedError({ trace, code, message, ...options }: CrossedError): AppError {
  return new AppError(code, message, { ...options, ...(trace !== undefined && { cause: thrownThere(trace) }) })
}

function thrownThere(trace: string): Error {
  const error = new Error(trace.split('\n', 1)[0])
  error.stack = trace
  return error
}
