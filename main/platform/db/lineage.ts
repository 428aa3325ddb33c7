import type { Lineage } from '../../contract/common.ts'
import type { Migration } from './migrate.ts'
import type { ReadableDb, WritableDb } from './types.ts'

/** One edge of the lineage graph: `child` was made from (or by) `parent`, which played `role`. */
export type LineageEdge = {
  readonly parentId: string
  readonly parentKind: string
  readonly parentName: string
  readonly childId: string
  readonly childKind: string
  readonly childName: string
  readonly role: string
}

/** Edges outlive what they point to: a removed dataset still explains the model that it made. */
export const lineageMigration: Migration = {
  version: 30,
  name: 'lineage',
  up: db =>
    db.exec(`
      CREATE TABLE lineage (
        parent_id TEXT NOT NULL,
        parent_kind TEXT NOT NULL,
        parent_name TEXT NOT NULL,
        child_id TEXT NOT NULL,
        child_kind TEXT NOT NULL,
        child_name TEXT NOT NULL,
        role TEXT NOT NULL,
        PRIMARY KEY (child_id, parent_id, role)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX lineage_by_parent ON lineage (parent_id);
    `),
}

export const linkLineage = (db: WritableDb, edge: LineageEdge): void =>
  void db
    .prepare(
      'INSERT OR IGNORE INTO lineage (parent_id, parent_kind, parent_name, child_id, child_kind, child_name, role) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .run(edge.parentId, edge.parentKind, edge.parentName, edge.childId, edge.childKind, edge.childName, edge.role)

type Row = { id: string; kind: string; name: string; role: string }

/** What made a thing, and what it made: one step in each direction. */
export function lineageOf(db: ReadableDb, id: string): Lineage {
  const madeBy = db.prepare<[string], Row>(
    'SELECT parent_id AS id, parent_kind AS kind, parent_name AS name, role FROM lineage WHERE child_id = ? ORDER BY role',
  )
  const made = db.prepare<[string], Row>(
    'SELECT child_id AS id, child_kind AS kind, child_name AS name, role FROM lineage WHERE parent_id = ? ORDER BY child_id',
  )
  return { madeBy: madeBy.all(id), made: made.all(id) }
}
