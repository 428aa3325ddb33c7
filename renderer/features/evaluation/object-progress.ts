import type { JobProgress } from '../../../main/contract/jobs.ts'

export type ObjectProgress = {
  readonly state: 'waits' | 'runs' | 'done'
  /** Rows answered. */
  readonly done: number
  readonly ratePerSecond?: number
  readonly secondsLeft?: number
}

/**
 * How far each object is. They are asked one after the other, all with the same rows, and the job counts through.
 * @param rows of each object
 */
export function objectProgress(
  objects: number,
  rows: number,
  progress: Pick<JobProgress, 'done' | 'ratePerSecond'> | undefined,
): readonly ObjectProgress[] {
  const all = progress?.done ?? 0
  return Array.from({ length: objects }, (_, index): ObjectProgress => {
    const done = Math.max(0, Math.min(rows, all - index * rows))
    if (rows > 0 && done === rows) return { state: 'done', done }
    if (!progress || all < index * rows) return { state: 'waits', done: 0 }
    const rate = progress.ratePerSecond
    return {
      state: 'runs',
      done,
      ...(rate !== undefined && rate > 0 && { ratePerSecond: rate, secondsLeft: (rows - done) / rate }),
    }
  })
}
