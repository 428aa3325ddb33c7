import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { auditMigration, createAuditChain } from '../../platform/db/audit-chain.ts'
import type { ReadableDb } from '../../platform/db/types.ts'
import { verifyChain } from './service.ts'

/** A log of that many records whose guards against changes are taken away, as somebody with the file can do. */
function openLog(records: number) {
  const db = new Database(':memory:')
  auditMigration.up(db)
  const chain = createAuditChain(db)
  for (let n = 1; n <= records; n += 1)
    chain.append({
      atMs: n,
      bootId: 'b',
      actor: 'owner:owner',
      source: 'socket',
      action: 'a',
      object: `o${n}`,
      result: 'ok',
    })
  const readable = db as unknown as ReadableDb // the brand exists only in the type
  return {
    db,
    verify: (anchor?: { seq: number; hash?: string }) => verifyChain(readable, anchor),
    tamper: (sql: string) => {
      db.exec('DROP TRIGGER IF EXISTS audit_log_is_append_only_update')
      db.exec('DROP TRIGGER IF EXISTS audit_log_is_append_only_delete')
      db.exec(sql)
    },
  }
}

test('an untouched log is intact, an empty one too', async () => {
  expect(await openLog(0).verify()).toMatchObject({ verdict: 'intact', records: 0 })
  const { verify } = openLog(5)
  const { headSeq, headHash } = await verify()
  expect(await verify({ seq: headSeq, hash: headHash })).toMatchObject({ verdict: 'intact', records: 5, headSeq: 5 })
})

test('the log itself takes no change and no removal', () => {
  const { db } = openLog(2)
  expect(() => db.exec("UPDATE audit_log SET actor = 'x'")).toThrow(/append-only/)
  expect(() => db.exec('DELETE FROM audit_log WHERE seq = 2')).toThrow(/append-only/)
})

const changes: [string, string, number][] = [
  ['a changed actor', "UPDATE audit_log SET actor = 'x' WHERE seq = 3", 3],
  ['a changed time', 'UPDATE audit_log SET at_ms = at_ms + 1 WHERE seq = 1', 1],
  ['a changed result', "UPDATE audit_log SET result = 'forbidden' WHERE seq = 5", 5],
  ['a removed record', 'DELETE FROM audit_log WHERE seq = 2', 2],
  ['the first one removed', 'DELETE FROM audit_log WHERE seq = 1', 1],
  [
    'two that changed places',
    'UPDATE audit_log SET seq = 9 WHERE seq = 2; UPDATE audit_log SET seq = 2 WHERE seq = 3; UPDATE audit_log SET seq = 3 WHERE seq = 9',
    2,
  ],
  [
    'one put in between with the hash of another',
    "INSERT INTO audit_log SELECT 6, at_ms, boot_id, actor, source, action, 'forged', result, previous_hash, hash FROM audit_log WHERE seq = 5",
    6,
  ],
]
test.each(changes)('%s is found, with its number', async (_, sql, firstBadSeq) => {
  const { verify, tamper } = openLog(5)
  tamper(sql)
  expect(await verify()).toMatchObject({ verdict: 'mismatch', firstBadSeq })
})

test('an end that was cut off looks whole by itself, and shorter beside a head noted elsewhere', async () => {
  const { verify, tamper } = openLog(5)
  const { headSeq, headHash } = await verify()
  tamper('DELETE FROM audit_log WHERE seq > 3')
  expect(await verify()).toMatchObject({ verdict: 'intact', records: 3 })
  expect(await verify({ seq: headSeq, hash: headHash })).toMatchObject({ verdict: 'shorter' })
})

test('a past that was rewritten with new hashes does not fit a head noted elsewhere', async () => {
  const noted = await openLog(5).verify()
  const rewritten = openLog(4)
  createAuditChain(rewritten.db).append({
    atMs: 5,
    bootId: 'b',
    actor: 'somebody',
    source: 'socket',
    action: 'a',
    object: 'o5',
    result: 'ok',
  })
  expect(await rewritten.verify()).toMatchObject({ verdict: 'intact', records: 5 })
  expect(await rewritten.verify({ seq: noted.headSeq, hash: noted.headHash })).toMatchObject({
    verdict: 'anchor_mismatch',
    firstBadSeq: 5,
  })
})

test('others get their turn while a long log is walked, and whoever asked can give it up', async () => {
  const db = openLog(5_000).db as unknown as ReadableDb
  let turns = 0
  let isOver = false
  const count = () => {
    turns += 1
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  expect(await verifyChain(db)).toMatchObject({ verdict: 'intact', records: 5_000 })
  isOver = true
  expect(turns).toBeGreaterThan(5)
  const stop = new AbortController()
  setImmediate(() => stop.abort())
  await expect(verifyChain(db, {}, stop.signal)).rejects.toMatchObject({ code: 'cancelled' })
})
