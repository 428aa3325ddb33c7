import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { backup } from '../../contract/system.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import { schemaVersionOf } from '../../platform/db/check-database.ts'
import { createDatabaseChecks } from '../../platform/db/database-checks.ts'
import { removeHalfBackups, writeLiveBackup } from '../../platform/db/live-backup.ts'
import type { Store } from '../../platform/db/types.ts'

type Deps = {
  readonly store: Store
  readonly db: Database
  readonly clock: Clock
  /** The folder that holds backups; it exists. */
  readonly folder: string
}

export type Backups = {
  readonly handlers: Handlers<typeof backup>
  /** Gives up what is being written or checked. */
  readonly close: () => Promise<void>
}

/** Backups of the database: written and checked while others are answered. */
export function createBackups({ store, db, clock, folder }: Deps): Backups {
  const checks = createDatabaseChecks()
  const closing = new AbortController()
  removeHalfBackups(folder)
  // A bare name means one of the backups folder; the command line has made it absolute already.
  const inFolder = (path: string) => (existsSync(path) ? resolve(path) : join(folder, basename(path)))
  const info = (path: string, schemaVersion: number) => {
    const { size, mtimeMs } = statSync(path)
    return { name: basename(path), path, sizeBytes: size, createdAt: isoOf(mtimeMs), schemaVersion }
  }

  return {
    handlers: {
      create: async ({ path }, call) => {
        const name = `slipway-${isoOf(clock.nowMs()).replaceAll(':', '-')}.db`
        const target = path === undefined ? join(folder, name) : resolve(path)
        const signal = call.signal ? AbortSignal.any([call.signal, closing.signal]) : closing.signal
        await writeLiveBackup({ db, target, checks, signal })
        store.commit(call, target, () => undefined)
        return info(target, schemaVersionOf(target))
      },
      verify: async ({ path }, { signal }) => {
        const file = inFolder(path)
        if (!statSync(file, { throwIfNoEntry: false })?.isFile())
          throw new AppError('not_found', `There is no backup ${path}.`, { hint: 'slipway backup list shows them.' })
        const { ok, problems, schemaVersion, tables } = await checks.check(file, signal)
        return { ...info(file, schemaVersion), ok, problems: [...problems], tables }
      },
      list: async () => {
        const names = readdirSync(folder, { withFileTypes: true }).filter(
          entry => entry.isFile() && entry.name.endsWith('.db'),
        )
        return { items: names.map(({ name }) => info(join(folder, name), schemaVersionOf(join(folder, name)))) }
      },
    },
    close: () => {
      closing.abort()
      return checks.close()
    },
  }
}
