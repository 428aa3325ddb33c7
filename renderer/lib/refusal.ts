import { type AppError, errorFromBody } from '../../main/contract/errors.ts'

/**
 * What the gateway's guards refuse before a method is reached (no session, too many requests) is a plain
 * `{code, message, hint, details}`, which oRPC's client does not know: it is thrown as what it is.
 */
export async function refusalIn(response: Response): Promise<AppError | undefined> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
  if (response.ok || !isJson) return undefined
  return errorFromBody(await response.clone().json())
}
