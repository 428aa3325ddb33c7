import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test, vi } from 'vitest'
import { startBackend } from '../support/backend.ts'

test('after an end that was none the database is checked in the background, and damage is told', {
  timeout: 90_000,
}, async () => {
  const first = await startBackend()
  const { dataDir } = first
  await first.client.keys.create({ name: 'kept' })
  await first.kill('SIGKILL')
  const db = new Database(join(dataDir, 'slipway.db'))
  db.pragma('foreign_keys = OFF')
  db.exec("INSERT INTO dataset_labels (label, dataset_id) VALUES ('of nothing', 'dset_none')")
  db.close()

  const backend = await startBackend({ dataDir })
  const found = async () => {
    const { checks } = await backend.client.doctor.check({})
    return checks.find(({ name }) => name === 'Database')
  }
  try {
    // It begins well after the start, which it must not delay.
    expect((await backend.client.system.status({})).damage).toBeUndefined()
    expect(await found()).toMatchObject({ status: 'ok' })
    await vi.waitFor(async () => expect(await found()).toMatchObject({ status: 'fail' }), {
      timeout: 60_000,
      interval: 500,
    })
    expect(await found()).toMatchObject({
      cause: 'It is damaged: a row of dataset_labels points to nothing.',
      remedy: expect.stringContaining('slipway backup restore'),
    })
    expect((await backend.client.system.status({})).damage).toBe('a row of dataset_labels points to nothing')
    // It goes on, and what is there can be read.
    expect((await backend.client.keys.list({})).items.map(({ name }) => name)).toEqual(['kept'])
  } finally {
    await backend.dispose()
  }
})
