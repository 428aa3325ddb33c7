import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LineageEdge, lineageMigration, linkLineage } from './lineage.ts'
import { lineageGraph } from './lineage-graph.ts'
import type { WritableDb } from './types.ts'

let db: Database.Database
beforeEach(() => {
  db = new Database(':memory:')
  lineageMigration.up(db)
})
afterEach(() => db.close())

const kindOf = (id: string): string =>
  ({ d: 'dataset', r: 'run', e: 'evaluation', s: 'deployment' })[id[0] ?? ''] ?? 'model'
/** Things are named by a letter and a number: d1 is a dataset, r1 a run, m1 a model. */
const link = (parentId: string, childId: string, role = 'x') => {
  const edge: LineageEdge = {
    ...{ parentId, parentKind: kindOf(parentId), parentName: parentId },
    ...{ childId, childKind: kindOf(childId), childName: childId, role },
  }
  linkLineage(db as unknown as WritableDb, edge)
}
const around = (id: string, depth = 5, nodes = 100) => {
  const graph = lineageGraph(db as unknown as WritableDb, { id, kind: kindOf(id), name: id }, { depth, nodes })
  return {
    nodes: graph.nodes.map(node => node.id).sort(),
    edges: graph.edges.map(({ from, to }) => `${from}-${to}`).sort(),
    isCut: graph.isCut,
  }
}
const tune = (base: string, data: string, run: string, made: string) => {
  link(base, run, 'base')
  link(data, run, 'data')
  link(base, made, 'base')
  link(data, made, 'data')
  link(run, made, 'run')
}

test('a version alone is a graph of one', () => {
  expect(around('m1')).toEqual({ nodes: ['m1'], edges: [], isCut: false })
})

test('what made it and what it made, through the run and not around it', () => {
  tune('m1', 'd1', 'r1', 'm2')
  link('m2', 'e1', 'object')
  link('m2', 's1', 'model')
  expect(around('m2')).toEqual({
    nodes: ['d1', 'e1', 'm1', 'm2', 'r1', 's1'],
    edges: ['d1-r1', 'm1-r1', 'm2-e1', 'm2-s1', 'r1-m2'],
    isCut: false,
  })
})

test('generations are followed both ways, siblings are not', () => {
  tune('m1', 'd1', 'r1', 'm2')
  tune('m1', 'd1', 'r2', 'm3')
  tune('m2', 'd2', 'r3', 'm4')
  expect(around('m2').nodes).toEqual(['d1', 'm1', 'm2', 'm4', 'r1', 'r3'])
  expect(around('m4').nodes).toEqual(['d1', 'd2', 'm1', 'm2', 'm4', 'r1', 'r3'])
})

test('depth and number are limited, and a cut is said', () => {
  for (let i = 1; i < 30; i += 1) link(`m${i}`, `m${i + 1}`)
  expect(around('m15', 2)).toEqual({
    nodes: ['m13', 'm14', 'm15', 'm16', 'm17'],
    edges: ['m13-m14', 'm14-m15', 'm15-m16', 'm16-m17'],
    isCut: true,
  })
  expect(around('m15', 20)).toMatchObject({ isCut: false })
  for (let i = 0; i < 500; i += 1) link('m1', `e${i}`)
  const wide = around('m1', 5, 50)
  expect([wide.nodes.length, wide.isCut]).toEqual([50, true])
})

test('a circle, which should not be, ends', () => {
  link('m1', 'm2')
  link('m2', 'm1')
  expect(around('m1').nodes).toEqual(['m1', 'm2'])
})
