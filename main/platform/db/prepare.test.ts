import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silentLog } from '../log.ts'
import { pathsOf } from '../paths.ts'
import { auditMigration } from './audit-chain.ts'
import { checkDatabase } from './check-database.ts'
import type { Migration } from './migrate.ts'
import { prepareDatabase } from './prepare.ts'

const step = (version: number, sql: string): Migration => ({ version, name: `step-${version}`, up: db => db.exec(sql) })
const notes = step(20, 'CREATE TABLE notes (text TEXT NOT NULL) STRICT')
const failing = step(30, 'ALTER TABLE notes ADD COLUMN more TEXT; SELECT nonsense')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway prepare '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (...migrations: Migration[]) =>
  prepareDatabase({ paths: pathsOf(folder, {}), migrations, nowIso: '2026-11-25T12:00:00.000Z', log: silentLog })
const backups = () => (readdirSync(folder).includes('backups') ? readdirSync(join(folder, 'backups')) : [])
const columnsIn = (path: string) => {
  const db = new Database(path, { readonly: true })
  const columns = db.prepare<[], { name: string }>("SELECT name FROM pragma_table_info('notes')").all()
  db.close()
  return columns.map(({ name }) => name)
}

test('a new database has nothing to lose, and one that is up to date needs no backup', () => {
  open(auditMigration, notes).close()
  open(auditMigration, notes).close()
  expect(backups()).toEqual([])
})

test('before a step is added to a database in use, a good backup of it is written', () => {
  const first = open(auditMigration, notes)
  first.exec("INSERT INTO notes VALUES ('kept')")
  first.close()
  open(auditMigration, notes, step(30, 'ALTER TABLE notes ADD COLUMN more TEXT')).close()
  const [name = ''] = backups()
  expect(backups()).toEqual([expect.stringMatching(/^before-migration-2-.*\.db$/)])
  expect(checkDatabase(join(folder, 'backups', name))).toMatchObject({ ok: true, tables: { notes: 1 } })
  expect(columnsIn(join(folder, 'backups', name))).toEqual(['text'])
  expect(columnsIn(join(folder, 'slipway.db'))).toEqual(['text', 'more'])
})

test('a step that fails leaves the database as it was, with the backup beside it', () => {
  open(auditMigration, notes).close()
  expect(() => open(auditMigration, notes, failing)).toThrow(/nonsense/)
  expect(columnsIn(join(folder, 'slipway.db'))).toEqual(['text'])
  expect(backups()).toHaveLength(1)
  open(auditMigration, notes).close()
})

test('a damaged database is named and left as it is, instead of being brought up to date', () => {
  const first = open(auditMigration, notes)
  first.exec("CREATE INDEX notes_by_text ON notes (text); INSERT INTO notes VALUES ('here')")
  const index = first
    .prepare<[], { rootpage: number }>("SELECT rootpage FROM sqlite_schema WHERE name = 'notes_by_text'")
    .get()
  first.close()
  // A copy would be made with a good index, so the copy's check finds nothing.
  const file = openSync(join(folder, 'slipway.db'), 'r+')
  writeSync(file, Buffer.alloc(96), 0, 96, (index?.rootpage ?? 0) * 4_096 - 96)
  closeSync(file)
  expect(() => open(auditMigration, notes, step(30, 'ALTER TABLE notes ADD COLUMN more TEXT'))).toThrow(
    expect.objectContaining({
      code: 'storage_damaged',
      message: expect.stringMatching(/is damaged and was left as it is: .*page \d+/),
      hint: expect.stringContaining('slipway backup restore'),
    }),
  )
  expect(columnsIn(join(folder, 'slipway.db'))).toEqual(['text'])
  expect(backups()).toEqual([])
})
