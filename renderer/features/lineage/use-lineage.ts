import { useQueries } from '@tanstack/react-query'
import type { Lineage } from '../../../main/contract/common.ts'
import { api } from '../../lib/client.ts'
import type { LineageNode, Surroundings } from './layout.ts'

/** What stands around a thing, from its own lineage: what made it and what went into that, and what was made of it. */
export function useLineage(centre: LineageNode, { madeBy, made }: Lineage): Surroundings {
  // Runs are opened one step further: a model is explained by what went into its run, not by the run's name alone.
  const runs = madeBy.filter(({ kind }) => kind === 'run')
  const results = useQueries({
    // A run that was removed stays in the graph by its name; what it took is then not known any more.
    queries: runs.map(({ id }) => api.training.show.queryOptions({ input: { id }, retry: false })),
  })
  const inputsOf = new Map(runs.map(({ id }, index) => [id, results[index]?.data?.lineage.madeBy ?? []]))
  return {
    centre,
    parents: madeBy.map(node => ({ node, parents: inputsOf.get(node.id) ?? [] })),
    children: made,
  }
}
