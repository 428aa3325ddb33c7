import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import type { HeldLease } from './lease-book.ts'

type Row = {
  job_id: string
  device: string
  memory_bytes: number
  exclusive: number
  processors: number | null
  idles: number
  granted_at_ms: number
}

export type LeaseRecord = HeldLease & { readonly grantedAtMs: number }

export const listLeases = (db: ReadableDb): LeaseRecord[] =>
  db
    .prepare<[], Row>(
      `SELECT job_id, device, memory_bytes, exclusive, processors, idles, granted_at_ms FROM leases
       ORDER BY granted_at_ms, job_id, n`,
    )
    .all()
    .map(row => ({
      jobId: row.job_id,
      device: row.device,
      memoryBytes: row.memory_bytes,
      exclusive: row.exclusive === 1,
      processors: row.processors,
      idles: row.idles === 1,
      grantedAtMs: row.granted_at_ms,
    }))

export function insertLeases(db: WritableDb, leases: readonly LeaseRecord[]): void {
  const insert = db.prepare(
    `INSERT INTO leases (job_id, n, device, memory_bytes, exclusive, processors, idles, granted_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  leases.forEach((lease, n) => {
    const { jobId, device, memoryBytes, exclusive, processors, idles, grantedAtMs } = lease
    insert.run(jobId, n, device, memoryBytes, exclusive ? 1 : 0, processors, idles ? 1 : 0, grantedAtMs)
  })
}

/** Returns whether the job held any. */
export const deleteLeases = (db: WritableDb, jobId: string): boolean =>
  db.prepare('DELETE FROM leases WHERE job_id = ?').run(jobId).changes > 0
