import type { AuditRecord } from '../../contract/audit.ts'
import { isoOf } from '../../platform/clock.ts'
import { type AuditRow, auditColumns } from '../../platform/db/audit-chain.ts'
import { allOf, among, containing, countOf, type Part } from '../../platform/db/list-page.ts'
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

export type AuditFilter = {
  /** Exact names, or domains: `models` is every action of models. */
  readonly action?: readonly string[] | undefined
  readonly actor?: readonly string[] | undefined
  readonly object?: string | undefined
  readonly outcome?: 'ok' | 'failed' | undefined
  readonly sinceMs?: number | undefined
  readonly untilMs?: number | undefined
  readonly q?: string | undefined
}

function actionPart(actions: readonly string[]): readonly Part[] {
  if (actions.length === 0) return []
  const domains = actions.filter(action => !action.includes('.'))
  const parts: Part[] = [
    ...among(
      'action',
      actions.filter(action => action.includes('.')),
    ),
    // Between `models.` and `models/`, the next character: every name that begins so, by the index.
    ...domains.map(domain => ({ sql: '(action >= ? AND action < ?)', values: [`${domain}.`, `${domain}/`] })),
  ]
  return [{ sql: `(${parts.map(part => part.sql).join(' OR ')})`, values: parts.flatMap(part => part.values) }]
}

const partsOf = ({ action = [], actor, object, outcome, sinceMs, untilMs, q }: AuditFilter): readonly Part[] => [
  ...actionPart(action),
  ...among('actor', actor),
  ...(object === undefined ? [] : [{ sql: 'object = ?', values: [object] }]),
  ...(outcome === undefined ? [] : [{ sql: outcome === 'ok' ? "result = 'ok'" : "result <> 'ok'", values: [] }]),
  ...(sinceMs === undefined ? [] : [{ sql: 'at_ms >= ?', values: [sinceMs] }]),
  ...(untilMs === undefined ? [] : [{ sql: 'at_ms < ?', values: [untilMs] }]),
  ...containing("(action || ' ' || object || ' ' || actor)", q),
]

/** Newest first, below `beforeSeq`. */
export function listAudit(
  db: ReadableDb,
  filter: AuditFilter,
  page: { readonly beforeSeq: number; readonly offset: number; readonly limit: number },
): AuditRow[] {
  const where = allOf([{ sql: 'seq < ?', values: [page.beforeSeq] }, ...partsOf(filter)])
  return db
    .prepare<unknown[], AuditRow>(
      `SELECT ${auditColumns} FROM audit_log WHERE seq IN (SELECT seq FROM audit_log WHERE ${where.sql} ORDER BY seq DESC LIMIT ? OFFSET ?) ORDER BY seq DESC`,
    )
    .all(...where.values, page.limit, page.offset)
}

export const countAudit = (db: ReadableDb, filter: AuditFilter): number =>
  countOf(db, { table: 'audit_log' }, partsOf(filter))

/** Every value that a column has, in order: one look into the index for each, however long the log. */
export function distinctValues(db: ReadableDb, column: 'action' | 'actor', limit: number): string[] {
  const next = db.prepare<[string], { value: string | null }>(
    `SELECT min(${column}) AS value FROM audit_log WHERE ${column} > ?`,
  )
  const values: string[] = []
  for (let value = next.get('')?.value; value && values.length < limit; value = next.get(value)?.value)
    values.push(value)
  return values
}
