import { expect, test } from 'vitest'
import { type LineageNode, layOut, neighbour, nodeWidth } from './layout.ts'

const node = (kind: string, id: string): LineageNode => ({ id, kind, name: id })
const child = (kind: string, id: string, ...children: LineageNode[]) => ({ node: node(kind, id), children })
const tuned = layOut({
  centre: node('model', 'tuned'),
  parents: [
    {
      node: node('run', 'run'),
      parents: [node('model', 'base'), node('dataset', 'notes')],
    },
    { node: node('model', 'base'), parents: [] },
  ],
  children: [child('evaluation', 'check'), child('deployment', 'live')],
})
const at = (id: string) => tuned.nodes.find(each => each.id === id)

test('a run stands above the model that it made, its inputs before it, what uses the model after it', () => {
  expect(tuned.nodes.map(({ id, column }) => [id, column])).toEqual([
    ['base', 0],
    ['notes', 0],
    ['run', 1],
    ['tuned', 1],
    ['check', 2],
    ['live', 2],
  ])
  expect(at('run')?.y).toBeLessThan(at('tuned')?.y ?? 0)
})

test('no two boxes overlap', () => {
  const crowded = layOut({
    centre: node('model', 'centre'),
    parents: [{ node: node('run', 'run'), parents: Array.from({ length: 7 }, (_, i) => node('dataset', `d${i}`)) }],
    children: Array.from({ length: 30 }, (_, i) => child('evaluation', `e${i}`)),
  })
  for (const one of crowded.nodes)
    for (const other of crowded.nodes)
      if (one !== other && one.column === other.column) expect(Math.abs(one.y - other.y)).toBeGreaterThanOrEqual(44)
  expect(crowded.hidden).toBe(22)
})

test('a box is drawn once, even when several lines lead to it', () => {
  expect(tuned.nodes.filter(({ id }) => id === 'base')).toHaveLength(1)
  expect(tuned.edges.filter(({ from }) => from === 'base').map(({ to }) => to)).toEqual(['run', 'tuned'])
})

test('a thing alone is a box alone', () => {
  const alone = layOut({ centre: node('dataset', 'rows'), parents: [], children: [] })
  expect(alone).toMatchObject({ width: nodeWidth, height: 44, edges: [] })
})

test('arrow keys follow the lines', () => {
  expect(neighbour(tuned, 'tuned', 'up')).toBe('run')
  expect(neighbour(tuned, 'run', 'left')).toBe('base')
  expect(neighbour(tuned, 'base', 'down')).toBe('notes')
  expect(neighbour(tuned, 'tuned', 'right')).toBe('check')
  expect(neighbour(tuned, 'check', 'left')).toBe('tuned')
  expect(neighbour(tuned, 'check', 'right')).toBeUndefined()
})

test('what was made of a child has a column of its own, and lines from the child', () => {
  const rows = layOut({
    centre: node('dataset', 'rows'),
    parents: [{ node: node('file', 'rows.jsonl'), parents: [] }],
    children: [child('run', 'r1', node('model', 'm1')), child('run', 'r2'), child('run', 'r3', node('model', 'm3'))],
  })
  expect(rows.nodes.map(({ id, column }) => [id, column])).toEqual([
    ['rows.jsonl', 0],
    ['rows', 1],
    ['r1', 2],
    ['r2', 2],
    ['r3', 2],
    ['m1', 3],
    ['m3', 3],
  ])
  expect(rows.edges.map(({ from, to }) => `${from}-${to}`)).toContain('r3-m3')
  expect(neighbour(rows, 'r3', 'right')).toBe('m3')
})
