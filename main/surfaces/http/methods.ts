import { SmartCoercionPlugin } from '@orpc/json-schema'
import { OpenAPIHandler } from '@orpc/openapi/fetch'
import { type AnyRouter, ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/fetch'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { type Call, type Caller, mayCall, stranger } from '../../contract/call.ts'
import { AppError, toAppError } from '../../contract/errors.ts'
import { type AnyMethod, listMethods } from '../../contract/walk.ts'
import { withBody } from '../../platform/http/limits.ts'
import type { Log } from '../../platform/log.ts'
import { callOf, type RequestContext } from '../rpc/router.ts'
import { errorBodyOf, toWireError } from '../rpc/wire-error.ts'
import { forbidden, type Mount } from './gateway.ts'
import { type MethodOfRequest, methodsByName, methodsByRoute } from './method-of-request.ts'
import { openApiMount } from './openapi.ts'
import type { SessionCookie } from './session-cookie.ts'

type Deps = {
  readonly router: AnyRouter
  /** Records a call that was refused or failed; successful changes record themselves in their transaction. */
  readonly audit: (call: Call, object: string, result: string) => void
  readonly sessionCookie: SessionCookie
  readonly log: Log
}

type Interception = {
  readonly context: RequestContext
  readonly path: readonly string[]
  readonly procedure: unknown
  readonly input: unknown
  readonly next: () => Promise<unknown>
}

/** Every contract method over HTTP: `/rpc` for our own clients, `/api/v1` with OpenAPI for everybody else. */
export function methodMounts({ router, audit, sessionCookie, log }: Deps): readonly Mount[] {
  const guarded = async ({ context, path, procedure, input, next }: Interception): Promise<unknown> => {
    const method = procedure as AnyMethod
    const { policy, audit: auditName } = method['~orpc'].meta
    const name = path.join('.')
    try {
      if (policy !== 'anyone' && !mayCall(context.caller, policy)) throw forbidden(policy)
      return await next()
    } catch (error) {
      const wire = toWireError(error)
      const failure = toAppError(wire.cause)
      if (failure.code === 'internal') log.error('method failed', { method: name, error })
      // A flood of strangers is turned away without a word: each record costs a flush to disk.
      const isFlood = policy === 'anyone' && failure.code === 'busy'
      if ((auditName !== false && !isFlood) || failure.code === 'forbidden')
        audit(callOf(method, name, context), objectOf(input), failure.code)
      throw wire
    }
  }
  // Failures before a method is reached (a body that is not JSON, input that does not fit) get the same shape.
  const shaped = async ({ next }: { readonly next: () => Promise<never> }) => {
    try {
      return await next()
    } catch (error) {
      if (error instanceof ORPCError) throw toWireError(error)
      log.warn('request could not be read', { error })
      throw error
    }
  }
  // oRPC's interceptor types are generic over every router; these read only what they name. Each handler gets its own
  // arrays, because its plugins add to them.
  const guards = () => ({ interceptors: [shaped as never], clientInterceptors: [guarded as never] })

  const rpc = new RPCHandler<RequestContext>(router, guards())
  const api = new OpenAPIHandler<RequestContext>(router, {
    ...guards(),
    plugins: [new SmartCoercionPlugin({ schemaConverters: [new ZodToJsonSchemaConverter()] })],
    filter: ({ contract }) => (contract as AnyMethod)['~orpc'].meta.surfaces.includes('http'),
    customErrorResponseBodyEncoder: error => errorBodyOf(error as ORPCError<string, unknown>),
  })

  const mount = (
    prefix: '/rpc' | '/api/v1',
    handler: RPCHandler<RequestContext> | OpenAPIHandler<RequestContext>,
    methodOf: MethodOfRequest,
  ): Mount => ({
    prefix,
    policy: 'by-method',
    // Policy before limits: who may not call a method is not listened to. `guarded` asks again, whatever the path was.
    refusal: (request, caller) => {
      const named = methodOf(request)
      if (!named || named.facts.policy === 'anyone' || mayCall(caller, named.facts.policy)) return undefined
      const call = callOf(named.method, `${named.domain}.${named.verb}`, { caller })
      const object = new URL(request.url).pathname.slice(0, 300)
      return { error: forbidden(named.facts.policy), record: () => audit(call, object, 'forbidden') }
    },
    maxBodyBytes: 8 * 1024 * 1024,
    handle: async (request, caller, body) => {
      const whole = body === undefined ? request : withBody(request, body)
      const { matched, response } = await handler.handle(whole, { prefix, context: { caller: known(caller) } })
      if (!matched) throw noSuchMethod()
      return response
    },
  })
  /** What needs no credential has an entrance of its own that sees none, and with it the cookie. */
  const openMounts = listMethods()
    .filter(({ facts }) => facts.policy === 'anyone')
    .map(
      ({ domain, verb }): Mount => ({
        prefix: `/rpc/${domain}/${verb}`,
        policy: 'public',
        maxBodyBytes: 4_096,
        handle: async (request, _caller, body) => {
          const { browser, carriedBy } = sessionCookie.of(request)
          const whole = body === undefined ? request : withBody(request, body)
          const { matched, response } = await rpc.handle(whole, {
            prefix: '/rpc',
            context: { caller: stranger, browser },
          })
          if (!matched) throw noSuchMethod()
          return carriedBy(response)
        },
      }),
    )
  const all = listMethods()
  const onHttp = all.filter(({ facts }) => facts.surfaces.includes('http'))
  return [
    mount('/rpc', rpc, methodsByName('/rpc', all)),
    mount('/api/v1', api, methodsByRoute('/api/v1', onHttp)),
    ...openMounts,
    ...openApiMount(),
  ]
}

const noSuchMethod = () => new AppError('not_found', 'There is no such method.', { hint: 'See /api/v1/docs.' })

const known = (caller: Caller | undefined): Caller => {
  if (!caller) throw new AppError('unauthenticated', 'This needs an API key or a session.')
  return caller
}

// The thing a failed call was about, for its audit record: an id, a name or a path, never a content.
function objectOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return ''
  for (const key of ['id', 'name', 'path']) {
    const value = (input as Record<string, unknown>)[key]
    if (typeof value === 'string') return value.slice(0, 300)
  }
  return ''
}
