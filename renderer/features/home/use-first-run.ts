import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/client.ts'

/** Whether nobody has tuned or served anything here yet; undefined while that is being read. */
export function useFirstRun(): boolean | undefined {
  const one = { input: { limit: 1 } } as const
  const runs = useQuery(api.training.list.queryOptions(one)).data?.total
  const deployments = useQuery(api.inference.list.queryOptions(one)).data?.total
  return runs === undefined || deployments === undefined ? undefined : runs === 0 && deployments === 0
}
