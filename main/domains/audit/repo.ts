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

export type AuditFilter = {
  readonly action?: string | undefined
  readonly actor?: string | undefined
  /** Text in action, object or actor, in any case. */
  readonly q?: string | undefined
  readonly result?: 'ok' | 'refused' | undefined
  readonly sinceMs?: number | undefined
  readonly untilMs?: number | undefined
}

const WHERE = `(@action IS NULL OR action = @action) AND (@actor IS NULL OR actor = @actor)
  AND (@q IS NULL OR instr(lower(action), @q) OR instr(lower(object), @q) OR instr(lower(actor), @q))
  AND (@result IS NULL OR (@result = 'ok') = (result = 'ok'))
  AND (@sinceMs IS NULL OR at_ms >= @sinceMs) AND (@untilMs IS NULL OR at_ms < @untilMs)`
const bound = ({ action, actor, q, result, sinceMs, untilMs }: AuditFilter) => ({
  action: action ?? null,
  actor: actor ?? null,
  q: q?.toLowerCase() || null,
  result: result ?? null,
  sinceMs: sinceMs ?? null,
  untilMs: untilMs ?? null,
})

type Place = { readonly limit: number; readonly offset: number; readonly beforeSeq: number }

/** Newest first, below `beforeSeq`. */
export const listAudit = (db: ReadableDb, filter: AuditFilter, place: Place): AuditRow[] =>
  db
    .prepare<[object], Row>(
      `SELECT ${COLUMNS} FROM audit_log WHERE seq < @beforeSeq AND ${WHERE} ORDER BY seq DESC LIMIT @limit OFFSET @offset`,
    )
    .all({ ...bound(filter), ...place })
    .map(toRow)

export const countAudit = (db: ReadableDb, filter: AuditFilter): number =>
  db.prepare<[object], { n: number }>(`SELECT count(*) AS n FROM audit_log WHERE ${WHERE}`).get(bound(filter))?.n ?? 0

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
