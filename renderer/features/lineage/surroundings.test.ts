import { expect, test } from 'vitest'
import { surroundingsOf } from './surroundings.ts'

const node = (kind: string, id: string, state?: string) => ({ kind, id, name: id, ...(state && { state }) })

test('around a tuned model stand its run with what went in, and what was made of it; what is further stays away', () => {
  const graph = {
    nodes: [
      node('model', 'base', 'ready'),
      node('dataset', 'notes'),
      node('run', 'run', 'done'),
      node('model', 'tuned', 'ready'),
      node('evaluation', 'check', 'done'),
      node('model', 'grandparent', 'ready'),
    ],
    edges: [
      { from: 'grandparent', to: 'base', role: 'source' },
      { from: 'base', to: 'run', role: 'base' },
      { from: 'notes', to: 'run', role: 'data' },
      { from: 'run', to: 'tuned', role: 'run' },
      { from: 'base', to: 'tuned', role: 'base' },
      { from: 'tuned', to: 'check', role: 'object' },
    ],
    isCut: false,
  }
  const found = surroundingsOf(graph, node('model', 'tuned'))
  expect(found.parents.map(parent => [parent.node.id, parent.parents.map(({ id }) => id)])).toEqual([
    ['run', ['base', 'notes']],
    ['base', []],
  ])
  expect(found.children.map(each => each.node.id)).toEqual(['check'])
  expect(found.centre.state).toBe('ready')
  // What was removed is still told of, without a state.
  expect(found.parents[0]?.parents[1]?.state).toBeNull()
})

test('around a part of a dataset stand the whole with its file, the runs on it, failed ones too, and their models', () => {
  const graph = {
    nodes: [
      node('file', '/data/notes.jsonl'),
      node('dataset', 'whole'),
      node('dataset', 'part', 'frozen'),
      node('run', 'broken', 'failed'),
      node('run', 'good', 'done'),
      node('model', 'tuned', 'ready'),
      node('deployment', 'live', 'serving'),
    ],
    edges: [
      { from: '/data/notes.jsonl', to: 'whole', role: 'source' },
      { from: 'whole', to: 'part', role: 'split:train' },
      { from: 'part', to: 'broken', role: 'data' },
      { from: 'part', to: 'good', role: 'data' },
      { from: 'good', to: 'tuned', role: 'run' },
      { from: 'tuned', to: 'live', role: 'model' },
    ],
    isCut: false,
  }
  const found = surroundingsOf(graph, node('dataset', 'part'), { after: 2 })
  expect(found.parents).toMatchObject([
    { node: { id: 'whole', state: null }, parents: [{ id: '/data/notes.jsonl', state: undefined }] },
  ])
  expect(found.children.map(({ node: { id, state }, children }) => [id, state, children.map(each => each.id)])).toEqual(
    [
      ['broken', 'failed', []],
      ['good', 'done', ['tuned']],
    ],
  )
})
