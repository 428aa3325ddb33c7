import type { Job } from '../../../../main/contract/jobs.ts'
import { useLiveJobs } from '../../../lib/live-jobs.ts'

/** The jobs of runs that wait or run, by the id of the run: nearer to the truth than the rows of their runs. */
export function useJobsBySubject(): ReadonlyMap<string, Job> {
  return new Map(useLiveJobs().flatMap(job => (job.kind === 'training' ? [[job.subjectId, job] as const] : [])))
}
