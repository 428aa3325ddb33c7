import { sep } from 'node:path'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import type { Removed } from '../../platform/retention.ts'
import { isKept } from './repo.ts'

/** The SQL of what models keep in the data directory: which bytes they need, and which they have given up. */

/** Every path that begins with `folder` and a separator lies between these two. */
const inside = (folder: string): [string, string] => [
  `${folder}${sep}`,
  `${folder}${String.fromCharCode(sep.charCodeAt(0) + 1)}`,
]

/**
 * Whether a version other than `besides` is this folder or file, or lies in it; also a removed one that can be restored,
 * and one that was registered from there.
 */
export const isPathUsed = (db: ReadableDb, path: string, besides = ''): boolean =>
  db
    .prepare<[string, string, string, string, string], { n: number }>(
      `SELECT EXISTS (SELECT 1 FROM model_versions v WHERE v.path = ? AND v.id <> ? AND ${isKept('v')})
         OR EXISTS (SELECT 1 FROM model_versions v WHERE v.path > ? AND v.path < ? AND v.id <> ? AND ${isKept('v')}) AS n`,
    )
    .get(path, besides, ...inside(path), besides)?.n === 1

/** Whether a version that lies in `folder` has a file with these bytes. Versions in other places have bytes of their own. */
export const isDigestUsedIn = (db: ReadableDb, folder: string, sha256: string): boolean =>
  db
    .prepare<[string, string, string], { n: number }>(
      `SELECT EXISTS (SELECT 1 FROM model_files f JOIN model_versions v ON v.id = f.version_id
         WHERE f.sha256 = ? AND v.path > ? AND v.path < ?) AS n`,
    )
    .get(sha256, ...inside(folder))?.n === 1

/** A version that is being copied into `folder`, by name; undefined when there is none. */
export const copyingName = (db: ReadableDb, folder: string): string | undefined =>
  db
    .prepare<[string, string], { name: string }>(
      `SELECT m.name FROM model_versions v JOIN models m ON m.id = v.model_id
       WHERE v.state = 'verifying' AND v.source = 'copied' AND NOT (v.path > ? AND v.path < ?) LIMIT 1`,
    )
    .get(...inside(folder))?.name

/** Where every version lies that still has its files, also a removed one. */
export const pathsOfVersions = (db: ReadableDb): { readonly id: string; readonly path: string }[] =>
  db.prepare<[], { id: string; path: string }>(`SELECT v.id, v.path FROM model_versions v WHERE ${isKept('v')}`).all()

/** Whether a version has a folder of ours, named by its id, that does not lie in `folder`. */
export const isKeptElsewhere = (db: ReadableDb, folder: string): boolean =>
  db
    .prepare<[string, string, string, string], { n: number }>(
      `SELECT EXISTS (SELECT 1 FROM model_versions v
         WHERE instr(v.path, ? || 'models' || ? || v.id) > 0 AND NOT (v.path > ? AND v.path < ?) AND ${isKept('v')}) AS n`,
    )
    .get(sep, sep, ...inside(folder))?.n === 1

export type RemovedVersion = { readonly id: string; readonly path: string }

/** Versions that were removed before that time and still have files, except those that are being copied or verified. */
export const versionsRemovedBefore = (db: ReadableDb, beforeMs: number): RemovedVersion[] =>
  db
    .prepare<[number], RemovedVersion>(
      `SELECT v.id, v.path FROM model_versions v WHERE v.removed_at_ms < ? AND v.state <> 'verifying' AND ${isKept('v')}`,
    )
    .all(beforeMs)

/** Versions that were removed since that time at the earliest and still have their files. */
export const versionsRemovedSince = (db: ReadableDb, sinceMs: number): (Removed & { readonly path: string })[] =>
  db
    .prepare<[number], Removed & { path: string }>(
      `SELECT v.id, m.name || ' v' || v.version AS name, v.removed_at_ms AS removedAtMs, v.size_bytes AS sizeBytes, v.path
       FROM model_versions v JOIN models m ON m.id = v.model_id WHERE v.removed_at_ms >= ? AND ${isKept('v')}`,
    )
    .all(sinceMs)

export type StoredFile = {
  readonly versionId: string
  readonly name: string
  /** Of the version: its folder, or its only file. */
  readonly root: string
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
}

/** Every file with a known digest of versions that are there or can be restored, wherever they lie. */
export const filesWithDigest = (db: ReadableDb): StoredFile[] =>
  db
    .prepare<[], StoredFile>(
      `SELECT v.id AS versionId, m.name || ' v' || v.version AS name, v.path AS root, f.path, f.sha256, f.size_bytes AS sizeBytes
       FROM model_files f JOIN model_versions v ON v.id = f.version_id JOIN models m ON m.id = v.model_id
       WHERE f.sha256 IS NOT NULL AND v.state <> 'verifying'`,
    )
    .all()

/** Forgets a removed version's files for good, and tells the digests that it had. */
export function dropFiles(db: WritableDb, id: string): string[] {
  const digests = db
    .prepare<[string], { sha256: string }>(
      'SELECT DISTINCT sha256 FROM model_files WHERE version_id = ? AND sha256 IS NOT NULL',
    )
    .all(id)
    .map(row => row.sha256)
  db.prepare('DELETE FROM model_files WHERE version_id = ?').run(id)
  db.prepare('DELETE FROM model_aliases WHERE version_id = ?').run(id)
  return digests
}
