import { availableParallelism } from 'node:os'

/**
 * How many threads a numeric library may use, 1 or more: as many as `OMP_NUM_THREADS` says, as everywhere in the field,
 * but never more than there are processors at hand.
 */
export function numericThreads(
  env: Readonly<Record<string, string | undefined>>,
  processors: number = availableParallelism(),
): number {
  const said = env.OMP_NUM_THREADS ?? ''
  return /^\d+$/.test(said) && Number(said) > 0 ? Math.min(Number(said), processors) : processors
}
