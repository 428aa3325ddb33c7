import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemCall } from '../../main/contract/call.ts'
import { systemClock } from '../../main/platform/clock.ts'
import { createStore } from '../../main/platform/db/store.ts'
import { startBackend } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers } from './support/looks.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('a database in which the last check found damage', () => {
  let workstation: Workstation
  beforeAll(async () => {
    const earlier = await startBackend()
    await earlier.kill('SIGTERM')
    recordDamage(join(earlier.dataDir, 'slipway.db'))
    workstation = await openWorkstation({}, { dataDir: earlier.dataDir })
  })
  afterAll(() => workstation?.close())

  test('is told over every page, with the way to what to do', async () => {
    const { page, open, complaints } = workstation
    await open('#/models')
    const notice = page.getByRole('alert').filter({ hasText: 'The database of this workstation is damaged.' })
    await notice.waitFor()
    expect(await barriers(page)).toEqual([])
    await notice.getByRole('link').click()
    await page.getByText('restore the newest good backup').first().waitFor()
    expect(await notice.isVisible()).toBe(true)
    expect(complaints).toEqual([])
  })
})

/** What the check of a backend leaves in the record. */
function recordDamage(path: string): void {
  const db = new Database(path)
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  const store = createStore({ db, clock: systemClock, bootId: 'test', publish: () => undefined })
  store.audit(systemCall('database.check'), path, 'storage_damaged')
  db.close()
}
