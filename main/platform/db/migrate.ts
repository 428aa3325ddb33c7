import type { Database } from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'

/** One numbered step of the schema. Numbers go up in tens; a released migration is never edited. */
export type Migration = { readonly version: number; readonly name: string; readonly up: (db: Database) => void }

/** What `pending` found: the version of the file, and the steps that this build would add. */
export type Pending = { readonly current: number; readonly steps: readonly Migration[] }

/** Compares a database with this build's migrations; writes nothing. Throws `conflict` for a file from a newer build. */
export function pending(db: Database, migrations: readonly Migration[]): Pending {
  const current = Number(db.pragma('user_version', { simple: true }))
  const newest = migrations.at(-1)?.version ?? 0
  if (current > newest) {
    throw new AppError(
      'conflict',
      `The database is at schema version ${current}; this build knows versions up to ${newest}.`,
      {
        hint: 'Start the newer Slipway that wrote it, or restore a backup from before the upgrade: slipway backup restore.',
        details: { current, newest },
      },
    )
  }
  return { current, steps: migrations.filter(step => step.version > current) }
}

/** Applies pending migrations, each with its version bump in one transaction. Throws on the first failure. */
export function migrate(db: Database, migrations: readonly Migration[]): number {
  for (const { version, up } of pending(db, migrations).steps) {
    db.transaction(() => {
      up(db)
      db.pragma(`user_version = ${version}`)
    })()
  }
  return Number(db.pragma('user_version', { simple: true }))
}
