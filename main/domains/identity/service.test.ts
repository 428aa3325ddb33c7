import { afterEach, expect, test } from 'vitest'
import { systemCall } from '../../contract/call.ts'
import { keys as methods } from '../../contract/identity.ts'
import { inputOf } from '../../contract/test-input.ts'
import { openTestStore } from '../../platform/db/test-store.ts'
import { silentLog } from '../../platform/log.ts'
import { identityMigrations } from './migrations.ts'
import { createIdentity } from './service.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const call = systemCall('test')

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp()
})

/** Identity over a real database, with a clock that the test moves. */
function openIdentity() {
  const time = { ms: 1_700_000_000_000 }
  const clock = { nowMs: () => time.ms, monotonicMs: () => time.ms }
  const { db, store, close } = openTestStore(identityMigrations, { clock })
  cleanUps.push(close)
  const identity = createIdentity({ store, clock, log: silentLog })
  const create = (name: string, expires: string) =>
    identity.keys.create(inputOf(methods.create, { name, scope: ['read'], expires }), call)
  return { time, db, identity, create }
}

test('a key works until the moment it expires, and never again', async () => {
  const { time, identity, create } = openIdentity()
  const { secret } = await create('short', '2h')
  expect(identity.callerOfKey(secret)).toMatchObject({ kind: 'key', scopes: ['read'] })
  time.ms += 2 * hourMs - 1
  expect(identity.callerOfKey(secret)).toBeDefined()
  time.ms += 1
  expect(identity.callerOfKey(secret)).toBeUndefined()
})

test('no key lives longer than a year, and a name is free again once its key is revoked', async () => {
  const { create, identity } = openIdentity()
  await expect(create('long', '366d')).rejects.toMatchObject({ code: 'invalid_input' })
  await create('laptop', '365d')
  await expect(create('laptop', '1d')).rejects.toMatchObject({ code: 'conflict' })
  await identity.keys.revoke({ id: 'laptop' }, call)
  expect(await create('laptop', '1d')).toMatchObject({ name: 'laptop' })
})

test('a launch code is good for one session within one minute', () => {
  const { time, identity } = openIdentity()
  const [first, late] = [identity.newLaunchCode(), identity.newLaunchCode()]
  const token = identity.startSession(first)
  expect(identity.callerOfSession(token ?? '')).toMatchObject({ kind: 'session' })
  expect(identity.startSession(first)).toBeUndefined()
  time.ms += minuteMs + 1
  expect(identity.startSession(late)).toBeUndefined()
  expect(identity.callerOfSession(first)).toBeUndefined()
})

test('a session ends after twelve idle hours', () => {
  const { time, identity } = openIdentity()
  const token = identity.startSession(identity.newLaunchCode()) ?? ''
  time.ms += 11 * hourMs
  expect(identity.callerOfSession(token)).toBeDefined()
  time.ms += 12 * hourMs
  expect(identity.callerOfSession(token)).toBeDefined()
  time.ms += 12 * hourMs + 1
  expect(identity.callerOfSession(token)).toBeUndefined()
})

test('a key is let in although its use cannot be noted', async () => {
  const { db, identity, create } = openIdentity()
  const { secret } = await create('reader', '30d')
  db.pragma('query_only = ON')
  expect(identity.callerOfKey(secret)).toMatchObject({ kind: 'key' })
})
