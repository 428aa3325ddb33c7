import type { Database } from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'

/** One numbered step of the schema. Each domain has numbers of its own; a released migration is never edited. */
export type Migration = { readonly version: number; readonly name: string; readonly up: (db: Database) => void }

/** What `pending` found: how many steps the file has, and which this build would add. */
export type Pending = { readonly applied: number; readonly steps: readonly Migration[] }

/**
 * Compares a database with this build's migrations; writes nothing. Steps are kept by name in the file, not as one
 * number, because domains number their steps independently. Throws `conflict` for a file that has a step which this
 * build does not know: a newer build wrote it.
 */
export function pending(db: Database, migrations: readonly Migration[]): Pending {
  const applied = appliedVersions(db)
  const known = new Set(migrations.map(step => step.version))
  const unknown = [...applied].filter(version => !known.has(version))
  if (unknown.length > 0) {
    throw new AppError(
      'conflict',
      `The database was written by a newer Slipway: it has the schema steps ${unknown.join(', ')}, which this build does not know.`,
      {
        hint: 'Start the newer Slipway, or restore a backup from before the upgrade: slipway backup restore.',
        details: { unknown },
      },
    )
  }
  return { applied: applied.size, steps: migrations.filter(step => !applied.has(step.version)) }
}

/** Applies pending migrations in order, each with its record in one transaction. Throws on the first failure. */
export function migrate(db: Database, migrations: readonly Migration[]): number {
  const { applied, steps } = pending(db, migrations)
  db.exec('CREATE TABLE IF NOT EXISTS schema_steps (version INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL) STRICT')
  const record = db.prepare<[number, string]>('INSERT INTO schema_steps (version, name) VALUES (?, ?)')
  for (const { version, name, up } of steps) {
    db.transaction(() => {
      up(db)
      record.run(version, name)
      db.pragma(`user_version = ${appliedVersions(db).size}`)
    })()
  }
  return applied + steps.length
}

function appliedVersions(db: Database): ReadonlySet<number> {
  const table = db
    .prepare<[], { n: number }>("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'schema_steps'")
    .get()
  if (!table?.n) return new Set()
  return new Set(
    db
      .prepare<[], { version: number }>('SELECT version FROM schema_steps')
      .all()
      .map(row => row.version),
  )
}
