import type { LineageGraph } from '../../contract/common.ts'
import type { ReadableDb } from './types.ts'

type Row = { id: string; kind: string; name: string; role: string }
type Node = { readonly id: string; readonly kind: string; readonly name: string }
type Edge = { readonly from: string; readonly to: string; readonly role: string }

export type GraphLimits = { readonly depth: number; readonly nodes: number }

/**
 * Everything that a thing was made from, step by step, and everything that was made of it: not its siblings, of which a
 * popular base has thousands. Stops at so many steps and so many nodes, nearest first, and says so.
 */
export function lineageGraph(
  db: ReadableDb,
  start: Node,
  { depth, nodes: maxNodes }: GraphLimits,
): Omit<LineageGraph, 'nodes'> & { readonly nodes: readonly Node[] } {
  const parents = db.prepare<[string, number], Row>(
    'SELECT parent_id AS id, parent_kind AS kind, parent_name AS name, role FROM lineage WHERE child_id = ? ORDER BY role, parent_id LIMIT ?',
  )
  const children = db.prepare<[string, number], Row>(
    'SELECT child_id AS id, child_kind AS kind, child_name AS name, role FROM lineage WHERE parent_id = ? ORDER BY child_id DESC LIMIT ?',
  )
  const nodes = new Map<string, Node>([[start.id, start]])
  const edges = new Map<string, Edge>()
  let isCut = false

  const step = (at: readonly string[], isUp: boolean): string[] => {
    const next: string[] = []
    for (const id of at)
      for (const row of (isUp ? parents : children).all(id, maxNodes + 1)) {
        if (!nodes.has(row.id)) {
          if (nodes.size >= maxNodes) {
            isCut = true
            continue
          }
          nodes.set(row.id, { id: row.id, kind: row.kind, name: row.name })
          next.push(row.id)
        }
        const edge = isUp ? { from: row.id, to: id, role: row.role } : { from: id, to: row.id, role: row.role }
        edges.set(`${edge.from} ${edge.to} ${edge.role}`, edge)
      }
    return next
  }

  let [up, down] = [[start.id], [start.id]]
  for (let distance = 0; distance < depth && up.length + down.length > 0; distance += 1) {
    up = step(up, true)
    down = step(down, false)
  }
  // What lies one step further is not shown, but that there is something is said.
  if ([...up.map(id => parents.all(id, 1)), ...down.map(id => children.all(id, 1))].some(rows => rows.length > 0))
    isCut = true
  return { nodes: [...nodes.values()], edges: withoutShortcuts([...edges.values()], nodes), isCut }
}

type Now = { readonly name: string; readonly state: string }

/** The same graph, with what its nodes are called and do now; one that was removed keeps the name of its time, without a state. */
export const withStates = (
  graph: ReturnType<typeof lineageGraph>,
  nowOf: (kind: string, id: string) => Now | undefined,
): LineageGraph => ({ ...graph, nodes: graph.nodes.map(node => ({ ...node, ...nowOf(node.kind, node.id) })) })

/** Models are linked to their base and data directly as well as through their run; the way through the run says more. */
function withoutShortcuts(edges: readonly Edge[], nodes: ReadonlyMap<string, Node>): Edge[] {
  const runsInto = new Map<string, Set<string>>()
  for (const { from, to } of edges)
    if (nodes.get(from)?.kind === 'run') runsInto.set(to, (runsInto.get(to) ?? new Set()).add(from))
  const known = new Set(edges.map(({ from, to }) => `${from} ${to}`))
  return edges.filter(
    ({ from, to }) => ![...(runsInto.get(to) ?? [])].some(run => run !== from && known.has(`${from} ${run}`)),
  )
}
