import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemCall } from '../../contract/call.ts'
import { auditMigration } from './audit-chain.ts'
import { checkDatabase, writeBackup } from './backup.ts'
import { type Migration, migrate } from './migrate.ts'
import { openDatabase } from './open.ts'
import { restoreBackup } from './restore.ts'
import { createStore } from './store.ts'

const notes: Migration = {
  version: 20,
  name: 'notes',
  up: db => db.exec('CREATE TABLE notes (text TEXT NOT NULL) STRICT'),
}
const migrations = [auditMigration, notes]
const nowMs = Date.parse('2026-11-25T12:00:00Z')

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway backup '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The database of a workstation, with one audited change for each text. */
function openWith(...texts: string[]): Database.Database {
  const db = openDatabase(at('slipway.db'))
  migrate(db, migrations)
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs }
  const store = createStore({ db, clock, bootId: 'test', publish: () => undefined })
  for (const text of texts)
    store.commit(systemCall('notes.write'), text, tx => tx.prepare('INSERT INTO notes VALUES (?)').run(text))
  return db
}

function backupOf(...texts: string[]): string {
  const db = openWith(...texts)
  writeBackup(db, at('good.db'))
  db.close()
  return at('good.db')
}

/** What a file holds, read as another program would. */
function read<T>(path: string, sql: string): T[] {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare<[], T>(sql).all()
  } finally {
    db.close()
  }
}
const textsIn = (path: string): string[] => read<{ text: string }>(path, 'SELECT text FROM notes').map(row => row.text)
const restore = (backup: string) => restoreBackup({ backup, database: at('slipway.db'), migrations, nowMs })

test('a backup holds everything, and its check says so', () => {
  const path = backupOf('one', 'two')
  expect(textsIn(path)).toEqual(['one', 'two'])
  expect(checkDatabase(path)).toMatchObject({ ok: true, problems: [], tables: { notes: 2, audit_log: 2 } })
})

const useless: [string, () => void, RegExp][] = [
  ['an empty file', () => writeFileSync(at('bad.db'), ''), /not a database of Slipway/],
  ['a file that is no database', () => writeFileSync(at('bad.db'), 'x'.repeat(5_000)), /not a database/],
  [
    'the database of another program',
    () => new Database(at('bad.db')).exec('CREATE TABLE places (url TEXT)').close(),
    /not a database of Slipway/,
  ],
  [
    'a backup that was cut',
    () => {
      copyFileSync(backupOf('one'), at('bad.db'))
      truncateSync(at('bad.db'), 12_288)
    },
    /malformed|page|disk image/,
  ],
  [
    'a backup in which somebody rewrote the past',
    () => {
      copyFileSync(backupOf('one', 'two', 'three'), at('bad.db'))
      const db = new Database(at('bad.db'))
      db.exec('DROP TRIGGER audit_log_is_append_only_update')
      db.exec("UPDATE audit_log SET actor = 'somebody else' WHERE seq = 2")
      db.close()
    },
    /audit chain is broken at record 2/,
  ],
]

test.each(useless)('%s is no good backup, and is not put in the place of a database', (_, make, problem) => {
  make()
  if (!existsSync(at('slipway.db'))) openWith('present').close()
  const before = textsIn(at('slipway.db'))
  const { ok, problems } = checkDatabase(at('bad.db'))
  expect(ok).toBe(false)
  expect(problems.join('; ')).toMatch(problem)
  expect(() => restore(at('bad.db'))).toThrow(expect.objectContaining({ code: 'storage_damaged' }))
  expect(textsIn(at('slipway.db'))).toEqual(before)
})

test('a restore brings the state back, keeps what was there, and is in the record', () => {
  const backup = backupOf('kept')
  openWith('kept', 'newer').close()
  const { movedTo } = restore(backup)
  expect(textsIn(at('slipway.db'))).toEqual(['kept'])
  expect(textsIn(join(movedTo ?? '', 'slipway.db'))).toEqual(['kept', 'kept', 'newer'])
  expect(checkDatabase(at('slipway.db')).ok).toBe(true)
  expect(read(at('slipway.db'), 'SELECT action, object FROM audit_log ORDER BY seq DESC LIMIT 1')).toEqual([
    { action: 'backup.restore', object: backup },
  ])
  openDatabase(at('slipway.db')).close()
})

test('a backup is put where no database is, and in the place of a damaged one', () => {
  const backup = backupOf('kept')
  rmSync(at('slipway.db'))
  expect(restore(backup)).toEqual({ movedTo: undefined })
  writeFileSync(at('slipway.db'), 'y'.repeat(9_000))
  const { movedTo } = restore(backup)
  expect(readdirSync(movedTo ?? '')).toContain('slipway.db')
  expect(textsIn(at('slipway.db'))).toEqual(['kept'])
})

test('nothing is restored while a backend holds the database, nor from a newer Slipway', () => {
  const backup = backupOf('kept')
  const running = openWith('running')
  expect(() => restore(backup)).toThrow(
    expect.objectContaining({ code: 'conflict', hint: expect.stringMatching(/stop/) }),
  )
  running.close()
  const restoreWithOld = () =>
    restoreBackup({ backup, database: at('slipway.db'), migrations: [auditMigration], nowMs })
  expect(restoreWithOld).toThrow(/newer Slipway/)
  expect(textsIn(at('slipway.db'))).toEqual(['kept', 'running'])
  expect(readdirSync(folder).filter(name => /restoring|replaced/.test(name))).toEqual([])
})

test('a backup never overwrites, and says where it cannot be written', () => {
  const db = openWith('one')
  writeFileSync(at('mine.txt'), 'mine')
  mkdirSync(at('taken.db'))
  const codeOf = (target: string) => {
    try {
      writeBackup(db, target)
      return 'written'
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  expect(codeOf(at('mine.txt'))).toBe('conflict')
  expect(codeOf(at('taken.db'))).toBe('conflict')
  expect(codeOf(join(at('mine.txt'), 'below.db'))).toBe('invalid_input')
  expect(codeOf('/proc/slipway.db')).toBe(process.platform === 'linux' ? 'forbidden' : 'invalid_input')
  expect(readdirSync(folder).filter(name => name.endsWith('.partial'))).toEqual([])
  db.close()
})
