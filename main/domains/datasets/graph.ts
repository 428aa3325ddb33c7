import type { LineageGraph } from '../../contract/common.ts'
import type { DatasetVersion } from '../../contract/dataset-versions.ts'
import { type GraphLimits, lineageGraph, withStates } from '../../platform/db/lineage-graph.ts'
import type { ReadableDb } from '../../platform/db/types.ts'
import { sourcesOf } from './imports-repo.ts'
import { shown } from './versions.ts'

/**
 * The lineage of a dataset version. It begins with the files that were read, which are things of nobody's domain: each
 * import has its own, told by name and without a state.
 */
export function graphOf(
  db: ReadableDb,
  found: DatasetVersion,
  limits: GraphLimits,
  stateOf: (kind: string, id: string) => { readonly name: string; readonly state: string } | undefined,
): LineageGraph {
  const start = { id: found.id, kind: 'dataset', name: shown(found) }
  const { nodes, edges, isCut } = withStates(lineageGraph(db, start, limits), stateOf)
  const files = nodes
    .filter(({ kind }) => kind === 'dataset')
    .flatMap(({ id }) => sourcesOf(db, id).map((source, place) => ({ ...source, of: id, id: `${id}:file:${place}` })))
  const room = files.slice(0, Math.max(0, limits.nodes - nodes.length))
  return {
    nodes: [...nodes, ...room.map(({ id, path }) => ({ id, kind: 'file', name: path }))],
    edges: [...edges, ...room.map(({ id, of }) => ({ from: id, to: of, role: 'source' }))],
    isCut: isCut || room.length < files.length,
  }
}
