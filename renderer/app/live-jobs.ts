import { useQuery } from '@tanstack/react-query'
import type { Job } from '../../main/contract/jobs.ts'
import { api } from '../lib/client.ts'
import { isEnded } from '../lib/job-words.ts'

const newest = 200

/** Jobs that run or wait, running ones first. A deployment that serves is not waited for, so it is not among them. */
export function useLiveJobs(): readonly Job[] {
  const items = useQuery(api.jobs.list.queryOptions({ input: { limit: newest } })).data?.items ?? []
  const alive = items.filter(job => !isEnded(job.state))
  return alive.toSorted((a, b) => Number(a.state === 'queued') - Number(b.state === 'queued'))
}
