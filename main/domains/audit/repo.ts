import type { AuditRecord } from '../../contract/audit.ts'
import { isoOf } from '../../platform/clock.ts'
import { type AuditRow, auditColumns } from '../../platform/db/audit-chain.ts'
import type { ReadableDb } from '../../platform/db/types.ts'

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
    .prepare<[number, string | null, string | null, string | null, string | null, number], AuditRow>(
      `SELECT ${auditColumns} FROM audit_log WHERE seq < ? AND (? IS NULL OR action = ?) AND (? IS NULL OR actor = ?) ORDER BY seq DESC LIMIT ?`,
    )
    .all(beforeSeq, action ?? null, action ?? null, actor ?? null, actor ?? null, limit)

export const countAudit = (db: ReadableDb, { action, actor }: Filter): number =>
  db
    .prepare<[string | null, string | null, string | null, string | null], { n: number }>(
      'SELECT count(*) AS n FROM audit_log WHERE (? IS NULL OR action = ?) AND (? IS NULL OR actor = ?)',
    )
    .get(action ?? null, action ?? null, actor ?? null, actor ?? null)?.n ?? 0
