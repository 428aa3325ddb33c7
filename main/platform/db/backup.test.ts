import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemCall } from '../../contract/call.ts'
import { auditMigration } from './audit-chain.ts'
import { writeBackup } from './backup.ts'
import { checkDatabase } from './check-database.ts'
import { createDatabaseChecks, type DatabaseChecks } from './database-checks.ts'
import { removeHalfBackups, writeLiveBackup } from './live-backup.ts'
import { type Migration, migrate } from './migrate.ts'
import { openDatabase } from './open.ts'
import { type RestoreProgress, restoreBackup } from './restore.ts'
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

test.each(useless)('%s is no good backup, and is not put in the place of a database', async (_, make, problem) => {
  make()
  if (!existsSync(at('slipway.db'))) openWith('present').close()
  const before = textsIn(at('slipway.db'))
  const { ok, problems } = checkDatabase(at('bad.db'))
  expect(ok).toBe(false)
  expect(problems.join('; ')).toMatch(problem)
  await expect(restore(at('bad.db'))).rejects.toMatchObject({ code: 'storage_damaged' })
  expect(textsIn(at('slipway.db'))).toEqual(before)
})

test('a restore brings the state back, keeps what was there, and is in the record', async () => {
  const backup = backupOf('kept')
  openWith('kept', 'newer').close()
  const { movedTo } = await restore(backup)
  expect(textsIn(at('slipway.db'))).toEqual(['kept'])
  expect(textsIn(join(movedTo ?? '', 'slipway.db'))).toEqual(['kept', 'kept', 'newer'])
  expect(checkDatabase(at('slipway.db')).ok).toBe(true)
  expect(read(at('slipway.db'), 'SELECT action, object FROM audit_log ORDER BY seq DESC LIMIT 1')).toEqual([
    { action: 'backup.restore', object: backup },
  ])
  openDatabase(at('slipway.db')).close()
})

test('a restore tells how far it is: the check, then the bytes that are copied', async () => {
  const db = openWith('kept')
  db.prepare('INSERT INTO notes VALUES (?)').run('x'.repeat(12_000_000))
  writeBackup(db, at('good.db'))
  db.close()
  const { size } = statSync(at('good.db'))
  const told: RestoreProgress[] = []
  await restoreBackup({
    backup: at('good.db'),
    database: at('slipway.db'),
    migrations,
    nowMs,
    onProgress: progress => told.push(progress),
  })
  expect(told.slice(0, 2)).toEqual([
    { phase: 'checking', doneBytes: 0, totalBytes: size },
    { phase: 'checking', doneBytes: size, totalBytes: size },
  ])
  const copied = told.slice(2)
  expect(new Set(copied.map(({ phase, totalBytes }) => `${phase} ${totalBytes}`))).toEqual(new Set([`copying ${size}`]))
  expect(copied.length).toBeGreaterThan(3)
  expect(copied.map(({ doneBytes }) => doneBytes)).toEqual(
    copied.map(({ doneBytes }) => doneBytes).toSorted((a, b) => a - b),
  )
  expect(copied.at(-1)?.doneBytes).toBe(size)
  expect(readdirSync(folder).filter(name => name.includes('restoring'))).toEqual([])
})

test('a backup is put where no database is, and in the place of a damaged one', async () => {
  const backup = backupOf('kept')
  rmSync(at('slipway.db'))
  expect(await restore(backup)).toEqual({ movedTo: undefined })
  writeFileSync(at('slipway.db'), 'y'.repeat(9_000))
  const { movedTo } = await restore(backup)
  expect(readdirSync(movedTo ?? '')).toContain('slipway.db')
  expect(textsIn(at('slipway.db'))).toEqual(['kept'])
})

test('nothing is restored while a backend holds the database, nor from a newer Slipway', async () => {
  const backup = backupOf('kept')
  const running = openWith('running')
  await expect(restore(backup)).rejects.toMatchObject({ code: 'conflict', hint: expect.stringMatching(/stop/) })
  running.close()
  const restoreWithOld = () =>
    restoreBackup({ backup, database: at('slipway.db'), migrations: [auditMigration], nowMs })
  await expect(restoreWithOld()).rejects.toThrow(/newer Slipway/)
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

describe('a backup of a database in use', () => {
  let checks: DatabaseChecks
  beforeEach(() => {
    checks = createDatabaseChecks()
  })
  afterEach(() => checks.close())

  const many = Array.from({ length: 3_000 }, (_, n) => `${n} ${'x'.repeat(2_000)}`)

  test('is whole, of one moment, and others get their turn meanwhile', async () => {
    const db = openWith()
    const insert = db.prepare('INSERT INTO notes VALUES (?)')
    db.transaction(() => {
      for (const text of many) insert.run(text)
    })()
    let isOver = false
    let written = 0
    const write = () => {
      if (isOver) return
      written += 1
      insert.run(`meanwhile ${written}`)
      setImmediate(write)
    }
    setImmediate(write)
    const { sizeBytes } = await writeLiveBackup({ db, target: at('live.db'), checks })
    isOver = true
    expect(written, 'turns of others').toBeGreaterThan(10)
    expect(statSync(at('live.db')).size).toBe(sizeBytes)
    expect(checkDatabase(at('live.db'))).toMatchObject({ ok: true, problems: [] })
    const texts = textsIn(at('live.db'))
    expect(texts.slice(0, many.length)).toEqual(many)
    // What was written meanwhile is there from the first on without a gap, up to the moment of the backup.
    const later = texts.slice(many.length)
    expect(later).toEqual(later.map((_, n) => `meanwhile ${n + 1}`))
    expect(readdirSync(folder).filter(name => /live\.db.+/.test(name))).toEqual([])
    db.close()
  })

  test('can be read where nothing may be written', async () => {
    const db = openWith('one')
    mkdirSync(at('shelf'))
    await writeLiveBackup({ db, target: at('shelf/live.db'), checks })
    const before = readdirSync(at('shelf'))
    expect((await checks.check(at('shelf/live.db'))).ok).toBe(true)
    expect(readdirSync(at('shelf')), 'no log beside it').toEqual(before)
    expect(readFileSync(at('shelf/live.db')).subarray(18, 20), 'no write-ahead log in its header').toEqual(
      Buffer.from([1, 1]),
    )
    db.close()
  })

  test('that is cancelled, while it is copied or while it is checked, leaves nothing', async () => {
    const db = openWith(...many.slice(0, 300))
    const copying = new AbortController()
    const given = writeLiveBackup({ db, target: at('live.db'), checks, signal: copying.signal })
    setImmediate(() => setImmediate(() => copying.abort()))
    await expect(given).rejects.toMatchObject({ code: 'cancelled' })
    const checking = new AbortController()
    const slow: DatabaseChecks = {
      ...checks,
      complete: (path, signal) => {
        checking.abort()
        return checks.complete(path, signal)
      },
    }
    await expect(
      writeLiveBackup({ db, target: at('live.db'), checks: slow, signal: checking.signal }),
    ).rejects.toMatchObject({ code: 'cancelled' })
    expect(readdirSync(folder).filter(name => name.startsWith('live'))).toEqual([])
    expect(await writeLiveBackup({ db, target: at('live.db'), checks })).toMatchObject({
      sizeBytes: expect.any(Number),
    })
    db.close()
  })

  test('that a crash cut short is removed, and nothing else in its folder', () => {
    const halves = ['slipway-x.db.partial', 'slipway-x.db.partial-journal']
    for (const name of ['slipway-x.db', 'notes.partial', ...halves]) writeFileSync(at(name), '')
    removeHalfBackups(folder)
    expect(readdirSync(folder).sort()).toEqual(['notes.partial', 'slipway-x.db'])
  })

  test('never overwrites, and says where it cannot be written', async () => {
    const db = openWith('one')
    writeFileSync(at('mine.txt'), 'mine')
    const into = (target: string) => expect(writeLiveBackup({ db, target, checks })).rejects
    await into(at('mine.txt')).toMatchObject({ code: 'conflict' })
    await into(join(at('mine.txt'), 'below.db')).toMatchObject({ code: 'invalid_input' })
    await into('/proc/slipway.db').toMatchObject({ code: process.platform === 'linux' ? 'forbidden' : 'invalid_input' })
    db.close()
  })
})
