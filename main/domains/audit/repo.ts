import type { AuditRecord } from '../../contract/audit.ts'
import { isoOf } from '../../platform/clock.ts'
import type { AuditRow } from '../../platform/db/audit-chain.ts'
import type { ReadableDb } from '../../platform/db/types.ts'

type Row = {
  seq: number
  at_ms: number
  boot_id: string
  actor: string
  source: string
  action: string
  object: string
  result: string
  previous_hash: string
  hash: string
}
const COLUMNS = 'seq, at_ms, boot_id, actor, source, action, object, result, previous_hash, hash'

const toRow = (row: Row): AuditRow => ({
  seq: row.seq,
  atMs: row.at_ms,
  bootId: row.boot_id,
  actor: row.actor,
  source: row.source,
  action: row.action,
  object: row.object,
  result: row.result,
  previousHash: row.previous_hash,
  hash: row.hash,
})

export const toRecord = (row: AuditRow): AuditRecord => ({
  seq: row.seq,
  at: isoOf(row.atMs),
  actor: row.actor,
  source: row.source,
  action: row.action,
  object: row.object,
  result: row.result,
  hash: row.hash,
})

type Filter = { readonly action?: string | undefined; readonly actor?: string | undefined }

/** Newest first, below `beforeSeq`. */
export const listAudit = (db: ReadableDb, { action, actor }: Filter, beforeSeq: number, limit: number): AuditRow[] =>
  db
    .prepare<[number, string | null, string | null, string | null, string | null, number], Row>(
      `SELECT ${COLUMNS} FROM audit_log WHERE seq < ? AND (? IS NULL OR action = ?) AND (? IS NULL OR actor = ?) ORDER BY seq DESC LIMIT ?`,
    )
    .all(beforeSeq, action ?? null, action ?? null, actor ?? null, actor ?? null, limit)
    .map(toRow)

export const countAudit = (db: ReadableDb, { action, actor }: Filter): number =>
  db
    .prepare<[string | null, string | null, string | null, string | null], { n: number }>(
      'SELECT count(*) AS n FROM audit_log WHERE (? IS NULL OR action = ?) AND (? IS NULL OR actor = ?)',
    )
    .get(action ?? null, action ?? null, actor ?? null, actor ?? null)?.n ?? 0

/** All records in order, in bounded memory. */
export function* auditRows(db: ReadableDb): Generator<AuditRow> {
  const batch = db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM audit_log WHERE seq > ? ORDER BY seq LIMIT 5000`)
  for (let after = 0; ; ) {
    const rows = batch.all(after)
    if (rows.length === 0) return
    for (const row of rows) yield toRow(row)
    after = rows.at(-1)?.seq ?? after
  }
}
