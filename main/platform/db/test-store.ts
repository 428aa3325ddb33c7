import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChangeEvent } from '../../contract/events.ts'
import { type Clock, systemClock } from '../clock.ts'
import { auditMigration } from './audit-chain.ts'
import { type Migration, migrate } from './migrate.ts'
import { openDatabase } from './open.ts'
import { createStore } from './store.ts'

type Options = { readonly clock?: Clock; readonly publish?: (event: ChangeEvent) => void }

/** For tests: a real database with the audit log and a domain's own tables, in a folder that goes with it. */
export function openTestStore(
  migrations: readonly Migration[],
  { clock = systemClock, publish = () => undefined }: Options = {},
) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'slipway test ')))
  const db = openDatabase(join(folder, 'slipway.db'))
  migrate(db, [auditMigration, ...migrations])
  return {
    folder,
    db,
    store: createStore({ db, clock, bootId: 'test', publish }),
    close: () => {
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
