import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import type { Removed } from '../../platform/retention.ts'
import { filesOf } from './repo.ts'

/** The SQL of what datasets keep in the data directory: which bytes they need, and which they have given up. */

/** Versions that were removed before that time and still have files. */
export const versionsRemovedBefore = (db: ReadableDb, beforeMs: number): string[] =>
  db
    .prepare<[number], { id: string }>(
      'SELECT DISTINCT v.id FROM dataset_versions v JOIN dataset_files f ON f.version_id = v.id WHERE v.removed_at_ms < ?',
    )
    .all(beforeMs)
    .map(row => row.id)

/** Versions that were removed since that time at the earliest and still have their rows. */
export const versionsRemovedSince = (db: ReadableDb, sinceMs: number): Removed[] =>
  db
    .prepare<[number], Removed>(
      `SELECT v.id, d.name || ' v' || v.version AS name, v.removed_at_ms AS removedAtMs, v.size_bytes AS sizeBytes
       FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id
       WHERE v.removed_at_ms >= ? AND (v.rows = 0 OR EXISTS (SELECT 1 FROM dataset_files f WHERE f.version_id = v.id))`,
    )
    .all(sinceMs)

/** Every blob with rows of a version that is there or can be restored. */
export const storedRows = (
  db: ReadableDb,
): { readonly versionId: string; readonly name: string; readonly sha256: string; readonly sizeBytes: number }[] =>
  db
    .prepare<[], { versionId: string; name: string; sha256: string; sizeBytes: number }>(
      `SELECT v.id AS versionId, d.name || ' v' || v.version AS name, f.sha256, f.size_bytes AS sizeBytes
       FROM dataset_files f JOIN dataset_versions v ON v.id = f.version_id JOIN datasets d ON d.id = v.dataset_id`,
    )
    .all()

/** Forgets where a removed version's rows are, and tells the digests that it had. */
export function dropFiles(db: WritableDb, id: string): string[] {
  const digests = filesOf(db, id).map(file => file.sha256)
  db.prepare('DELETE FROM dataset_files WHERE version_id = ?').run(id)
  db.prepare('DELETE FROM dataset_aliases WHERE version_id = ?').run(id)
  return [...new Set(digests)]
}

/** Whether a version, also a removed one that can be restored, has rows in this blob. */
export const isBlobUsed = (db: ReadableDb, sha256: string): boolean =>
  db.prepare<[string], { n: number }>('SELECT EXISTS (SELECT 1 FROM dataset_files WHERE sha256 = ?) AS n').get(sha256)
    ?.n === 1

/** A version whose rows are being stored, by name; undefined when there is none. */
export const importingName = (db: ReadableDb): string | undefined =>
  db
    .prepare<[], { name: string }>(
      "SELECT d.name FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id WHERE v.state = 'importing' LIMIT 1",
    )
    .get()?.name
