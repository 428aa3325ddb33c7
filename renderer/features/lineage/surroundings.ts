import type { LineageGraph } from '../../../main/contract/common.ts'
import type { LineageNode, Surroundings } from './layout.ts'

/** Files are nobody's record: whether one is still there is not known. */
const stateOf = ({ kind, state }: LineageGraph['nodes'][number]): string | null | undefined =>
  kind === 'file' ? undefined : (state ?? null)

type Reach = {
  /** How many steps of what was made are shown. */
  readonly after?: 1 | 2
}

/** What stands around one thing of a graph: what made it, what went into that, and what was made of it. */
export function surroundingsOf(
  { nodes, edges }: LineageGraph,
  centre: LineageNode,
  { after = 1 }: Reach = {},
): Surroundings {
  const byId = new Map(nodes.map((node): [string, LineageNode] => [node.id, { ...node, state: stateOf(node) }]))
  const before = (id: string): LineageNode[] =>
    edges.filter(({ to }) => to === id).flatMap(({ from }) => byId.get(from) ?? [])
  const made = (id: string): LineageNode[] =>
    edges.filter(({ from }) => from === id).flatMap(({ to }) => byId.get(to) ?? [])
  return {
    centre: { ...centre, state: byId.get(centre.id)?.state ?? null },
    // What explains more than its name does is opened one step further: a run, and the set that a part was taken from.
    parents: before(centre.id).map(node => ({ node, parents: isOpened(node) ? before(node.id) : [] })),
    children: made(centre.id).map(node => ({ node, children: after === 2 ? made(node.id) : [] })),
  }
}

const isOpened = ({ kind }: LineageNode): boolean => kind === 'run' || kind === 'dataset'
