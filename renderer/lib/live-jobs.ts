import { useQuery } from '@tanstack/react-query'
import type { Job } from '../../main/contract/jobs.ts'
import { api } from './client.ts'
import { liveStates } from './job-words.ts'

/** Asked for by their states: a run of a week is alive, however many jobs came and went since it started. */
export const liveJobsQuery = () => api.jobs.list.queryOptions({ input: { state: [...liveStates], limit: 200 } })

/** Jobs that run or wait, running ones first. */
export function useLiveJobs(): readonly Job[] {
  const alive = useQuery(liveJobsQuery()).data?.items ?? []
  return alive.toSorted((a, b) => Number(a.state === 'queued') - Number(b.state === 'queued'))
}
