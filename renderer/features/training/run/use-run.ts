import { useQuery } from '@tanstack/react-query'
import type { Job, JobState } from '../../../../main/contract/jobs.ts'
import type { RunDetail } from '../../../../main/contract/runs.ts'
import { api } from '../../../lib/client.ts'
import { isEnded } from '../../../lib/job-words.ts'

export type ShownRun = {
  readonly run: RunDetail
  readonly job: Job | undefined
  /** Of the job, which is nearer to the truth than the run's own row. */
  readonly state: JobState
  readonly isAlive: boolean
}

type Answer = {
  readonly shown: ShownRun | undefined
  readonly isLoading: boolean
  readonly error: unknown
  readonly retry: () => void
}

/** A run with the job that does it. */
export function useRun(id: string): Answer {
  const detail = useQuery(api.training.show.queryOptions({ input: { id } }))
  const run = detail.data
  const job = useQuery({
    ...api.jobs.show.queryOptions({ input: { id: run?.jobId ?? '' } }),
    enabled: run?.jobId !== undefined,
  }).data
  const state = job?.state ?? run?.state
  return {
    shown: run && state && { run, job, state, isAlive: !isEnded(state) },
    isLoading: detail.isPending,
    error: detail.error,
    retry: () => void detail.refetch(),
  }
}
