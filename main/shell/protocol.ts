import { protocol, type Session } from 'electron'
import type { FetchHandler } from '../platform/http/listen.ts'
import { isOurs, scheme } from './origin.ts'

/** To be called before Electron is ready: the pages' address is a standard, secure origin that fetch may use. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ])
}

/**
 * Serves `app://slipway/…`: each request of the page goes to `forward` as an ordinary request for the same path, and the
 * answer streams back. No file is read here, so no path can leave a folder; what is not the workstation's own origin,
 * or comes from a page of another one, is refused.
 */
export function serveScheme({ protocol: handled }: Session, forward: FetchHandler): void {
  handled.handle(scheme, request => {
    if (!isOurs(request.url)) return refused('There is nothing at this address.', 404)
    const origin = request.headers.get('origin')
    if (origin !== null && !isOurs(`${origin}/`)) return refused('Only the workstation itself may ask.', 403)
    if (request.headers.get('sec-fetch-site') === 'cross-site')
      return refused('Only the workstation itself may ask.', 403)
    return forward(request)
  })
}

const refused = (message: string, status: 403 | 404): Response =>
  new Response(JSON.stringify({ code: status === 403 ? 'forbidden' : 'not_found', message }), {
    status,
    headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' },
  })
