import type { EngineKind } from '../../contract/inference.ts'
import type { MemoryPlan } from '../../contract/memory-plan.ts'

/** How many answers are written at once where nobody says, and where memory allows no more. */
const usualParallel = 4

/** What is tried before the usual, most first. */
const more = [16, 8] as const

/**
 * How many questions an engine of its own should answer at once for a job that has many of them, such as an evaluation:
 * answers that are written together take a fraction of the time, as long as their caches fit beside the weights. Only
 * the transformers engine gets more than usual: its cache grows with what is asked, while llama.cpp takes the whole of
 * it when it starts.
 *
 * @param planFor what so many answers at once would need of the engine's device
 */
export async function answersAtOnce(
  engine: EngineKind,
  planFor: (parallel: number) => Promise<MemoryPlan> | MemoryPlan,
): Promise<number> {
  if (engine !== 'transformers') return usualParallel
  for (const parallel of more) {
    const { verdict } = await planFor(parallel)
    if (verdict === 'fits') return parallel
  }
  return usualParallel
}
