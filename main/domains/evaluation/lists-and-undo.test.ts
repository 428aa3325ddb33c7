import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemCall } from '../../contract/call.ts'
import { EvaluationId, evaluation } from '../../contract/evaluation.ts'
import type { Inputs } from '../../contract/index.ts'
import { inputOf } from '../../contract/test-input.ts'
import { lineageMigration } from '../../platform/db/lineage.ts'
import { openTestStore } from '../../platform/db/test-store.ts'
import { silentLog } from '../../platform/log.ts'
import { pathsOf } from '../../platform/paths.ts'
import { createTestJobs } from '../../platform/processes/test-jobs.ts'
import { undoMs } from '../../platform/retention.ts'
import { evaluationMigrations } from './migrations.ts'
import { createEvaluations } from './service.ts'

const call = systemCall('test')

function openEvaluations() {
  const clock = { now: 1_700_000_000_000 }
  const time = { nowMs: () => clock.now, monotonicMs: () => clock.now }
  const { folder: dir, store, close } = openTestStore([lineageMigration, ...evaluationMigrations], { clock: time })
  const jobs = createTestJobs(time, 'evaluation')
  const evaluations = createEvaluations({
    store,
    clock: time,
    log: silentLog,
    paths: pathsOf(dir, {}),
    jobs: jobs.port,
    datasets: {
      version: ref => ({ id: 'dver_1', name: ref, kind: 'sft', rows: 10, files: [] }),
      freeze: () => undefined,
    },
    heldBack: () => {
      throw new Error('not used here')
    },
    subject: async ref =>
      ({ name: ref, kind: 'model', id: 'mdv_1', engine: { socket: '/s' }, memoryBytes: 0 }) as never, // what an engine needs is not used here
    render: () => '',
  })
  const folderOf = (id: string) => join(dir, 'evaluations', id)
  return {
    clock,
    evaluations,
    handlers: evaluations.handlers,
    folderOf,
    ended: async (name: string, state: 'done' | 'failed' = 'done') => {
      clock.now += 1_000
      const made = await evaluations.handlers.start(
        {
          object: ['base'],
          dataset: 'held-out',
          metric: ['exact_match'],
          name,
          ...{ maxTokens: 8, temperature: 0, topP: 1, seed: 1 },
        },
        call,
      )
      mkdirSync(folderOf(made.id), { recursive: true })
      writeFileSync(join(folderOf(made.id), 'answers-0.jsonl'), '{}')
      jobs.end(store, made.id, state)
      return EvaluationId.parse(made.id)
    },
    close: () => {
      evaluations.close()
      close()
    },
  }
}

let bench: ReturnType<typeof openEvaluations>
beforeEach(() => {
  bench = openEvaluations()
})
afterEach(() => bench.close())

const list = (input: Inputs['evaluation']['list'] = {}) => bench.handlers.list(inputOf(evaluation.list, input), call)

test('evaluations are searched, filtered, sorted and paged', async () => {
  for (let i = 1; i <= 11; i += 1) await bench.ended(`check-${i}`, i === 3 ? 'failed' : 'done')
  expect((await list({ q: 'CHECK-1', sort: 'name' })).items.map(each => each.name)).toEqual([
    'check-1',
    'check-10',
    'check-11',
  ])
  const page = await list({ limit: 4, state: 'done' })
  expect(page.total).toBe(10)
  expect((await list({ limit: 4, state: 'done', cursor: page.nextCursor })).items.map(each => each.name)).toEqual([
    'check-7',
    'check-6',
    'check-5',
    'check-4',
  ])
  expect((await list({ offset: 9, sort: 'name', state: ['done', 'failed'] })).items).toMatchObject([
    { name: 'check-10' },
    { name: 'check-11' },
  ])
})

test('a removed evaluation comes back whole, also under a name beside a new one', async () => {
  const id = await bench.ended('before')
  const { restorableUntil } = await bench.handlers.remove({ id: 'before', purge: false }, call)
  expect(Date.parse(restorableUntil ?? '')).toBe(bench.clock.now + undoMs)
  expect((await list()).total).toBe(0)
  expect(existsSync(bench.folderOf(id))).toBe(true)
  await bench.ended('before')
  expect(await bench.handlers.restore({ id }, call)).toMatchObject({ id, name: 'before-restored', state: 'done' })
  expect((await list()).total).toBe(2)
})

test('answers are deleted after seven days, or at once when that is wished', async () => {
  const kept = await bench.ended('kept')
  const gone = await bench.ended('gone')
  await bench.handlers.remove({ id: gone, purge: true }, call)
  expect(existsSync(bench.folderOf(gone))).toBe(false)
  await bench.handlers.remove({ id: kept, purge: false }, call)
  bench.clock.now += undoMs - 1_000
  bench.evaluations.purge()
  expect(existsSync(bench.folderOf(kept))).toBe(true)
  bench.clock.now += 2_000
  bench.evaluations.purge()
  expect(existsSync(bench.folderOf(kept))).toBe(false)
  await expect(bench.handlers.restore({ id: kept }, call)).rejects.toMatchObject({ code: 'not_found' })
})
