import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient } from '@orpc/contract'
import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { QueryClient } from '@tanstack/react-query'
import type { Contract } from '../../main/contract/index.ts'
import { isUnreachable } from './failure.ts'
import { timedFetch } from './latency.ts'
import { refusalIn } from './refusal.ts'

export type Client = ContractRouterClient<Contract>

const link = new RPCLink({
  url: `${location.origin}/rpc`,
  // What a forged cross-site request cannot send: see the gateway.
  headers: { 'x-slipway-request': '1' },
  fetch: async (request, init) => {
    const response = await timedFetch(request, init)
    const refusal = await refusalIn(response)
    if (refusal) throw refusal
    return response
  },
})

/** The typed client of every method; the renderer talks to the backend through nothing else but `/v1` for chats. */
export const client: Client = createORPCClient(link)

/** Query and mutation options of every method: `useQuery(api.models.list.queryOptions({ input }))`. */
export const api = createTanstackQueryUtils(client)

/**
 * The event stream says what is stale, so nothing is polled and nothing goes stale by time. A call that got no answer is
 * tried again; one that was refused is not.
 */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 5 * 60_000,
      networkMode: 'always',
      refetchOnWindowFocus: false,
      retry: (failures, error) => isUnreachable(error) && failures < 2,
      retryDelay: failures => 300 * 2 ** failures,
    },
    mutations: { networkMode: 'always', retry: false },
  },
})
