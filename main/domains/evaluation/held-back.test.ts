import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemCall } from '../../contract/call.ts'
import { evaluation } from '../../contract/evaluation.ts'
import type { Inputs } from '../../contract/index.ts'
import { inputOf } from '../../contract/test-input.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { lineageMigration } from '../../platform/db/lineage.ts'
import { migrate } from '../../platform/db/migrate.ts'
import { openDatabase } from '../../platform/db/open.ts'
import { createStore } from '../../platform/db/store.ts'
import { silentLog } from '../../platform/log.ts'
import { pathsOf } from '../../platform/paths.ts'
import { createTestJobs } from '../../platform/processes/test-jobs.ts'
import { EvaluateConfig } from './config.ts'
import type { HeldBackRows } from './deps.ts'
import { evaluationMigrations } from './migrations.ts'
import { readRows } from './rows.ts'
import { createEvaluations } from './service.ts'

const call = systemCall('test')
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway held back '))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Two files of ten questions; each says its number among all twenty. */
async function twoFiles(): Promise<string[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const files = [0, 10].map(first => join(dir, `rows-${first}.parquet`))
  for (const [n, file] of files.entries())
    await connection.run(
      `COPY (SELECT [{'role': 'user', 'content': 'question ' || (i + ${10 * n})}, {'role': 'assistant', 'content': 'a'}] AS messages
       FROM range(10) t(i)) TO '${file}' (FORMAT parquet)`,
    )
  connection.closeSync()
  instance.closeSync()
  return files
}

async function asked(config: Parameters<typeof readRows>[0]) {
  const rows: [number, unknown][] = []
  for await (const { row, messages } of readRows(config)) rows.push([row, messages[0]?.content])
  return rows
}

test('only the rows that were held back are asked, each under its number, over several files', async () => {
  const rowsFile = join(dir, 'rows.json')
  writeFileSync(rowsFile, '[0, 7, 10, 19]')
  const dataset = { kind: 'sft' as const, files: await twoFiles() }
  const all = [0, 7, 10, 19].map(n => [n, `question ${n}`])
  expect(await asked({ dataset, rowsFile })).toEqual(all)
  expect(await asked({ dataset, rowsFile, limit: 2 })).toEqual(all.slice(0, 2))
  expect(await asked({ dataset })).toHaveLength(20)
})

function open(heldBack: Partial<HeldBackRows> = {}) {
  const db = openDatabase(join(dir, 'slipway.db'))
  migrate(db, [auditMigration, lineageMigration, ...evaluationMigrations])
  const time = { nowMs: () => 1_700_000_000_000, monotonicMs: () => 0 }
  const store = createStore({ db, clock: time, bootId: 'test', publish: () => undefined })
  const jobs = createTestJobs(time, 'evaluation')
  const { handlers } = createEvaluations({
    store,
    clock: time,
    log: silentLog,
    paths: pathsOf(dir, {}),
    jobs: jobs.port,
    datasets: {
      version: ref => ({
        ...{ id: ref, name: `${ref}@1`, rows: 10, files: [`/blobs/${ref}`] },
        kind: ref === 'other' ? 'dpo' : 'sft',
      }),
      freeze: () => undefined,
    },
    heldBack: () => ({
      run: { id: 'run_1', name: 'tuned' },
      datasets: [{ id: 'notes', name: 'notes@1' }],
      files: ['/blobs/notes'],
      rows: [3, 5, 8],
      ...heldBack,
    }),
    subject: async ref =>
      ({ name: ref, kind: 'model', id: 'mdv_1', memoryBytes: 0, engine: { type: 'running', socket: '/s' } }) as never, // what an engine needs is not used here
    render: () => '',
  })
  const start = (more: Partial<Inputs['evaluation']['start']>) =>
    handlers.start(inputOf(evaluation.start, { object: ['tuned'], ...more }), call)
  return { handlers, start, configOf: jobs.configOf, close: () => db.close() }
}

test('an evaluation of the rows that a run held back knows the run, and has its rows even when the run is gone', async () => {
  const { handlers, start, configOf, close } = open()
  const { id, name, rows } = await start({ heldBack: 'tuned' })
  expect({ name, rows }).toMatchObject({ name: expect.stringContaining('tuned-held-back'), rows: 3 })
  const shown = await handlers.show({ id }, call)
  expect(shown).toMatchObject({ dataset: { id: 'notes' }, heldBackBy: { id: 'run_1', name: 'tuned' } })
  expect(shown.lineage.madeBy.map(({ kind, role }) => [kind, role])).toContainEqual(['run', 'held-back'])
  const { rowsFile } = EvaluateConfig.pick({ rowsFile: true }).parse(configOf(id))
  expect(JSON.parse(readFileSync(rowsFile ?? '', 'utf8'))).toEqual([3, 5, 8])
  expect((await start({ heldBack: 'tuned', limit: 2 })).rows).toBe(2)
  const whole = await start({ dataset: 'notes' })
  expect(whole.rows).toBe(10)
  expect(whole).not.toHaveProperty('heldBackBy')
  close()
})

test('one of a dataset and a run is asked, and rows of one kind', async () => {
  const { start, close } = open({ datasets: ['notes', 'other'].map(id => ({ id, name: id })) })
  const refused = { code: 'invalid_input', hint: expect.stringContaining('--held-back') }
  await expect(start({})).rejects.toMatchObject(refused)
  await expect(start({ dataset: 'notes', heldBack: 'tuned' })).rejects.toMatchObject(refused)
  await expect(start({ heldBack: 'tuned' })).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('sft, dpo'),
  })
  close()
})
