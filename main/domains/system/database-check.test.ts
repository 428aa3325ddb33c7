import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemCall } from '../../contract/call.ts'
import { systemClock } from '../../platform/clock.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { prepareDatabase } from '../../platform/db/prepare.ts'
import { type AuditedStore, createStore } from '../../platform/db/store.ts'
import { silentLog } from '../../platform/log.ts'
import { pathsOf } from '../../platform/paths.ts'
import { createDatabaseCheck, type DatabaseCheck } from './database-check.ts'

const notes = {
  version: 20,
  name: 'notes',
  up: (db: Database) =>
    void db.exec(`
      CREATE TABLE shelves (id INTEGER PRIMARY KEY, name TEXT);
      CREATE TABLE books (shelf REFERENCES shelves (id));
      CREATE INDEX shelves_by_name ON shelves (name);
      INSERT INTO shelves (name) VALUES ('one'), ('two'), ('three')`),
}

type Life = { readonly db: Database; readonly store: AuditedStore; readonly database: DatabaseCheck }
let folder: string
let lives: Life[]
let aheadMs: number
let logged: string[]
let announced: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway check '))
  mkdirSync(join(folder, 'scratch'))
  lives = []
  aheadMs = 0
  logged = []
  announced = []
})
afterEach(async () => {
  for (const life of lives) await end(life)
  rmSync(folder, { recursive: true, force: true })
})

const scratchDir = () => join(folder, 'scratch')
const databasePath = () => join(folder, 'slipway.db')

/** A life of the backend, as far as its database goes. */
function live(): Life {
  const paths = pathsOf(folder, {})
  const db = prepareDatabase({ paths, migrations: [auditMigration, notes], nowIso: '2026', log: silentLog })
  const clock = { nowMs: () => systemClock.nowMs() + aheadMs, monotonicMs: systemClock.monotonicMs }
  const store = createStore({ db, clock, bootId: 'test', publish: event => void announced.push(event.topic) })
  const log = { ...silentLog, error: (message: string) => void logged.push(message) }
  const database = createDatabaseCheck({
    ...{ store, db, clock, log },
    ...{ scratchDir: scratchDir(), databasePath: databasePath(), startDelayMs: 0 },
  })
  store.audit(systemCall('system.start'), 'here', 'ok')
  const life = { db, store, database }
  lives.push(life)
  return life
}

async function end(life: Life, isClean = false): Promise<void> {
  await life.database.close()
  if (isClean) life.store.audit(systemCall('system.end'), 'here', 'ok')
  life.db.close()
  lives = lives.filter(each => each !== life)
}

const records = ({ store }: Life) =>
  store.read
    .prepare<[], { result: string }>("SELECT result FROM audit_log WHERE action = 'database.check'")
    .all()
    .map(({ result }) => result)

test('a check is due at first, weekly, and after a shutdown that was none', async () => {
  const first = live()
  expect(first.database.isDue()).toBe(true)
  expect(first.database.state()).toEqual({ problems: [] })
  await first.database.check()
  expect(first.database.isDue()).toBe(false)
  aheadMs = 7 * 24 * 3_600_000
  expect(first.database.isDue()).toBe(true)
  aheadMs = 0
  await end(first, true)

  const second = live()
  expect(second.database.isDue()).toBe(false)
  expect(second.database.state()).toMatchObject({ problems: [], checkedAtMs: expect.any(Number) })
  await end(second)

  expect(live().database.isDue()).toBe(true)
})

test('one that is due begins by itself after the start, is recorded, and leaves no copy', async () => {
  const life = live()
  life.database.start()
  await vi.waitFor(() => expect(records(life)).toEqual(['ok']), 10_000)
  expect(life.database.state()).toMatchObject({ problems: [], checkedAtMs: expect.any(Number) })
  expect(readdirSync(scratchDir())).toEqual([])
  expect(logged).toEqual([])
})

test('rows that point to nothing are found, told, and looked for again after the next start', async () => {
  const life = live()
  life.db.pragma('foreign_keys = OFF')
  life.db.exec('INSERT INTO books VALUES (7)')
  expect(await life.database.check()).toMatchObject({ problems: ['a row of books points to nothing'] })
  expect(records(life)).toEqual(['storage_damaged'])
  expect(logged).toEqual(['the database is damaged'])
  await end(life, true)
  const next = live()
  expect(next.database.isDue()).toBe(true)
  expect(next.database.state().problems).toHaveLength(1)
})

test('a damaged page is found, also where what was found cannot be recorded', async () => {
  const first = live()
  const index = first.db
    .prepare<[], { rootpage: number }>("SELECT rootpage FROM sqlite_schema WHERE name = 'shelves_by_name'")
    .get()
  await end(first, true)
  overwrite(index?.rootpage ?? 0)
  const life = live()
  life.db.exec("CREATE TRIGGER refusing BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'no'); END")
  expect((await life.database.check()).problems).toContainEqual(expect.stringContaining('shelves_by_name'))
  expect(life.database.state().problems.length).toBeGreaterThan(0)
  expect(life.database.isDue()).toBe(true)
  expect(logged).toEqual(['the database is damaged', 'the check of the database could not be recorded'])
  expect(announced).toEqual(['environments'])
  expect(readdirSync(scratchDir())).toEqual([])
})

/** Fills the end of a page (4 KiB, counted from 1), where its cells are, with zeros, as a failing disk does. */
function overwrite(page: number): void {
  const file = openSync(databasePath(), 'r+')
  writeSync(file, Buffer.alloc(96), 0, 96, page * 4_096 - 96)
  closeSync(file)
}

test('a check that is given up at the end leaves nothing', async () => {
  const life = live()
  const asked = life.database.check().catch((error: unknown) => error)
  await life.database.close()
  expect(await asked).toMatchObject({ code: 'cancelled' })
  expect(readdirSync(scratchDir())).toEqual([])
  expect(records(life)).toEqual([])
})
