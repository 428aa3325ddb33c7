import { errorFromBody } from '../../contract/errors.ts'

type Fetch = (request: Request, init?: RequestInit) => Promise<Response>

/**
 * What the guards refuse before a method is reached is a plain `{code, message, hint, details}`, which oRPC's client does
 * not know: it is thrown here as what it is.
 */
export const throwingRefusals =
  (fetch: Fetch): Fetch =>
  async (request, init) => {
    const response = await fetch(request, init)
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
    if (response.ok || !isJson) return response
    const refusal = errorFromBody(await response.clone().json())
    if (refusal) throw refusal
    return response
  }
