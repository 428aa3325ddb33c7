import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { datasets as methods } from '../../contract/datasets.ts'
import { inputOf } from '../../contract/test-input.ts'
import { type Bench, bench, call } from './test-datasets.ts'

let b: Bench
beforeEach(() => {
  b = bench()
})
afterEach(() => b.close())

const rows = Array.from({ length: 40 }, (_, i) => `{"prompt":"question ${i}","response":"answer ${i}"}`).join('\n')

async function imported(name: string) {
  const path = join(b.at.dir, `${name}.jsonl`)
  writeFileSync(path, `${rows}\n`)
  const { id } = await b.datasets.handlers.import(inputOf(methods.import, { path, name }), call)
  await b.settled()
  return { id, path }
}
const graphOf = async (id: string, limits = {}) =>
  b.datasets.handlers.graph(inputOf(methods.graph, { id, ...limits }), call)
const ran = (data: string, run: string, state: string) => {
  b.link({
    ...{ parentId: data, parentKind: 'dataset', parentName: 'notes@1', role: 'data' },
    ...{ childId: run, childKind: 'run', childName: run },
  })
  b.states.set(run, { name: run, state })
}

test('a dataset is told from the file that it was read from to the models of the runs on its parts', async () => {
  const { id, path } = await imported('notes')
  const split = await b.datasets.handlers.split(inputOf(methods.split, { id, validation: 0.2 }), call)
  const train = split.items.find(({ splitRole }) => splitRole === 'train')?.id ?? ''
  ran(train, 'run_good', 'done')
  ran(train, 'run_bad', 'failed')
  b.link({
    ...{ parentId: 'run_good', parentKind: 'run', parentName: 'run_good', role: 'run' },
    ...{ childId: 'mdv_1', childKind: 'model', childName: 'tuned@1' },
  })
  b.states.set('mdv_1', { name: 'tuned@1', state: 'ready' })

  const { nodes, edges, isCut } = await graphOf(train)
  expect(isCut).toBe(false)
  expect(nodes.map(({ kind, name, state }) => `${kind} ${name} ${state}`).sort()).toEqual([
    'dataset notes@1 draft',
    expect.stringMatching(/^dataset notes@\d draft$/),
    `file ${path} undefined`,
    'model tuned@1 ready',
    'run run_bad failed',
    'run run_good done',
  ])
  const byId = new Map(nodes.map(each => [each.id, each.kind]))
  expect(edges.map(({ from, to, role }) => `${byId.get(from)}-${byId.get(to)} ${role}`).sort()).toEqual([
    'dataset-dataset split:train',
    'dataset-run data',
    'dataset-run data',
    'file-dataset source',
    'run-model run',
  ])
})

test('a parent that was removed keeps its name and its file, and has no state any more', async () => {
  const { id } = await imported('notes')
  const split = await b.datasets.handlers.split(inputOf(methods.split, { id, validation: 0.2 }), call)
  await b.datasets.handlers.remove(inputOf(methods.remove, { id: `notes@1` }), call)
  const { nodes } = await graphOf(split.items[0]?.id ?? '')
  const parent = nodes.find(each => each.id === id)
  expect(parent).toMatchObject({ kind: 'dataset', name: 'notes@1' })
  expect(parent).not.toHaveProperty('state')
  expect(nodes.filter(({ kind }) => kind === 'file')).toHaveLength(1)
})

test('a folder of many files is cut at the limit, and the cut is said', async () => {
  const folder = join(b.at.dir, 'shelf')
  mkdirSync(folder)
  for (let i = 0; i < 12; i += 1) writeFileSync(join(folder, `part ${i}.jsonl`), `${rows}\n`)
  const { id } = await b.datasets.handlers.import(inputOf(methods.import, { path: folder, name: 'shelf' }), call)
  await b.settled()
  expect((await graphOf(id)).nodes).toHaveLength(13)
  const cut = await graphOf(id, { nodes: 5 })
  expect([cut.nodes.length, cut.isCut]).toEqual([5, true])
})
