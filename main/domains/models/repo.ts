import type { FileEntry } from '../../contract/common.ts'
import {
  type ModelId,
  type ModelState,
  type ModelSummary,
  ModelVersion,
  type ModelVersionId,
} from '../../contract/models.ts'
import { isoOf } from '../../platform/clock.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import { type VersionFinders, versionedSet } from '../../platform/db/versioned-set.ts'

export const {
  find: findModel,
  insert: insertModel,
  update: updateModel,
  labelsOf,
  setLabels,
  setAlias,
  takeAlias,
} = versionedSet<ModelId, ModelVersionId>('model')

export type VersionRow = {
  id: string
  model_id: string
  name: string
  version: number
  state: string
  source: string
  path: string
  size_bytes: number
  summary: string
  problem: string | null
  aliases: string | null
  created_at_ms: number
  updated_at_ms: number
}

export const VERSION_COLUMNS = `v.id, v.model_id, m.name, v.version, v.state, v.source, v.path, v.size_bytes, v.summary, v.problem, v.created_at_ms, v.updated_at_ms,
  (SELECT group_concat(a.alias) FROM model_aliases a WHERE a.version_id = v.id) AS aliases`

export const toVersion = (row: VersionRow): ModelVersion =>
  ModelVersion.parse({
    id: row.id,
    modelId: row.model_id,
    name: row.name,
    version: row.version,
    state: row.state,
    source: row.source,
    path: row.path,
    sizeBytes: row.size_bytes,
    summary: JSON.parse(row.summary),
    aliases: row.aliases?.split(',') ?? [],
    ...(row.problem !== null && { problem: row.problem }),
    createdAt: isoOf(row.created_at_ms),
    updatedAt: isoOf(row.updated_at_ms),
  })

/** A version that is deleted for good keeps its row, for what was made from it, and loses its files. */
export const isKept = (version: string): string =>
  `(${version}.removed_at_ms IS NULL OR EXISTS (SELECT 1 FROM model_files k WHERE k.version_id = ${version}.id))`

export function findVersion(db: ReadableDb, id: string): ModelVersion | undefined {
  const row = db
    .prepare<[string], VersionRow>(
      `SELECT ${VERSION_COLUMNS} FROM model_versions v JOIN models m ON m.id = v.model_id WHERE v.id = ? AND v.removed_at_ms IS NULL`,
    )
    .get(id)
  return row && toVersion(row)
}

/** A version that was removed since that time at the earliest, and is not deleted for good. */
export function findRemovedVersion(db: ReadableDb, id: string, sinceMs: number): ModelVersion | undefined {
  const row = db
    .prepare<[string, number], VersionRow>(
      `SELECT ${VERSION_COLUMNS} FROM model_versions v JOIN models m ON m.id = v.model_id WHERE v.id = ? AND v.removed_at_ms >= ? AND ${isKept('v')}`,
    )
    .get(id, sinceMs)
  return row && toVersion(row)
}

/** The version that `number` or an alias names, of one model. */
export function findVersionOf(db: ReadableDb, modelId: string, selector: string): ModelVersion | undefined {
  const row = db
    .prepare<[string, string, string], { id: string }>(
      `SELECT id FROM model_versions WHERE model_id = ? AND removed_at_ms IS NULL
         AND (CAST(version AS TEXT) = ltrim(?, 'Vv') OR id IN (SELECT version_id FROM model_aliases a WHERE a.model_id = model_versions.model_id AND a.alias = ?))`,
    )
    .get(modelId, selector, selector)
  return row && findVersion(db, row.id)
}

export const finders: VersionFinders<ModelVersion> = { set: findModel, version: findVersion, versionOf: findVersionOf }

export const versionsOf = (db: ReadableDb, modelId: string): ModelVersion[] =>
  db
    .prepare<[string], VersionRow>(
      `SELECT ${VERSION_COLUMNS} FROM model_versions v JOIN models m ON m.id = v.model_id WHERE v.model_id = ? AND v.removed_at_ms IS NULL ORDER BY v.version DESC`,
    )
    .all(modelId)
    .map(toVersion)

/** The live version registered from this path, if any. */
export function findVersionByPath(db: ReadableDb, path: string): ModelVersion | undefined {
  const row = db
    .prepare<[string], { id: string }>(
      'SELECT id FROM model_versions WHERE path = ? AND removed_at_ms IS NULL ORDER BY id DESC LIMIT 1',
    )
    .get(path)
  return row && findVersion(db, row.id)
}

type FileRow = { path: string; size_bytes: number; sha256: string | null; verified_at_ms: number | null }

export const filesOf = (db: ReadableDb, versionId: string): FileEntry[] =>
  db
    .prepare<[string], FileRow>(
      'SELECT path, size_bytes, sha256, verified_at_ms FROM model_files WHERE version_id = ? ORDER BY path',
    )
    .all(versionId)
    .map(row => ({
      path: row.path,
      sizeBytes: row.size_bytes,
      ...(row.sha256 !== null && { sha256: row.sha256 }),
      ...(row.verified_at_ms !== null && { verifiedAt: isoOf(row.verified_at_ms) }),
    }))

export type NewVersion = {
  readonly id: string
  readonly modelId: string
  readonly state: ModelState
  readonly source: ModelVersion['source']
  readonly path: string
  readonly sizeBytes: number
  readonly summary: ModelSummary
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[]
  readonly atMs: number
}

/** Adds the next version number; numbers are never used twice, not even after a removal. */
export function insertVersion(db: WritableDb, version: NewVersion): void {
  db.prepare(
    `INSERT INTO model_versions (id, model_id, version, state, source, path, format, size_bytes, summary, created_at_ms, updated_at_ms)
     VALUES (?, ?, (SELECT coalesce(max(version), 0) + 1 FROM model_versions WHERE model_id = ?), ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    version.id,
    version.modelId,
    version.modelId,
    version.state,
    version.source,
    version.path,
    version.summary.format,
    version.sizeBytes,
    JSON.stringify(version.summary),
    version.atMs,
    version.atMs,
  )
  const insertFile = db.prepare('INSERT INTO model_files (version_id, path, size_bytes) VALUES (?, ?, ?)')
  for (const file of version.files) insertFile.run(version.id, file.path, file.sizeBytes)
}

export type VerifiedFile = {
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly modifiedAtMs: number
  readonly inode: string
}

export const setFileVerified = (db: WritableDb, versionId: string, file: VerifiedFile, atMs: number): void =>
  void db
    .prepare(
      'UPDATE model_files SET sha256 = ?, size_bytes = ?, modified_at_ms = ?, inode = ?, verified_at_ms = ? WHERE version_id = ? AND path = ?',
    )
    .run(file.sha256, file.sizeBytes, Math.floor(file.modifiedAtMs), file.inode, atMs, versionId, file.path)

export const setVersionState = (
  db: WritableDb,
  id: string,
  state: ModelState,
  problem: string | undefined,
  atMs: number,
): void =>
  void db
    .prepare('UPDATE model_versions SET state = ?, problem = ?, updated_at_ms = ? WHERE id = ?')
    .run(state, problem ?? null, atMs, id)

export const setVersionPath = (db: WritableDb, id: string, path: string): void =>
  void db.prepare('UPDATE model_versions SET path = ? WHERE id = ?').run(path, id)

/** Hides a version, or with null shows it again. Its aliases wait for it, unless another version has taken them. */
export const setVersionRemoved = (db: WritableDb, id: string, atMs: number | null): void =>
  void db.prepare('UPDATE model_versions SET removed_at_ms = ? WHERE id = ?').run(atMs, id)
