import { RowIssue, type RowReason } from '../../contract/dataset-rows.ts'
import type { DatasetSource } from '../../contract/dataset-versions.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'

/** The SQL of what an import tells beside the rows: the files that it read, and the rows that it left out. */

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

export const sourcesOf = (db: ReadableDb, id: string): DatasetSource[] =>
  db
    .prepare<[string], DatasetSource>(
      'SELECT path, sha256, size_bytes AS sizeBytes, rows, bad_rows AS badRows FROM dataset_sources WHERE version_id = ? ORDER BY position',
    )
    .all(id)

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
