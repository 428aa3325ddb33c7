import type { ReadableDb, WritableDb } from './types.ts'

/** What has numbered versions, as models and datasets have: a name and words of its own, and the newest of its versions. */
export type VersionedRow<Id extends string, VersionId extends string> = {
  readonly id: Id
  readonly name: string
  readonly description: string
  /** Null while there is no version that was not removed. */
  readonly newestVersionId: VersionId | null
}

/**
 * The SQL of what stands about a whole set of versions: its name, its description, its labels, and the aliases of single
 * versions. @param one how the tables call it: `model` for `models`, `model_labels`, `model_aliases` and their `model_id`
 */
export function versionedSet<Id extends string, VersionId extends string>(one: 'model' | 'dataset') {
  const labelsOf = (db: ReadableDb, id: string): string[] =>
    db
      .prepare<[string], { label: string }>(`SELECT label FROM ${one}_labels WHERE ${one}_id = ? ORDER BY label`)
      .all(id)
      .map(row => row.label)

  return {
    /** By id or by name. */
    find: (db: ReadableDb, ref: string): VersionedRow<Id, VersionId> | undefined =>
      db
        .prepare<[string, string], VersionedRow<Id, VersionId>>(
          `SELECT id, name, description, newest_version_id AS newestVersionId FROM ${one}s WHERE id = ? OR name = ?`,
        )
        .get(ref, ref),

    insert: (db: WritableDb, made: { id: string; name: string; description: string; atMs: number }): void =>
      void db
        .prepare(`INSERT INTO ${one}s (id, name, description, created_at_ms, updated_at_ms) VALUES (?, ?, ?, ?, ?)`)
        .run(made.id, made.name, made.description, made.atMs, made.atMs),

    /** Changes what is given, and leaves the rest. */
    update: (
      db: WritableDb,
      id: string,
      { name, description }: { name?: string | undefined; description?: string | undefined },
      atMs: number,
    ): void =>
      void db
        .prepare(
          `UPDATE ${one}s SET name = coalesce(?, name), description = coalesce(?, description), updated_at_ms = ? WHERE id = ?`,
        )
        .run(name ?? null, description ?? null, atMs, id),

    labelsOf,

    /** These labels, and no others. */
    setLabels: (db: WritableDb, id: string, labels: readonly string[]): void => {
      db.prepare(`DELETE FROM ${one}_labels WHERE ${one}_id = ?`).run(id)
      const insert = db.prepare(`INSERT OR IGNORE INTO ${one}_labels (label, ${one}_id) VALUES (?, ?)`)
      for (const label of labels) insert.run(label, id)
    },

    /** Takes the alias away from whichever version of the set had it. */
    setAlias: (db: WritableDb, id: string, alias: string, versionId: string): void =>
      void db
        .prepare(
          `INSERT INTO ${one}_aliases (${one}_id, alias, version_id) VALUES (?, ?, ?)
           ON CONFLICT (${one}_id, alias) DO UPDATE SET version_id = excluded.version_id`,
        )
        .run(id, alias, versionId),

    /** The alias then names no version of the set. */
    takeAlias: (db: WritableDb, id: string, alias: string): void =>
      void db.prepare(`DELETE FROM ${one}_aliases WHERE ${one}_id = ? AND alias = ?`).run(id, alias),
  }
}

/** How the versions of a domain are found. */
export type VersionFinders<Version> = {
  readonly set: (db: ReadableDb, ref: string) => VersionedRow<string, string> | undefined
  readonly version: (db: ReadableDb, id: string) => Version | undefined
  /** By a number (`2`, `V2`) or an alias, of one set. */
  readonly versionOf: (db: ReadableDb, setId: string, selector: string) => Version | undefined
}

/** What a reference names: the id of a version, NAME or the id of a set (its newest), NAME@2, NAME@alias. */
export function findByReference<Version>(
  db: ReadableDb,
  ref: string,
  finders: VersionFinders<Version>,
): Version | undefined {
  const direct = finders.version(db, ref)
  if (direct) return direct
  // A name may have an @ of its own.
  const whole = finders.set(db, ref)
  if (whole) return newestOf(db, whole, finders)
  const at = ref.lastIndexOf('@')
  const set = at > 0 ? finders.set(db, ref.slice(0, at)) : undefined
  return set && finders.versionOf(db, set.id, ref.slice(at + 1))
}

/** What an id names, of a version or of a set: of the set the version that `selector` names, or its newest. */
export function findById<Version>(
  db: ReadableDb,
  id: string,
  selector: string | undefined,
  finders: VersionFinders<Version>,
): Version | undefined {
  const set = finders.set(db, id)
  if (set?.id !== id) return finders.version(db, id)
  return selector ? finders.versionOf(db, id, selector) : newestOf(db, set, finders)
}

const newestOf = <Version>(
  db: ReadableDb,
  { newestVersionId }: VersionedRow<string, string>,
  { version }: VersionFinders<Version>,
): Version | undefined => (newestVersionId === null ? undefined : version(db, newestVersionId))
