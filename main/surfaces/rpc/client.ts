import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import { AppError } from '../../contract/errors.ts'
import type { Contract } from '../../contract/index.ts'
import { socketFetch } from '../../platform/http/socket-fetch.ts'
import { throwingRefusals } from './refusals.ts'
import { fromWire } from './wire-error.ts'

export type Client = ContractRouterClient<Contract>

/** Where a backend is: behind the socket of a data directory, or at an address with a key. */
export type Target = { readonly socketPath: string } | { readonly url: string; readonly key: string }

/** The typed client of every method. Failures arrive as `AppError` through `call`. */
export function createClient(target: Target): Client {
  const link =
    'socketPath' in target
      ? new RPCLink({ url: 'http://slipway/rpc', fetch: throwingRefusals(socketFetch(target.socketPath)) })
      : new RPCLink({
          url: new URL('/rpc', target.url).href,
          headers: { authorization: `Bearer ${target.key}` },
          fetch: throwingRefusals((request, init) => fetch(request, init)),
        })
  return createORPCClient(link)
}

/** What a failed call means, whichever side it failed on. */
export function clientError(error: unknown): unknown {
  if (error instanceof AppError) return error
  if (error instanceof ORPCError) return error.cause instanceof AppError ? error.cause : fromWire(error)
  if (error instanceof TypeError && error.message === 'fetch failed') {
    return new AppError('worker_lost', 'No Slipway answers at this address.', {
      cause: error,
      hint: 'Check --url, and that slipway serve runs there.',
    })
  }
  return isCut(error)
    ? new AppError('worker_lost', 'The connection to Slipway broke before the answer was complete.', {
        cause: error,
        hint: 'It may have just stopped: slipway status.',
      })
    : error
}

/** How Node's streams and its fetch say that the other end is gone in the middle of an answer. */
const isCut = (error: unknown): boolean =>
  error instanceof Error &&
  (['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_SOCKET'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  ) ||
    (error instanceof TypeError && error.message === 'terminated'))
