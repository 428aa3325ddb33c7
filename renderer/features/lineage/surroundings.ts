import type { LineageGraph } from '../../../main/contract/common.ts'
import type { LineageNode, Surroundings } from './layout.ts'

/** What stands around one thing of a graph: what made it, what went into its runs, and what was made of it. */
export function surroundingsOf({ nodes, edges }: LineageGraph, centre: LineageNode): Surroundings {
  const byId = new Map(nodes.map(node => [node.id, { ...node, state: node.state ?? null }]))
  const before = (id: string): LineageNode[] =>
    edges.filter(({ to }) => to === id).flatMap(({ from }) => byId.get(from) ?? [])
  return {
    centre: { ...centre, state: byId.get(centre.id)?.state ?? null },
    // Runs are opened one step further: a model is explained by what went into its run, not by the run's name alone.
    parents: before(centre.id).map(node => ({ node, parents: node.kind === 'run' ? before(node.id) : [] })),
    children: edges.filter(({ from }) => from === centre.id).flatMap(({ to }) => byId.get(to) ?? []),
  }
}
