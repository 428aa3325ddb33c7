import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import type { Log } from '../log.ts'
import type { Paths } from '../paths.ts'
import { writeBackup } from './backup.ts'
import { damageIn } from './check-database.ts'
import { type Migration, migrate, pending } from './migrate.ts'
import { openDatabase } from './open.ts'

type Deps = {
  readonly paths: Paths
  readonly migrations: readonly Migration[]
  readonly nowIso: string
  readonly log: Log
}

/**
 * Opens the database and brings its schema up to date, after a check and a verified backup when there is something to
 * lose. Throws as `openDatabase` and `writeBackup` do, and `storage_damaged` for one that a migration would make worse.
 */
export function prepareDatabase({ paths, migrations, nowIso, log }: Deps): Database {
  const db = openDatabase(paths.database)
  try {
    const { applied, steps } = pending(db, migrations)
    if (steps.length > 0) {
      if (applied > 0) {
        assertSound(db, paths.database)
        const target = join(paths.backups, `before-migration-${applied}-${nowIso.replaceAll(':', '-')}.db`)
        writeBackup(db, target)
        log.info('backup written before migration', { target, steps: applied })
      }
      const total = migrate(db, migrations)
      log.info('schema migrated', { from: applied, to: total })
    }
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

// The copy alone would not tell: it is written anew, with indexes that fit its rows.
function assertSound(db: Database, path: string): void {
  const [problem] = damageIn(db)
  if (problem !== undefined)
    throw new AppError('storage_damaged', `${path} is damaged and was left as it is: ${problem}.`, {
      hint: 'Keep a copy of the data directory, then restore the newest good backup: slipway backup restore.',
    })
}
