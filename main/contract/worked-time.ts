import type { Job } from './jobs.ts'

/**
 * How long the (last) attempt of a job has worked, ms: from its start to its end, or to now; undefined before it starts.
 * Everything that says how long something took says this, so that no two places differ.
 */
export const workedMs = (
  { startedAt, endedAt }: Pick<Job, 'startedAt' | 'endedAt'>,
  nowMs: number,
): number | undefined =>
  startedAt === undefined
    ? undefined
    : Math.max(0, (endedAt === undefined ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt))
