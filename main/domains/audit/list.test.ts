import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemCall } from '../../contract/call.ts'
import { systemClock } from '../../platform/clock.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { migrate } from '../../platform/db/migrate.ts'
import { openDatabase } from '../../platform/db/open.ts'
import { createStore } from '../../platform/db/store.ts'
import { createAudit } from './service.ts'

let folder: string
let audit: ReturnType<typeof createAudit>['handlers']
let nowMs: number
let close: () => void

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-audit-'))
  const db = openDatabase(join(folder, 'test.db'))
  migrate(db, [auditMigration])
  nowMs = 1_000
  const store = createStore({
    db,
    clock: { ...systemClock, nowMs: () => nowMs },
    bootId: 'boot',
    publish: () => undefined,
  })
  audit = createAudit({ store }).handlers
  close = () => db.close()
  const records = [
    ['models.import', 'Llama', 'ok'],
    ['models.remove', 'Llama', 'conflict'],
    ['keys.create', 'laptop', 'ok'],
    ['keys.create', '100%_llama', 'forbidden'],
  ] as const
  for (const [action, object, result] of records) {
    store.audit(systemCall(action), object, result)
    nowMs += 1_000
  }
})
afterEach(() => {
  close()
  rmSync(folder, { recursive: true, force: true })
})

const call = systemCall('test')
const objects = async (filter: Partial<Parameters<typeof audit.list>[0]>) => {
  const { items, total } = await audit.list({ limit: 50, offset: 0, ...filter }, call)
  return { objects: items.map(({ seq }) => seq), total }
}

test('an offset skips from the newest on and leaves the total alone', async () => {
  expect(await objects({ offset: 1, limit: 2 })).toEqual({ objects: [3, 2], total: 4 })
})

test('text is found in action, object and actor in any case, and its wildcards are plain letters', async () => {
  expect(await objects({ q: 'LLAMA' })).toEqual({ objects: [4, 2, 1], total: 3 })
  expect(await objects({ q: 'keys.' })).toEqual({ objects: [4, 3], total: 2 })
  expect(await objects({ q: '%_' })).toEqual({ objects: [4], total: 1 })
})

test('what was refused is told apart from what was done', async () => {
  expect((await objects({ result: 'refused' })).objects).toEqual([4, 2])
  expect((await objects({ result: 'ok' })).objects).toEqual([3, 1])
})

test('a span of time has its beginning and not its end', async () => {
  const iso = (ms: number) => new Date(ms).toISOString()
  expect((await objects({ since: iso(2_000), until: iso(4_000) })).objects).toEqual([3, 2])
})
