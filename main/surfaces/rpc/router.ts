import { type AnyRouter, implement, withEventMeta } from '@orpc/server'
import type { BrowserSession, Call, Caller } from '../../contract/call.ts'
import { type AllHandlers, contract } from '../../contract/index.ts'
import type { AnyMethod } from '../../contract/walk.ts'
import { toWireError } from './wire-error.ts'

/** What the gateway knows about a request when a method is called. */
export type RequestContext = { readonly caller: Caller; readonly browser?: BrowserSession }

type AnyHandler = (input: unknown, call: Call) => Promise<unknown>
type Implementer = {
  handler: (
    fn: (options: {
      input: unknown
      context: RequestContext
      signal?: AbortSignal
      lastEventId?: string
    }) => Promise<unknown>,
  ) => unknown
}

/**
 * Binds the domains' handlers to the contract. TypeScript checks handlers against the contract where they are written
 * (`AllHandlers`); in this loop over all of them the types are erased.
 */
export function createRouter(handlers: AllHandlers): AnyRouter {
  const implementer = implement(contract) as unknown as Record<string, Record<string, Implementer>>
  const domains = Object.entries(contract).map(([domain, methods]) => {
    const procedures = Object.entries(methods).map(([verb, method]) => {
      const handle = (handlers as unknown as Record<string, Record<string, AnyHandler>>)[domain]?.[verb]
      const bind = implementer[domain]?.[verb]
      if (!handle || !bind) throw new Error(`no handler for ${domain}.${verb}`)
      return [
        verb,
        bind.handler(async ({ input, context, signal, lastEventId }) => {
          const result = await handle(
            input,
            callOf(method as AnyMethod, `${domain}.${verb}`, context, signal, lastEventId),
          )
          return isStream(result) ? numbered(result) : result
        }),
      ] as const
    })
    return [domain, Object.fromEntries(procedures)] as const
  })
  return Object.fromEntries(domains) as AnyRouter
}

export function callOf(
  method: AnyMethod,
  path: string,
  { caller, browser }: RequestContext,
  signal?: AbortSignal,
  lastEventId?: string,
): Call {
  const { audit } = method['~orpc'].meta
  return {
    caller,
    action: audit === false ? path : audit,
    ...(signal && { signal }),
    ...(browser && { browser }),
    ...(lastEventId !== undefined && { lastEventId }),
  }
}

const isStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

// A handler may yield `{ id, event }`: the id travels as the server-sent event's id, so that clients can resume after it.
async function* numbered(stream: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    for await (const item of stream) {
      yield isNumbered(item) ? withEventMeta(item.event, { id: item.id }) : item
    }
  } catch (error) {
    throw toWireError(error)
  }
}

const isNumbered = (item: unknown): item is { id: string; event: object } =>
  typeof item === 'object' &&
  item !== null &&
  'id' in item &&
  'event' in item &&
  typeof item.event === 'object' &&
  item.event !== null &&
  typeof item.id === 'string'
