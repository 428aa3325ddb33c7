import type { FileEntry } from '../../contract/common.ts'
import { type DatasetKind, ReasonCounts, RowIssue, type RowReason } from '../../contract/dataset-rows.ts'
import {
  type DatasetId,
  DatasetSettings,
  type DatasetSource,
  type DatasetState,
  DatasetVersion,
  type DatasetVersionId,
  type SplitRole,
} from '../../contract/datasets.ts'
import { isoOf } from '../../platform/clock.ts'
import type { PageRequest } from '../../platform/db/keyset.ts'
import { among, containing, countOf, type ListSource, type Part, selectPage } from '../../platform/db/list-page.ts'
import { nameKeyOf } from '../../platform/db/name-key.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import type { Removed } from '../../platform/retention.ts'

type Row = {
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

const COLUMNS = `v.id, v.dataset_id, d.name, v.version, v.state, v.kind, v.format, v.rows, v.bad_rows, v.size_bytes, v.split_role, v.problem,
  v.created_at_ms, v.updated_at_ms, v.frozen_at_ms,
  (SELECT group_concat(a.alias) FROM dataset_aliases a WHERE a.version_id = v.id) AS aliases`
const JOINED = `SELECT ${COLUMNS} FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id`

const toVersion = (row: Row): DatasetVersion =>
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

export type DatasetFilter = {
  readonly q?: string | undefined
  readonly kind?: readonly string[] | undefined
  readonly state?: readonly string[] | undefined
  readonly label?: readonly string[] | undefined
}

const list: ListSource = {
  table: 'datasets',
  columns: COLUMNS.replace('d.name', 'datasets.name'),
  join: 'CROSS JOIN dataset_versions v ON v.id = datasets.newest_version_id',
  sorts: {
    name: 'name_key',
    created: 'created_at_ms',
    updated: 'newest_at_ms',
    size: 'newest_size_bytes',
    rows: 'newest_rows',
  },
}

function partsOf({ q, kind, state, label }: DatasetFilter): readonly Part[] {
  const words = (q ?? '').split(/\s+/).filter(Boolean).slice(0, 10)
  // The trigram index needs three letters; shorter words are looked for in names.
  const long = words.filter(word => [...word].length >= 3)
  return [
    { sql: 'is_listed = 1', values: [] },
    ...among('newest_kind', kind),
    ...among('newest_state', state),
    ...among('label', label).map(({ sql, values }) => ({
      sql: `id IN (SELECT dataset_id FROM dataset_labels WHERE ${sql})`,
      values,
    })),
    ...(long.length === 0
      ? []
      : [
          {
            sql: 'row IN (SELECT rowid FROM datasets_search WHERE datasets_search MATCH ?)',
            values: [long.map(word => `"${word.replaceAll('"', '""')}"`).join(' ')],
          },
        ]),
    ...containing('name', words.filter(word => !long.includes(word)).join(' ')),
  ]
}

/** One page of datasets, each as its newest version. */
export function listDatasets(db: ReadableDb, filter: DatasetFilter, page: PageRequest) {
  const { rows, nextCursor } = selectPage<Row>(db, list, partsOf(filter), page)
  return { items: rows.map(toVersion), nextCursor }
}

export const countDatasets = (db: ReadableDb, filter: DatasetFilter): number => countOf(db, list, partsOf(filter))

export function findVersion(db: ReadableDb, id: string): DatasetVersion | undefined {
  const row = db.prepare<[string], Row>(`${JOINED} WHERE v.id = ? AND v.removed_at_ms IS NULL`).get(id)
  return row && toVersion(row)
}

export type DatasetRow = {
  readonly id: DatasetId
  readonly name: string
  readonly description: string
  readonly newestVersionId: DatasetVersionId | null
}

export const findDataset = (db: ReadableDb, ref: string): DatasetRow | undefined =>
  db
    .prepare<[string, string], DatasetRow>(
      'SELECT id, name, description, newest_version_id AS newestVersionId FROM datasets WHERE id = ? OR name = ?',
    )
    .get(ref, ref)

/** The version of one dataset that a number (`2`, `V2`) or an alias names. */
export function findVersionOf(db: ReadableDb, datasetId: string, selector: string): DatasetVersion | undefined {
  const row = db
    .prepare<[string, string, string, string], Row>(
      `${JOINED} WHERE v.dataset_id = ? AND v.removed_at_ms IS NULL AND (CAST(v.version AS TEXT) = ltrim(?, 'Vv')
         OR v.id = (SELECT version_id FROM dataset_aliases WHERE dataset_id = ? AND alias = ?))`,
    )
    .get(datasetId, selector, datasetId, selector)
  return row && toVersion(row)
}

export const versionsOf = (db: ReadableDb, datasetId: string): DatasetVersion[] =>
  db
    .prepare<[string], Row>(`${JOINED} WHERE v.dataset_id = ? AND v.removed_at_ms IS NULL ORDER BY v.version DESC`)
    .all(datasetId)
    .map(toVersion)

export function insertDataset(
  db: WritableDb,
  made: { id: string; name: string; description: string; atMs: number },
): void {
  db.prepare('INSERT INTO datasets (id, name, description, created_at_ms, updated_at_ms) VALUES (?, ?, ?, ?, ?)').run(
    made.id,
    made.name,
    made.description,
    made.atMs,
    made.atMs,
  )
}

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

/** The next position in a list of a version's, as rows of it arrive in parts; the list has no gaps. */
const nextPosition = (db: ReadableDb, table: 'dataset_sources' | 'dataset_issues', id: string): number =>
  db
    .prepare<[string], { n: number }>(`SELECT coalesce(max(position) + 1, 0) AS n FROM ${table} WHERE version_id = ?`)
    .get(id)?.n ?? 0

export function addSources(db: WritableDb, id: string, sources: readonly DatasetSource[]): void {
  const first = nextPosition(db, 'dataset_sources', id)
  const insert = db.prepare(
    'INSERT INTO dataset_sources (version_id, position, path, sha256, size_bytes, rows, bad_rows) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  for (const [index, source] of sources.entries())
    insert.run(id, first + index, source.path, source.sha256, source.sizeBytes, source.rows, source.badRows)
}

export function addIssues(db: WritableDb, id: string, issues: readonly RowIssue[]): void {
  const first = nextPosition(db, 'dataset_issues', id)
  const insert = db.prepare('INSERT INTO dataset_issues (version_id, position, reason, issue) VALUES (?, ?, ?, ?)')
  for (const [index, issue] of issues.entries()) insert.run(id, first + index, issue.reason, JSON.stringify(issue))
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
    .prepare<[string, number], Row>(
      `${JOINED} WHERE v.id = ? AND v.removed_at_ms >= ? AND (v.rows = 0 OR EXISTS (SELECT 1 FROM dataset_files f WHERE f.version_id = v.id))`,
    )
    .get(id, sinceMs)
  return row && toVersion(row)
}

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

/** A version that was removed before that time and still lists what its import left out. */
export const issuesRemovedBefore = (db: ReadableDb, beforeMs: number): string | undefined =>
  db
    .prepare<[number], { id: string }>(
      `SELECT id FROM dataset_versions v WHERE removed_at_ms < ?
         AND EXISTS (SELECT 1 FROM dataset_issues i WHERE i.version_id = v.id) LIMIT 1`,
    )
    .get(beforeMs)?.id

/** Forgets the first `most` rows that the import of a version left out. */
export const dropIssues = (db: WritableDb, id: string, most: number): void =>
  void db
    .prepare(
      `DELETE FROM dataset_issues WHERE version_id = ? AND position <
         (SELECT min(position) + ? FROM dataset_issues WHERE version_id = ?)`,
    )
    .run(id, most, id)

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

type FileRow = { path: string; sha256: string; sizeBytes: number; rows: number; verifiedAtMs: number }

export const filesOf = (db: ReadableDb, id: string): readonly (FileEntry & VersionFile)[] =>
  db
    .prepare<[string], FileRow>(
      'SELECT path, sha256, size_bytes AS sizeBytes, rows, verified_at_ms AS verifiedAtMs FROM dataset_files WHERE version_id = ? ORDER BY position',
    )
    .all(id)
    .map(({ verifiedAtMs, ...file }) => ({ ...file, verifiedAt: isoOf(verifiedAtMs) }))

export const sourcesOf = (db: ReadableDb, id: string): DatasetSource[] =>
  db
    .prepare<[string], DatasetSource>(
      'SELECT path, sha256, size_bytes AS sizeBytes, rows, bad_rows AS badRows FROM dataset_sources WHERE version_id = ? ORDER BY position',
    )
    .all(id)

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

/** Some of the bad rows of a version, in the order of its files; a page far down the list costs what the first does. */
export function issuesOf(
  db: ReadableDb,
  id: string,
  page: { reason: RowReason | undefined; offset: number; limit: number },
): { stored: number; items: RowIssue[] } {
  const rows = page.reason === undefined ? issuesAt(db, id, page) : issuesFor(db, id, { ...page, reason: page.reason })
  return {
    stored: page.reason === undefined ? nextPosition(db, 'dataset_issues', id) : storedFor(db, id, page.reason),
    items: rows.map(row => RowIssue.parse(JSON.parse(row.issue))),
  }
}

type Slice = { readonly offset: number; readonly limit: number }

const issuesAt = (db: ReadableDb, id: string, { offset, limit }: Slice) =>
  db
    .prepare<[string, number, number], { issue: string }>(
      'SELECT issue FROM dataset_issues WHERE version_id = ? AND position >= ? ORDER BY position LIMIT ?',
    )
    .all(id, offset, limit)

// The rows before the page are passed over in the index alone, without their texts.
const issuesFor = (db: ReadableDb, id: string, { reason, offset, limit }: Slice & { readonly reason: RowReason }) =>
  db
    .prepare<[string, string, string, number, number], { issue: string }>(
      `SELECT issue FROM dataset_issues WHERE version_id = ? AND position IN
         (SELECT position FROM dataset_issues WHERE version_id = ? AND reason = ? ORDER BY position LIMIT ? OFFSET ?)
       ORDER BY position`,
    )
    .all(id, id, reason, limit, offset)

const storedFor = (db: ReadableDb, id: string, reason: RowReason): number =>
  db
    .prepare<[string, string], { n: number }>(
      'SELECT count(*) AS n FROM dataset_issues WHERE version_id = ? AND reason = ?',
    )
    .get(id, reason)?.n ?? 0

export function updateDataset(
  db: WritableDb,
  id: string,
  changes: { name?: string | undefined; description?: string | undefined },
  atMs: number,
): void {
  db.prepare(
    'UPDATE datasets SET name = coalesce(?, name), description = coalesce(?, description), updated_at_ms = ? WHERE id = ?',
  ).run(changes.name ?? null, changes.description ?? null, atMs, id)
}

export function setLabels(db: WritableDb, datasetId: string, labels: readonly string[]): void {
  db.prepare('DELETE FROM dataset_labels WHERE dataset_id = ?').run(datasetId)
  const insert = db.prepare('INSERT OR IGNORE INTO dataset_labels (label, dataset_id) VALUES (?, ?)')
  for (const label of labels) insert.run(label, datasetId)
}

export const labelsOf = (db: ReadableDb, datasetId: string): string[] =>
  db
    .prepare<[string], { label: string }>('SELECT label FROM dataset_labels WHERE dataset_id = ? ORDER BY label')
    .all(datasetId)
    .map(row => row.label)

export const setAlias = (db: WritableDb, datasetId: string, alias: string, versionId: string): void =>
  void db
    .prepare(
      'INSERT INTO dataset_aliases (dataset_id, alias, version_id) VALUES (?, ?, ?) ON CONFLICT (dataset_id, alias) DO UPDATE SET version_id = excluded.version_id',
    )
    .run(datasetId, alias, versionId)

/**
 * Brings a dataset's own row (its newest version, the columns that lists filter by) and its search text up to date.
 * Every write to a dataset or its versions ends with this, in the same transaction.
 */
export function refreshDataset(db: WritableDb, id: string): void {
  db.prepare(
    `UPDATE datasets SET (newest_version_id, newest_kind, newest_state, newest_rows, newest_size_bytes, newest_at_ms) =
       (SELECT id, kind, state, rows, size_bytes, max(datasets.updated_at_ms, updated_at_ms) FROM dataset_versions
        WHERE dataset_id = datasets.id AND removed_at_ms IS NULL ORDER BY version DESC LIMIT 1)
     WHERE id = ? AND EXISTS (SELECT 1 FROM dataset_versions WHERE dataset_id = datasets.id AND removed_at_ms IS NULL)`,
  ).run(id)
  const found = db
    .prepare<[string], { row: number; name: string; description: string; isListed: number }>(
      `SELECT row, name, description,
         EXISTS (SELECT 1 FROM dataset_versions WHERE dataset_id = datasets.id AND removed_at_ms IS NULL) AS isListed FROM datasets WHERE id = ?`,
    )
    .get(id)
  if (!found) return
  db.prepare(
    'UPDATE datasets SET is_listed = ?, name_key = ?, newest_version_id = iif(?, newest_version_id, NULL) WHERE row = ?',
  ).run(found.isListed, nameKeyOf(found.name), found.isListed, found.row)
  db.prepare('DELETE FROM datasets_search WHERE rowid = ?').run(found.row)
  if (found.isListed)
    db.prepare('INSERT INTO datasets_search (rowid, text) VALUES (?, ?)').run(
      found.row,
      [found.name, found.description, ...labelsOf(db, id)].filter(Boolean).join('\n'),
    )
}
