import { AppError, type ErrorBody, isErrorCode } from '../../main/contract/errors.ts'

/**
 * What the gateway's guards refuse before a method is reached (no session, too many requests) is a plain
 * `{code, message, hint, details}`, which oRPC's client does not know: it is thrown as what it is.
 */
export async function refusalIn(response: Response): Promise<AppError | undefined> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
  if (response.ok || !isJson) return undefined
  const body: unknown = await response.clone().json()
  if (!isErrorBody(body)) return undefined
  const { code, message, ...options } = body
  return new AppError(code, message, options)
}

const isErrorBody = (body: unknown): body is ErrorBody =>
  typeof body === 'object' &&
  body !== null &&
  'code' in body &&
  isErrorCode(body.code) &&
  'message' in body &&
  typeof body.message === 'string'
