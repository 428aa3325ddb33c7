import { availableParallelism } from 'node:os'

type Environment = Readonly<Record<string, string | undefined>>

/** What OMP_NUM_THREADS says, where it says a number: of a user for every program, of the lease book for a job. */
export function wishedThreads(env: Environment): number | undefined {
  const said = env.OMP_NUM_THREADS ?? ''
  return /^[1-9]\d{0,3}$/.test(said) ? Number(said) : undefined
}

/** With how many threads a job's process computes: as many as it was granted, else one for each processor. */
export const ownThreads = (env: Environment = process.env): number => wishedThreads(env) ?? availableParallelism()
