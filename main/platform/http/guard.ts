import { AppError } from '../../contract/errors.ts'

/** Which names and pages may talk to a listener. The Unix socket has no Host to check: its file mode is the guard. */
export type Perimeter = {
  readonly hosts: ReadonlySet<string>
  readonly origins: ReadonlySet<string>
}

/** As a Host header and an address name them: an IPv6 address in brackets. */
export const hostAndPort = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

/** The exact Host values and page origins of a loopback listener, and whatever else its owner named. */
export function perimeterOf(port: number, extraHosts: readonly string[] = []): Perimeter {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, ...extraHosts])
  return { hosts, origins: new Set([...hosts].map(host => `http://${host}`)) }
}

/**
 * Guards against DNS rebinding and cross-site requests: the Host must be one of ours, and a page may only ask when it
 * came from us. `null` origins (sandboxed frames, data: pages) are refused. User agents are never looked at.
 */
export function assertInside(request: Request, perimeter: Perimeter): void {
  const host = request.headers.get('host')
  if (!host || !perimeter.hosts.has(host.toLowerCase())) {
    throw new AppError('forbidden', 'This address does not belong to this Slipway.', {
      hint: 'Use the address that `slipway serve` prints.',
    })
  }
  const origin = request.headers.get('origin')
  if (origin !== null && !perimeter.origins.has(origin)) {
    throw new AppError('forbidden', 'A page from another origin may not talk to Slipway.', {
      hint: 'Open the workstation from its own address, or use an API key from a program that is not a web page.',
    })
  }
  const site = request.headers.get('sec-fetch-site')
  if (site === 'cross-site') {
    throw new AppError('forbidden', 'A cross-site request may not talk to Slipway.', {
      hint: 'Follow links inside the workstation instead.',
    })
  }
}
