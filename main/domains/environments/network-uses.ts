import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'

/** A build that asked a package index, or a pip that did for it. `endedAtMs` is null while it may still be asking. */
export type NetworkUse = {
  readonly environment: string
  readonly beganAtMs: number
  readonly endedAtMs: number | null
}

export const beginUse = (db: WritableDb, jobId: string, environment: string, nowMs: number): void => {
  db.prepare('INSERT INTO network_uses (job_id, environment, began_at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(
    jobId,
    environment,
    nowMs,
  )
}
export const endUse = (db: WritableDb, jobId: string, nowMs: number): void => {
  db.prepare('UPDATE network_uses SET ended_at_ms = ? WHERE job_id = ?').run(nowMs, jobId)
}
export const lastUse = (db: ReadableDb): NetworkUse | undefined =>
  db
    .prepare<[], NetworkUse>(
      `SELECT environment, began_at_ms AS beganAtMs, ended_at_ms AS endedAtMs FROM network_uses
       ORDER BY ended_at_ms IS NULL DESC, ended_at_ms DESC LIMIT 1`,
    )
    .get()
