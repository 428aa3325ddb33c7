import type { RunRecord } from './repo.ts'

type Facts = RunRecord['facts']

/**
 * With how many threads a run computed on the CPU, as its trainer said. Undefined on a GPU, where the curve does not
 * depend on them, before the trainer has said anything, and for runs of releases that did not tell.
 */
export const threadsOf = ({ facts: { device, threads } }: { readonly facts: Facts }): number | undefined =>
  typeof threads === 'number' && device === 'cpu' ? threads : undefined

/** What to say of a run that goes on with another number of threads than it had; nothing where it is the same. */
export function threadDrift(before: Facts, now: Facts): readonly string[] {
  const [had, has] = [threadsOf({ facts: before }), threadsOf({ facts: now })]
  return had === undefined || has === undefined || had === has
    ? []
    : [
        `It goes on with ${has} threads, and had ${had}: the last digits of the losses may be others than without the break.`,
      ]
}
