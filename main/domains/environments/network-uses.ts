import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'

/** A build that asked a package index, or a pip that did for it. `endedAtMs` is null while it may still be asking. */
export type NetworkUse = {
  readonly environment: string
  readonly beganAtMs: number
  readonly endedAtMs: number | null
  /** What it has sent to other machines: so far, while it goes on; null where that is not known. */
  readonly bytesOut: number | null
}

export const beginUse = (db: WritableDb, jobId: string, environment: string, nowMs: number): void => {
  db.prepare('INSERT INTO network_uses (job_id, environment, began_at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(
    jobId,
    environment,
    nowMs,
  )
}

/** What a build said that it has sent. Only its last word is the whole: a build that was killed has not said it. */
export const noteSent = (db: WritableDb, jobId: string, bytesOut: number | null, isFinal: boolean): void => {
  db.prepare('UPDATE network_uses SET bytes_out = ?, is_counted = ? WHERE job_id = ?').run(
    bytesOut,
    isFinal ? 1 : 0,
    jobId,
  )
}
export const endUse = (db: WritableDb, jobId: string, nowMs: number): void => {
  db.prepare('UPDATE network_uses SET ended_at_ms = ? WHERE job_id = ?').run(nowMs, jobId)
}

const COLUMNS = `environment, began_at_ms AS beganAtMs, ended_at_ms AS endedAtMs,
  CASE WHEN ended_at_ms IS NULL OR is_counted = 1 THEN bytes_out END AS bytesOut`

/** The latest uses, newest first; those that go on before all that have ended. */
export const latestUses = (db: ReadableDb, most: number): NetworkUse[] =>
  db
    .prepare<[number], NetworkUse>(
      `SELECT ${COLUMNS} FROM network_uses ORDER BY ended_at_ms IS NULL DESC, ended_at_ms DESC LIMIT ?`,
    )
    .all(most)

/** The uses that go on, or that ended at `sinceMs` or later. */
export const usesSince = (db: ReadableDb, sinceMs: number): NetworkUse[] =>
  db
    .prepare<[number], NetworkUse>(
      `SELECT ${COLUMNS} FROM network_uses WHERE ended_at_ms IS NULL OR ended_at_ms >= ? ORDER BY began_at_ms`,
    )
    .all(sinceMs)
