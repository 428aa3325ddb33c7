import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../platform/clock.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { migrate } from '../../platform/db/migrate.ts'
import { openDatabase } from '../../platform/db/open.ts'
import { createStore } from '../../platform/db/store.ts'
import { identityMigrations } from './migrations.ts'
import { createIdentity } from './service.ts'

const hourMs = 3_600_000
const quiet = () => undefined
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
let folder: string
let nowMs: number
const cleanUps: (() => void)[] = []

/** The identity of one life of a backend; a second one on the same file is the next life. */
function openIdentity({ isDiskFull = false } = {}) {
  const db = openDatabase(join(folder, 'test.db'))
  migrate(db, [auditMigration, ...identityMigrations])
  const clock = { ...systemClock, nowMs: () => nowMs, monotonicMs: () => nowMs }
  const store = createStore({ db, clock, bootId: 'boot', publish: () => undefined })
  cleanUps.push(() => db.close())
  const full = (): never => {
    throw new Error('the disk is full')
  }
  return {
    identity: createIdentity({ store: isDiskFull ? { ...store, record: full, commit: full } : store, clock, log }),
    stored: () => db.prepare('SELECT * FROM sessions').all(),
    records: () => db.prepare('SELECT actor, action, object, result FROM audit_log').all(),
    /** From now on this table takes no new rows. */
    refuse: (table: string) =>
      db.exec(`CREATE TRIGGER refusal BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`),
    end: () => db.close(),
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-identity-'))
  nowMs = 1_000_000_000
})
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
  rmSync(folder, { recursive: true, force: true })
})

const begin = ({ identity }: ReturnType<typeof openIdentity>): string => {
  const token = identity.startSession(identity.newLaunchCode())
  if (token === undefined) throw new Error('no session began')
  return token
}

test('a session outlives the backend that it began with, its launch code does not', () => {
  const first = openIdentity()
  const code = first.identity.newLaunchCode()
  const token = begin(first)
  first.end()
  const second = openIdentity()
  expect(second.identity.callerOfSession(token)).toMatchObject({ kind: 'session', scopes: ['admin'] })
  expect(second.identity.startSession(code)).toBeUndefined()
})

test('the token itself is nowhere in the file', () => {
  const life = openIdentity()
  const token = begin(life)
  expect(JSON.stringify(life.stored())).not.toContain(token)
})

test('a session ends twelve hours after its last use, and each use prolongs it', () => {
  const life = openIdentity()
  const token = begin(life)
  nowMs += 11 * hourMs
  expect(life.identity.callerOfSession(token)).toBeDefined()
  nowMs += 11 * hourMs
  expect(life.identity.callerOfSession(token)).toBeDefined()
  nowMs += 12 * hourMs + 1
  expect(life.identity.callerOfSession(token)).toBeUndefined()
  begin(life)
  expect(life.stored()).toHaveLength(1)
})

test('on a full disk a session begins all the same, for somebody may want in to free space', () => {
  const life = openIdentity({ isDiskFull: true })
  const token = begin(life)
  expect(life.stored()).toEqual([])
  expect(life.identity.callerOfSession(token)).toBeDefined()
  nowMs += 12 * hourMs + 1
  expect(life.identity.callerOfSession(token)).toBeUndefined()
})

test('a token that was never given out opens nothing', () => {
  expect(openIdentity().identity.callerOfSession('guessed')).toBeUndefined()
})

test('the audit log tells of a session that a launch link began, and of no use of it', () => {
  const life = openIdentity()
  const token = begin(life)
  const id = life.identity.callerOfSession(token)?.id
  expect(life.records()).toEqual([
    { actor: `session:${id}`, action: 'sessions.begin', object: `session:${id}`, result: 'ok' },
  ])
  expect(JSON.stringify(life.records())).not.toContain(token)
})

test.each(['sessions', 'audit_log'])(
  'a session and its record are stored together or not at all: %s refuses',
  table => {
    const life = openIdentity()
    life.refuse(table)
    begin(life)
    expect([...life.stored(), ...life.records()]).toEqual([])
  },
)
