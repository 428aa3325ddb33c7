import { JobKind, type JobState, jobStates } from '../../contract/jobs.ts'
import type { Family } from '../../platform/metrics/exposition.ts'

export type JobCount = { readonly kind: string; readonly state: JobState; readonly count: number }

/** How many jobs of each kind are in each state: also the zeros, so that an alarm on "failed" has a series to watch. */
export function jobMetrics(counts: readonly JobCount[]): readonly Family[] {
  const countOf = (kind: string, state: JobState) =>
    counts.find(each => each.kind === kind && each.state === state)?.count ?? 0
  const kinds = new Set([...JobKind.options, ...counts.map(({ kind }) => kind)])
  return [
    {
      name: 'slipway_jobs',
      help: 'Jobs by kind and state',
      type: 'gauge',
      samples: [...kinds].flatMap(kind =>
        jobStates.map(state => ({ labels: { kind, state }, value: countOf(kind, state) })),
      ),
    },
  ]
}
