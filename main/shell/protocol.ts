import { protocol, type Session } from 'electron'
import { errorKinds } from '../contract/errors.ts'
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
 * answer streams back. No file is read here, so no path can leave a folder. Who asks was looked at before: see
 * `guardSession`, because Chromium tells a handler neither origin nor site of the asking page.
 */
export function serveScheme({ protocol: handled }: Session, forward: FetchHandler): void {
  handled.handle(scheme, request => (isOurs(request.url) ? forward(request) : notFound()))
}

const notFound = (): Response =>
  new Response(JSON.stringify({ code: 'not_found', message: 'There is nothing at this address.' }), {
    status: errorKinds.not_found.status,
    headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' },
  })
