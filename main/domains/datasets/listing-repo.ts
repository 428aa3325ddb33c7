import type { PageRequest } from '../../platform/db/keyset.ts'
import { among, containing, countOf, type ListSource, type Part, selectPage } from '../../platform/db/list-page.ts'
import { nameKeyOf } from '../../platform/db/name-key.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import { labelsOf, toVersion, VERSION_COLUMNS, type VersionRow } from './repo.ts'

/** The SQL of lists: pages, counts, and the columns of `datasets` that make them fast. */

export type DatasetFilter = {
  readonly q?: string | undefined
  readonly kind?: readonly string[] | undefined
  readonly state?: readonly string[] | undefined
  readonly label?: readonly string[] | undefined
}

const list: ListSource = {
  table: 'datasets',
  columns: VERSION_COLUMNS.replace('d.name', 'datasets.name'),
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
  const { rows, nextCursor } = selectPage<VersionRow>(db, list, partsOf(filter), page)
  return { items: rows.map(toVersion), nextCursor }
}

export const countDatasets = (db: ReadableDb, filter: DatasetFilter): number => countOf(db, list, partsOf(filter))

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
