import { useQuery } from '@tanstack/react-query'
import { api } from '../lib/client.ts'
import { number } from '../lib/format.ts'
import { useLiveJobs } from '../lib/live-jobs.ts'
import type { PageName } from './navigation.ts'

type Count = { readonly text: string /** Of what runs now, not of what there is. */; readonly isLive: boolean }

/** How many models and datasets there are, and how many runs, deployments and jobs are alive. */
export function useRailCounts(): Partial<Record<PageName, Count>> {
  const one = { input: { limit: 1 } } as const
  const models = useQuery(api.models.list.queryOptions(one)).data?.total
  const datasets = useQuery(api.datasets.list.queryOptions(one)).data?.total
  const running = useLiveJobs().filter(job => job.state === 'running')
  const alive = (kind: string) => running.filter(job => job.kind === kind).length
  const all = (total: number | undefined): Count | undefined =>
    total ? { text: number(total), isLive: false } : undefined
  const live = (total: number): Count | undefined => (total ? { text: number(total), isLive: true } : undefined)
  const counts = {
    models: all(models),
    datasets: all(datasets),
    training: live(alive('training')),
    evaluations: live(alive('evaluation')),
    deployments: live(alive('deployment')),
    environments: live(alive('environment')),
  }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined))
}
