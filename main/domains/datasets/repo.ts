import type { FileEntry } from '../../contract/common.ts'
import { type DatasetKind, ReasonCounts } from '../../contract/dataset-rows.ts'
import {
  type DatasetId,
  DatasetSettings,
  type DatasetState,
  DatasetVersion,
  type DatasetVersionId,
  type SplitRole,
} from '../../contract/dataset-versions.ts'
import { isoOf } from '../../platform/clock.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import { type VersionFinders, versionedSet } from '../../platform/db/versioned-set.ts'

export const {
  find: findDataset,
  insert: insertDataset,
  update: updateDataset,
  labelsOf,
  setLabels,
  setAlias,
  takeAlias,
} = versionedSet<DatasetId, DatasetVersionId>('dataset')

export type VersionRow = {
  id: string
  dataset_id: string
  name: string
  version: number
  state: string
  kind: string | null
  format: string | null
  rows: number
  bad_rows: number
  size_bytes: number
  split_role: string | null
  problem: string | null
  aliases: string | null
  created_at_ms: number
  updated_at_ms: number
  frozen_at_ms: number | null
}

export const VERSION_COLUMNS = `v.id, v.dataset_id, d.name, v.version, v.state, v.kind, v.format, v.rows, v.bad_rows, v.size_bytes, v.split_role, v.problem,
  v.created_at_ms, v.updated_at_ms, v.frozen_at_ms,
  (SELECT group_concat(a.alias) FROM dataset_aliases a WHERE a.version_id = v.id) AS aliases`
const JOINED = `SELECT ${VERSION_COLUMNS} FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id`

export const toVersion = (row: VersionRow): DatasetVersion =>
  DatasetVersion.parse({
    id: row.id,
    datasetId: row.dataset_id,
    name: row.name,
    version: row.version,
    state: row.state,
    ...(row.kind !== null && { kind: row.kind }),
    ...(row.format !== null && { format: row.format }),
    rows: row.rows,
    badRows: row.bad_rows,
    sizeBytes: row.size_bytes,
    aliases: row.aliases?.split(',') ?? [],
    ...(row.split_role !== null && { splitRole: row.split_role }),
    ...(row.problem !== null && { problem: row.problem }),
    createdAt: isoOf(row.created_at_ms),
    updatedAt: isoOf(row.updated_at_ms),
    ...(row.frozen_at_ms !== null && { frozenAt: isoOf(row.frozen_at_ms) }),
  })

export function findVersion(db: ReadableDb, id: string): DatasetVersion | undefined {
  const row = db.prepare<[string], VersionRow>(`${JOINED} WHERE v.id = ? AND v.removed_at_ms IS NULL`).get(id)
  return row && toVersion(row)
}

/** The version of one dataset that a number (`2`, `V2`) or an alias names. */
export function findVersionOf(db: ReadableDb, datasetId: string, selector: string): DatasetVersion | undefined {
  const row = db
    .prepare<[string, string, string, string], VersionRow>(
      `${JOINED} WHERE v.dataset_id = ? AND v.removed_at_ms IS NULL AND (CAST(v.version AS TEXT) = ltrim(?, 'Vv')
         OR v.id = (SELECT version_id FROM dataset_aliases WHERE dataset_id = ? AND alias = ?))`,
    )
    .get(datasetId, selector, datasetId, selector)
  return row && toVersion(row)
}

export const finders: VersionFinders<DatasetVersion> = {
  set: findDataset,
  version: findVersion,
  versionOf: findVersionOf,
}

export const versionsOf = (db: ReadableDb, datasetId: string): DatasetVersion[] =>
  db
    .prepare<[string], VersionRow>(
      `${JOINED} WHERE v.dataset_id = ? AND v.removed_at_ms IS NULL ORDER BY v.version DESC`,
    )
    .all(datasetId)
    .map(toVersion)

export type NewVersion = {
  readonly id: string
  readonly datasetId: string
  readonly state: DatasetState
  readonly settings: DatasetSettings
  readonly splitRole?: SplitRole
  readonly atMs: number
}

/** Adds the next version number; numbers are never used twice, not even after a removal. */
export function insertVersion(db: WritableDb, made: NewVersion): void {
  db.prepare(
    `INSERT INTO dataset_versions (id, dataset_id, version, state, rows, bad_rows, reasons, size_bytes, split_role, settings, created_at_ms, updated_at_ms)
     VALUES (?, ?, (SELECT coalesce(max(version), 0) + 1 FROM dataset_versions WHERE dataset_id = ?), ?, 0, 0, '{}', 0, ?, ?, ?, ?)`,
  ).run(
    made.id,
    made.datasetId,
    made.datasetId,
    made.state,
    made.splitRole ?? null,
    JSON.stringify(made.settings),
    made.atMs,
    made.atMs,
  )
}

export type VersionFile = { readonly sha256: string; readonly sizeBytes: number; readonly rows: number }
export type VersionContent = {
  readonly kind: DatasetKind
  readonly format?: string | undefined
  readonly rows: number
  readonly badRows: number
  readonly reasons: ReasonCounts
  readonly settings: DatasetSettings
  readonly files: readonly VersionFile[]
}

/** Gives a version its rows, once: from then on they never change. */
export function fillVersion(db: WritableDb, id: string, content: VersionContent, atMs: number): void {
  const sizeBytes = content.files.reduce((sum, file) => sum + file.sizeBytes, 0)
  db.prepare(
    `UPDATE dataset_versions SET state = 'draft', kind = ?, format = ?, rows = ?, bad_rows = ?, reasons = ?, settings = ?, size_bytes = ?, updated_at_ms = ?
     WHERE id = ? AND state = 'importing'`,
  ).run(
    content.kind,
    content.format ?? null,
    content.rows,
    content.badRows,
    JSON.stringify(content.reasons),
    JSON.stringify(content.settings),
    sizeBytes,
    atMs,
    id,
  )
  const insertFile = db.prepare(
    'INSERT INTO dataset_files (version_id, position, path, sha256, size_bytes, rows, verified_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  for (const [position, file] of content.files.entries())
    insertFile.run(id, position, `rows-${position}.parquet`, file.sha256, file.sizeBytes, file.rows, atMs)
}

export const setVersionFailed = (db: WritableDb, id: string, problem: string, atMs: number): void =>
  void db
    .prepare(
      "UPDATE dataset_versions SET state = 'failed', problem = ?, updated_at_ms = ? WHERE id = ? AND state = 'importing'",
    )
    .run(problem, atMs, id)

export const setVersionFrozen = (db: WritableDb, id: string, atMs: number): void =>
  void db
    .prepare(
      "UPDATE dataset_versions SET state = 'frozen', frozen_at_ms = ?, updated_at_ms = ? WHERE id = ? AND state = 'draft'",
    )
    .run(atMs, atMs, id)

/** Removal hides a version; its row stays, so that what was made from it can still say what that was, and it can come back. */
export const setVersionRemoved = (db: WritableDb, id: string, atMs: number | null): void =>
  void db.prepare('UPDATE dataset_versions SET removed_at_ms = ? WHERE id = ?').run(atMs, id)

/** A version that was removed, and whose rows are still there, since that time at the earliest. */
export function findRemovedVersion(db: ReadableDb, id: string, sinceMs: number): DatasetVersion | undefined {
  const row = db
    .prepare<[string, number], VersionRow>(
      `${JOINED} WHERE v.id = ? AND v.removed_at_ms >= ? AND (v.rows = 0 OR EXISTS (SELECT 1 FROM dataset_files f WHERE f.version_id = v.id))`,
    )
    .get(id, sinceMs)
  return row && toVersion(row)
}

type FileRow = { path: string; sha256: string; sizeBytes: number; rows: number; verifiedAtMs: number }

export const filesOf = (db: ReadableDb, id: string): readonly (FileEntry & VersionFile)[] =>
  db
    .prepare<[string], FileRow>(
      'SELECT path, sha256, size_bytes AS sizeBytes, rows, verified_at_ms AS verifiedAtMs FROM dataset_files WHERE version_id = ? ORDER BY position',
    )
    .all(id)
    .map(({ verifiedAtMs, ...file }) => ({ ...file, verifiedAt: isoOf(verifiedAtMs) }))

/** What a version's row holds beyond what lists show. */
export function detailOf(db: ReadableDb, id: string): { reasons: ReasonCounts; settings: DatasetSettings } {
  const row = db
    .prepare<[string], { reasons: string; settings: string }>(
      'SELECT reasons, settings FROM dataset_versions WHERE id = ?',
    )
    .get(id)
  return {
    reasons: ReasonCounts.parse(JSON.parse(row?.reasons ?? '{}')),
    settings: DatasetSettings.parse(JSON.parse(row?.settings ?? '{}')),
  }
}
