import { AppError, errorKinds, toAppError } from '../../contract/errors.ts'

/** The error object of the OpenAI API: `type` is the class, `code` our closed code. */
export type OpenAiError = {
  readonly message: string
  readonly type: string
  readonly param: string | null
  readonly code: string
}

const typeOf = (status: number): string => {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}

/** The hint goes into the message: clients of this API show nothing else. */
export function openAiError(error: unknown): { status: number; body: { error: OpenAiError } } {
  const { code, message, hint, details } = toAppError(error)
  const { status } = errorKinds[code]
  const param = typeof details?.param === 'string' ? details.param : null
  return {
    status,
    body: {
      error: {
        message: hint === undefined ? message : `${message} ${hint}`,
        type: typeOf(status),
        param,
        code: typeof details?.openAiCode === 'string' ? details.openAiCode : code,
      },
    },
  }
}

/** An error as a whole response; the gateway uses it too, for requests to `/v1` that it refuses itself. */
export function openAiErrorResponse(error: unknown): Response {
  const { status, body } = openAiError(error)
  return Response.json(body, { status, headers: status === 429 ? { 'retry-after': '1' } : {} })
}

export const invalid = (param: string, message: string, hint?: string): AppError =>
  new AppError('invalid_input', message, { details: { param }, ...(hint !== undefined && { hint }) })

export const unsupported = (param: string, message: string, hint?: string): AppError =>
  new AppError('unsupported', message, { details: { param }, ...(hint !== undefined && { hint }) })
