import { ORPCError } from '@orpc/client'
import { AppError, type ErrorBody, isErrorCode } from '../../main/contract/errors.ts'

/** `unreachable` is the renderer's own: no answer came, so nothing is known of what happened. */
export type Failure = Omit<ErrorBody, 'code'> & { readonly code: ErrorBody['code'] | 'unreachable' }

/** What a failed call says: the backend's own words, or that it could not be reached. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AppError) return error.toBody()
  if (error instanceof ORPCError) {
    const data: Pick<ErrorBody, 'hint' | 'details'> =
      typeof error.data === 'object' && error.data !== null ? error.data : {}
    // A response that is not ours (an old cookie, a proxy) arrives with oRPC's code for its status.
    const code = isErrorCode(error.code) ? error.code : error.status === 401 ? 'unauthenticated' : 'internal'
    return {
      code,
      message: error.message,
      ...(data.hint !== undefined && { hint: data.hint }),
      ...(data.details !== undefined && { details: data.details }),
    }
  }
  return {
    code: 'unreachable',
    message: error instanceof Error ? error.message : String(error),
  }
}

export const isUnreachable = (error: unknown): boolean =>
  !(error instanceof ORPCError) &&
  !(error instanceof AppError) &&
  !(error instanceof DOMException && error.name === 'AbortError')
