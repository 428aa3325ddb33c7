import { useQuery } from '@tanstack/react-query'
import type { Job } from '../../../../main/contract/jobs.ts'
import { api } from '../../../lib/client.ts'

const newest = 200

/** The newest jobs by the id of what they do: nearer to the truth than the rows of their runs, and the frame reads them anyway. */
export function useJobsBySubject(): ReadonlyMap<string, Job> {
  const jobs = useQuery(api.jobs.list.queryOptions({ input: { limit: newest } })).data?.items ?? []
  const bySubject = new Map<string, Job>()
  // The newest first: a resumed run has several.
  for (const job of jobs)
    if (job.kind === 'training' && !bySubject.has(job.subjectId)) bySubject.set(job.subjectId, job)
  return bySubject
}
