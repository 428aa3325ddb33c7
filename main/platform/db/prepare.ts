import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import type { Log } from '../log.ts'
import type { Paths } from '../paths.ts'
import { writeBackup } from './backup.ts'
import { type Migration, migrate, pending } from './migrate.ts'
import { openDatabase } from './open.ts'

type Deps = {
  readonly paths: Paths
  readonly migrations: readonly Migration[]
  readonly nowIso: string
  readonly log: Log
}

/** Opens the database and brings its schema up to date, after a verified backup when there is something to lose. */
export function prepareDatabase({ paths, migrations, nowIso, log }: Deps): Database {
  const db = openDatabase(paths.database)
  try {
    const { applied, steps } = pending(db, migrations)
    if (steps.length > 0) {
      if (applied > 0) {
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
