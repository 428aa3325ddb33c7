import { availableParallelism } from 'node:os'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * What `OMP_NUM_THREADS` says, of a user for every program or of the lease book for a job; never more than there are
 * processors at hand. Undefined where it says no number.
 */
export function wishedThreads(env: Environment, processors: number = availableParallelism()): number | undefined {
  const said = env.OMP_NUM_THREADS ?? ''
  return /^\d+$/.test(said) && Number(said) > 0 ? Math.min(Number(said), processors) : undefined
}

/**
 * How many threads a numeric library may use, 1 or more: as many as `OMP_NUM_THREADS` says, as everywhere in the field,
 * but never more than there are processors at hand.
 */
export const numericThreads = (env: Environment, processors: number = availableParallelism()): number =>
  wishedThreads(env, processors) ?? processors
