import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import type { Migration } from './migrate.ts'

type Readable = Pick<Database, 'prepare'>

/** One line of the audit log. Secrets, prompts and file contents are never in it. */
export type AuditEntry = {
  readonly atMs: number
  readonly bootId: string
  readonly actor: string
  readonly source: string
  readonly action: string
  readonly object: string
  /** `ok`, or the error code with which the action was refused or failed. */
  readonly result: string
}

export type AuditRow = AuditEntry & { readonly seq: number; readonly previousHash: string; readonly hash: string }

/** What the columns of `audit_log` are called, for whoever reads rows by another order or filter. */
export const auditColumns =
  'seq, at_ms AS atMs, boot_id AS bootId, actor, source, action, object, result, previous_hash AS previousHash, hash'

export const genesisHash = '0'.repeat(64)

export const auditMigration: Migration = {
  version: 10,
  name: 'audit-log',
  up: db =>
    db.exec(`
      CREATE TABLE audit_log (
        seq INTEGER PRIMARY KEY NOT NULL,
        at_ms INTEGER NOT NULL,
        boot_id TEXT NOT NULL,
        actor TEXT NOT NULL,
        source TEXT NOT NULL,
        action TEXT NOT NULL,
        object TEXT NOT NULL,
        result TEXT NOT NULL,
        previous_hash TEXT NOT NULL,
        hash TEXT NOT NULL
      ) STRICT;
      CREATE INDEX audit_log_by_action ON audit_log (action, seq);
      CREATE INDEX audit_log_by_actor ON audit_log (actor, seq);
      CREATE TRIGGER audit_log_is_append_only_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
      CREATE TRIGGER audit_log_is_append_only_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    `),
}

/**
 * The hash that chains a record to the one before it: SHA-256 over a zero byte (a leaf, as in RFC 6962), the previous
 * hash and the record as canonical JSON (fixed key order).
 */
export function hashOf(entry: AuditEntry, seq: number, previousHash: string): string {
  const record = [seq, entry.atMs, entry.bootId, entry.actor, entry.source, entry.action, entry.object, entry.result]
  return createHash('sha256').update('\0').update(previousHash).update(JSON.stringify(record)).digest('hex')
}

/** Appends records; call `append` inside the transaction of the change that it tells of. */
export function createAuditChain(db: Database): { append: (entry: AuditEntry) => void } {
  const head = db.prepare<[], { seq: number; hash: string }>(
    'SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1',
  )
  const insert = db.prepare<[number, number, string, string, string, string, string, string, string, string]>(
    'INSERT INTO audit_log (seq, at_ms, boot_id, actor, source, action, object, result, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  return {
    append: entry => {
      const last = head.get()
      const seq = (last?.seq ?? 0) + 1
      const previousHash = last?.hash ?? genesisHash
      insert.run(
        seq,
        entry.atMs,
        entry.bootId,
        entry.actor,
        entry.source,
        entry.action,
        entry.object,
        entry.result,
        previousHash,
        hashOf(entry, seq, previousHash),
      )
    },
  }
}

/** All records in order, in bounded memory, so many at once. */
function* batchesOf(db: Readable, rowsAtOnce: number): Generator<readonly AuditRow[]> {
  const batch = db.prepare<[number, number], AuditRow>(
    `SELECT ${auditColumns} FROM audit_log WHERE seq > ? ORDER BY seq LIMIT ?`,
  )
  for (let after = 0; ; ) {
    const rows = batch.all(after, rowsAtOnce)
    if (rows.length === 0) return
    yield rows
    after = rows.at(-1)?.seq ?? after
  }
}

/** Reading and hashing as many takes about two milliseconds. */
const rowsPerSlice = 400

/** All records in order, a few at a time: in between, others are answered. Throws `cancelled`. */
export async function* auditSlices(db: Readable, signal?: AbortSignal): AsyncGenerator<readonly AuditRow[]> {
  for (const rows of batchesOf(db, rowsPerSlice)) {
    if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.')
    yield rows
    await setImmediate()
  }
}

/** Whether a record stands where its chain says: right number, linked to the one before, and its own hash right. */
export const isLinked = (row: AuditRow, seq: number, previousHash: string): boolean =>
  row.seq === seq && row.previousHash === previousHash && row.hash === hashOf(row, seq, previousHash)

/** Walks the whole chain in one go, for a thread or a program of its own; the number of the first record that does not fit, or nothing. */
export function firstBrokenRecord(db: Readable): number | undefined {
  let previousHash = genesisHash
  let seq = 0
  for (const rows of batchesOf(db, 5_000)) {
    for (const row of rows) {
      seq += 1
      if (!isLinked(row, seq, previousHash)) return seq
      previousHash = row.hash
    }
  }
  return undefined
}
