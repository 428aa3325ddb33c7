import type { BrowserSession } from '../../contract/call.ts'

/** Twelve hours: no session outlives it in a browser. */
const maxAgeSeconds = 43_200

/** The cookie that carries a browser's session token: out of reach of scripts, and never sent from another site. */
export type SessionCookie = {
  readonly tokenOf: (request: Request) => string | undefined
  /** The `Set-Cookie` that keeps a token. */
  readonly keep: (token: string) => string
  /** What a method may do with the cookie, and the response that then says so. */
  readonly of: (request: Request) => {
    readonly browser: BrowserSession
    readonly carriedBy: (response: Response) => Response
  }
}

/** @param name a browser sends cookies to every port of a host, so each data directory has a name of its own */
export function createSessionCookie(name: string): SessionCookie {
  const tokenOf = (request: Request): string | undefined => {
    for (const part of (request.headers.get('cookie') ?? '').split(';')) {
      const at = part.indexOf('=')
      if (part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
    }
    return undefined
  }
  const header = (token: string, ageSeconds: number) =>
    `${name}=${token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${ageSeconds}`
  return {
    tokenOf,
    keep: token => header(token, maxAgeSeconds),
    of: request => {
      let line: string | undefined
      return {
        browser: {
          token: tokenOf(request),
          keep: token => {
            line = header(token, maxAgeSeconds)
          },
          forget: () => {
            line = header('', 0)
          },
        },
        carriedBy: response => {
          if (line !== undefined) response.headers.append('set-cookie', line)
          return response
        },
      }
    },
  }
}
