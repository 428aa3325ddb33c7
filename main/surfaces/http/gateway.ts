import { type Caller, mayCall } from '../../contract/call.ts'
import { AppError, errorKinds, toAppError } from '../../contract/errors.ts'
import type { Scope } from '../../contract/method.ts'
import type { Clock } from '../../platform/clock.ts'
import { assertInside, type Perimeter } from '../../platform/http/guard.ts'
import {
  assertJsonDepth,
  boundedBody,
  createConcurrencyLimiter,
  createRateLimiter,
} from '../../platform/http/limits.ts'
import type { FetchHandler } from '../../platform/http/listen.ts'
import { afterBody } from '../../platform/http/web-stream.ts'
import type { Log } from '../../platform/log.ts'
import type { HttpAnswer } from './http-metrics.ts'
import type { SessionCookie } from './session-cookie.ts'

/** How a request came in. A socket needs no Host check and no credential: only its owner can open it. */
export type Transport = { readonly kind: 'socket' } | { readonly kind: 'tcp'; readonly perimeter: Perimeter }

/** Something mounted behind the guards, by path prefix. */
export type Mount = {
  readonly prefix: `/${string}`
  /** `public` mounts see no credential: they may serve only what holds no secret. Methods check their own policy further in. */
  readonly policy: Scope | 'public' | 'by-method'
  /** For `by-method`: why the method that a request names is not for this caller, before its body is read. */
  readonly refusal?: (request: Request, caller: Caller) => Refusal | undefined
  readonly maxBodyBytes: number
  /** The body was read and bounded before, and cannot be read from the request again. */
  readonly handle: (
    request: Request,
    caller: Caller | undefined,
    body: string | undefined,
  ) => Response | Promise<Response>
}

type Refusal = { readonly error: AppError; readonly record: () => void }

type Deps = {
  readonly mounts: readonly Mount[]
  readonly callerOfKey: (secret: string) => Caller | undefined
  readonly callerOfSession: (token: string) => Caller | undefined
  readonly isSessionLive: (token: string) => boolean
  readonly startSession: (code: string) => string | undefined
  readonly sessionCookie: SessionCookie
  /** Records a request that the guards refused. */
  readonly refused: (caller: Caller | undefined, path: string, error: AppError) => void
  readonly answered: (answer: HttpAnswer) => void
  readonly clock: Clock
  readonly log: Log
}

/** Who shows a credential, and whether it still opens the door a while later. */
type Admitted = { readonly caller: Caller; readonly isStillIn: () => boolean }

const owner: Caller = { kind: 'owner', id: 'owner', scopes: ['admin'], source: 'socket' }
const maxJsonDepth = 64
/** A stream is over this soon after its session ended or its key was revoked. */
const recheckMs = 1_000

/**
 * One chain guards everything, in this order, and the first failure ends the request: transport, Host, Origin,
 * credential, CSRF, policy, limits, handler (audit happens in the handler's own transaction).
 */
export function createGateway({
  mounts,
  callerOfKey,
  callerOfSession,
  isSessionLive,
  startSession,
  sessionCookie,
  refused,
  answered,
  clock,
  log,
}: Deps): (transport: Transport) => FetchHandler {
  const rate = createRateLimiter({ clock, perSecond: 1_000, burst: 2_000 })
  const strangers = createRateLimiter({ clock, perSecond: 20, burst: 100 })
  const concurrency = createConcurrencyLimiter(256)
  const longestFirst = [...mounts].sort((a, b) => b.prefix.length - a.prefix.length)
  const mountOf = (path: string) =>
    longestFirst.find(({ prefix }) => path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`))

  const credentialOf = (request: Request, transport: Transport): Admitted | undefined => {
    const header = request.headers.get('authorization')
    if (header !== null) {
      const secret = header.startsWith('Bearer ') ? header.slice('Bearer '.length) : ''
      const caller = callerOfKey(secret)
      if (!caller) {
        strangers.take('key')
        throw new AppError('unauthenticated', 'The API key is unknown, revoked or expired.', {
          hint: 'Make one with: slipway keys create NAME --scope read.',
        })
      }
      return { caller, isStillIn: () => callerOfKey(secret) !== undefined }
    }
    if (transport.kind === 'socket') return { caller: owner, isStillIn: () => true }
    const token = sessionCookie.tokenOf(request)
    const caller = token === undefined ? undefined : callerOfSession(token)
    return token === undefined || !caller ? undefined : { caller, isStillIn: () => isSessionLive(token) }
  }

  /** Whoever acts by a cookie, or is about to get one, must show that a page of ours asks. */
  const assertNotForged = (request: Request, caller: Caller | undefined) => {
    if ((caller && caller.kind !== 'session') || request.method === 'GET' || request.method === 'HEAD') return
    if (request.headers.get('x-slipway-request') !== '1') {
      throw new AppError('forbidden', 'A browser request must carry the header X-Slipway-Request: 1.', {
        hint: 'Pages of the workstation send it; programs use an API key instead.',
      })
    }
  }

  const assertJson = (request: Request) => {
    const type = request.headers.get('content-type')
    // The body last: to ask for it makes a stream of it.
    if (type !== null && !/^application\/json(;|$)/i.test(type) && request.body) {
      throw new AppError('invalid_input', 'Request bodies are JSON.', { hint: 'Send Content-Type: application/json.' })
    }
  }

  const pass = async (request: Request, transport: Transport): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url)
    try {
      if (transport.kind === 'tcp') assertInside(request, transport.perimeter)
    } catch (error) {
      // Always refused, but not always recorded: a page that knocks without end would fill the log.
      if (error instanceof AppError && strangers.tryTake('outside')) refused(undefined, pathname, error)
      throw error
    }
    if (pathname === '/launch' && request.method === 'GET') return launch(searchParams.get('code') ?? '')
    const mount = mountOf(pathname)
    if (!mount) throw new AppError('not_found', 'There is nothing at this address.', { hint: 'See /api/v1/docs.' })
    let admitted: Admitted | undefined
    try {
      if (mount.policy === 'public') assertNotForged(request, undefined)
      else {
        admitted = credentialOf(request, transport)
        if (!admitted) {
          strangers.take('none')
          throw new AppError('unauthenticated', 'This needs an API key or a session.', {
            hint: 'Send Authorization: Bearer KEY (slipway keys create), or open the link that slipway serve prints.',
          })
        }
        const { caller } = admitted
        assertNotForged(request, caller)
        if (mount.policy !== 'by-method' && !mayCall(caller, mount.policy)) throw forbidden(mount.policy)
      }
    } catch (error) {
      // A flood of strangers is turned away without a word: each record costs a flush to disk.
      if (error instanceof AppError && error.code !== 'busy' && mayRecord(mount, admitted))
        refused(admitted?.caller, pathname, error)
      throw error
    }
    const refusal = admitted && mount.refusal?.(request, admitted.caller)
    if (refusal) {
      if (mayRecord(mount, admitted)) refusal.record()
      throw refusal.error
    }
    return limited(request, mount, admitted)
  }

  /** Whoever is refused without end is recorded only so often. Wrong and missing credentials are counted where they are met. */
  const mayRecord = (mount: Mount, admitted: Admitted | undefined): boolean =>
    admitted ? rate.tryTake(nameOf(admitted.caller)) : mount.policy !== 'public' || strangers.tryTake('forged')

  const limited = async (request: Request, mount: Mount, admitted: Admitted | undefined): Promise<Response> => {
    const caller = admitted?.caller
    const who = nameOf(caller)
    rate.take(who)
    const leave = concurrency.enter(who)
    try {
      assertJson(request)
      const body = await boundedBody(request, mount.maxBodyBytes)
      if (body !== undefined) assertJsonDepth(body, maxJsonDepth)
      const response = await mount.handle(request, caller, body)
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
      const watch = isStream && admitted ? watched(admitted.isStillIn) : undefined
      return afterBody(
        response,
        () => {
          watch?.end()
          leave()
        },
        watch?.broken,
      )
    } catch (error) {
      leave()
      throw error
    }
  }

  const launch = (code: string): Response => {
    strangers.take('launch')
    const token = startSession(code)
    if (!token) {
      const error = new AppError('unauthenticated', 'This launch link was used already or is too old.', {
        hint: 'Ask for a new one: slipway serve prints it.',
      })
      refused(undefined, '/launch', error)
      throw error
    }
    return new Response(null, {
      status: 303,
      headers: { location: '/', 'set-cookie': sessionCookie.keep(token) },
    })
  }

  const answer = async (request: Request, transport: Transport): Promise<Response> => {
    try {
      return hardened(await pass(request, transport))
    } catch (error) {
      const app = toAppError(error)
      if (app.code === 'internal') log.error('request failed', { path: new URL(request.url).pathname, error })
      return hardened(errorResponse(app))
    }
  }

  return transport => async request => {
    const beganMs = clock.monotonicMs()
    const response = await answer(request, transport)
    const mount = mountOf(new URL(request.url).pathname)?.prefix ?? 'none'
    const durationMs = clock.monotonicMs() - beganMs
    answered({ mount, method: request.method, status: response.status, durationMs })
    return response
  }
}

const nameOf = (caller: Caller | undefined): string => (caller ? `${caller.kind}:${caller.id}` : 'public')

export const forbidden = (scope: Scope): AppError =>
  new AppError('forbidden', `This needs the scope "${scope}".`, {
    hint: `Use a key that has it: slipway keys create NAME --scope ${scope}.`,
    details: { scope },
  })

const errorResponse = (error: AppError): Response =>
  Response.json(error.toBody(), { status: errorKinds[error.code].status })

/** Aborts soon after a credential stopped opening the door: who was let in hears nothing more. */
function watched(isStillIn: () => boolean): { readonly broken: AbortSignal; readonly end: () => void } {
  const breaker = new AbortController()
  const timer = setInterval(() => {
    if (isStillIn()) return
    clearInterval(timer)
    breaker.abort(new AppError('unauthenticated', 'The session or the key is no longer valid.'))
  }, recheckMs)
  timer.unref()
  return { broken: breaker.signal, end: () => clearInterval(timer) }
}

const defaultHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

// Mounts that serve pages set their own policy; everything else gets the strictest one.
function hardened(response: Response): Response {
  for (const [name, value] of Object.entries(defaultHeaders))
    if (!response.headers.has(name)) response.headers.set(name, value)
  return response
}
