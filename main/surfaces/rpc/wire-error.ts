import { ORPCError } from '@orpc/server'
import { AppError, type ErrorBody, errorKinds, isErrorCode, toAppError } from '../../contract/errors.ts'

type Issue = { readonly message: string; readonly path?: readonly (PropertyKey | { key: PropertyKey })[] }

/** Turns whatever a handler threw into the one error shape of the wire. Unknown failures say nothing about themselves. */
export function toWireError(error: unknown): ORPCError<string, Pick<ErrorBody, 'hint' | 'details'>> {
  const app = fromOrpc(error) ?? toAppError(error)
  const { code, message, ...data } = app.toBody()
  return new ORPCError(code, { status: errorKinds[code].status, message, data, cause: app })
}

/** The plain body that HTTP clients get: `{code, message, hint, details}`. */
export function errorBodyOf(error: ORPCError<string, unknown>): ErrorBody {
  const app = fromWire(error)
  return app.toBody()
}

/** The way back: what a client of ours throws when the wire said an error. */
export function fromWire(error: ORPCError<string, unknown>): AppError {
  if (!isErrorCode(error.code)) return fromOrpc(error) ?? new AppError('internal', 'Something inside Slipway failed.')
  const data =
    typeof error.data === 'object' && error.data !== null ? (error.data as Pick<ErrorBody, 'hint' | 'details'>) : {}
  return new AppError(error.code, error.message, {
    cause: error,
    ...(data.hint !== undefined && { hint: data.hint }),
    ...(data.details !== undefined && { details: data.details }),
  })
}

// oRPC raises errors of its own for requests that do not fit the contract; ours keep their code.
function fromOrpc(error: unknown): AppError | undefined {
  if (!(error instanceof ORPCError)) return undefined
  if (isErrorCode(error.code)) return fromWire(error)
  if (error.code === 'BAD_REQUEST') {
    const issues = issuesOf(error.data)
    const problems = issues.map(issue => ({ field: fieldOf(issue), problem: issue.message }))
    const first = problems[0]
    return new AppError(
      'invalid_input',
      first ? `${first.field ? `${first.field}: ` : ''}${first.problem}` : 'The request is not well-formed.',
      {
        cause: error,
        hint: 'The method’s input is described at /api/v1/docs and by --help.',
        ...(problems.length > 0 && { details: { problems } }),
      },
    )
  }
  if (error.code === 'NOT_FOUND')
    return new AppError('not_found', 'There is no such method.', { cause: error, hint: 'See /api/v1/docs.' })
  if (error.code === 'METHOD_NOT_SUPPORTED')
    return new AppError('invalid_input', 'This method is called with another HTTP verb.', {
      cause: error,
      hint: 'See /api/v1/docs.',
    })
  return undefined
}

const issuesOf = (data: unknown): readonly Issue[] =>
  typeof data === 'object' && data !== null && 'issues' in data && Array.isArray(data.issues)
    ? (data.issues as Issue[])
    : []

const fieldOf = (issue: Issue): string =>
  (issue.path ?? []).map(part => String(typeof part === 'object' ? part.key : part)).join('.')
