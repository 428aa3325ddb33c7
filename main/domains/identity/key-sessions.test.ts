import { afterEach, expect, test } from 'vitest'
import { type Call, stranger, systemCall } from '../../contract/call.ts'
import { keys } from '../../contract/identity.ts'
import type { Scope } from '../../contract/method.ts'
import { inputOf } from '../../contract/test-input.ts'
import { openTestStore } from '../../platform/db/test-store.ts'
import { silentLog } from '../../platform/log.ts'
import { identityMigrations } from './migrations.ts'
import { createIdentity } from './service.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp()
})

/** Identity over a real database, and a browser: its one cookie. */
function openIdentity() {
  const time = { ms: 1_700_000_000_000 }
  const clock = { nowMs: () => time.ms, monotonicMs: () => time.ms }
  const { db, store, close } = openTestStore(identityMigrations, { clock })
  cleanUps.push(close)
  const identity = createIdentity({ store, clock, log: silentLog })
  const cookie = { token: undefined as string | undefined }
  const callOf = (action: string): Call => ({
    caller: stranger,
    action,
    browser: {
      token: cookie.token,
      keep: token => {
        cookie.token = token
      },
      forget: () => {
        cookie.token = undefined
      },
    },
  })
  return {
    db,
    time,
    identity,
    cookie,
    makeKey: (scope: Scope[], expires = '30d') =>
      identity.keys.create(inputOf(keys.create, { name: scope.join('-'), scope, expires }), systemCall('keys.create')),
    signIn: (key: string) => identity.sessions.begin({ key }, callOf('sessions.begin')),
    signOut: () => identity.sessions.end({}, callOf('sessions.end')),
    /** Another browser of the same machine, with a cookie of its own. */
    launch: (): string => {
      const token = identity.startSession(identity.newLaunchCode())
      if (token === undefined) throw new Error('no session began')
      return token
    },
    caller: () => (cookie.token === undefined ? undefined : identity.callerOfSession(cookie.token)),
    audited: () =>
      db.prepare("SELECT actor, action, object, result FROM audit_log WHERE action LIKE 'sessions.%'").all(),
  }
}

test('a session that a key opened may do what the key may do, and says whose it is', async () => {
  const { identity, signIn, caller, makeKey } = openIdentity()
  const { secret, id } = await makeKey(['read'])
  expect(await signIn(secret)).toMatchObject({ kind: 'session', scopes: ['read'], key: { id, name: 'read' } })
  const who = caller()
  expect(who).toMatchObject({ kind: 'session', scopes: ['read'], keyId: id })
  if (who) {
    expect(await identity.sessions.show({}, { caller: who, action: 'sessions.show' })).toMatchObject({ key: { id } })
  }
})

test('a wrong, a cut and an unknown key open nothing, and a right one stops doing so when it is revoked', async () => {
  const { identity, signIn, makeKey, cookie } = openIdentity()
  const { secret, id } = await makeKey(['read'])
  const other = await makeKey(['write'])
  const swapped = `${secret.slice(0, 40)}${other.secret.slice(40)}`
  for (const wrong of ['slp_', secret.slice(0, -1), swapped])
    await expect(signIn(wrong)).rejects.toMatchObject({ code: 'unauthenticated' })
  await identity.keys.revoke({ id }, systemCall('keys.revoke'))
  await expect(signIn(secret)).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(cookie.token).toBeUndefined()
})

test('a key that may only ask models opens no screens', async () => {
  const { signIn, makeKey, cookie } = openIdentity()
  const { secret } = await makeKey(['inference'])
  await expect(signIn(secret)).rejects.toMatchObject({ code: 'forbidden' })
  expect(cookie.token).toBeUndefined()
})

test('a session ends with its key: revoked, or expired', async () => {
  const { time, identity, signIn, makeKey, caller } = openIdentity()
  const lasting = await makeKey(['read'])
  await signIn(lasting.secret)
  expect(caller()).toBeDefined()
  await identity.keys.revoke({ id: lasting.id }, systemCall('keys.revoke'))
  expect(caller()).toBeUndefined()

  const short = await makeKey(['write'], '1h')
  await signIn(short.secret)
  for (let passedMs = 0; passedMs < hourMs - minuteMs; passedMs += 20 * minuteMs) {
    expect(caller()).toBeDefined()
    time.ms += 20 * minuteMs
  }
  expect(caller()).toBeUndefined()
})

test('it also ends after half an hour without use, and after twelve hours of use', async () => {
  const { time, signIn, makeKey, caller } = openIdentity()
  const { secret } = await makeKey(['read'])
  await signIn(secret)
  time.ms += 30 * minuteMs + 1
  expect(caller()).toBeUndefined()

  await signIn(secret)
  const beganMs = time.ms
  while (time.ms - beganMs < 12 * hourMs) {
    expect(caller()).toBeDefined()
    time.ms += 20 * minuteMs
  }
  expect(caller()).toBeUndefined()
})

test('watching does not count as use', async () => {
  const { time, identity, signIn, makeKey, cookie } = openIdentity()
  await signIn((await makeKey(['read'])).secret)
  for (let minutes = 0; minutes < 30; minutes += 10) {
    expect(identity.isSessionLive(cookie.token ?? '')).toBe(true)
    time.ms += 10 * minuteMs
  }
  time.ms += 1
  expect(identity.isSessionLive(cookie.token ?? '')).toBe(false)
})

test('signing in again gives another token and ends the session before; signing out ends it, too', async () => {
  const { identity, signIn, signOut, makeKey, cookie, caller } = openIdentity()
  const { secret } = await makeKey(['read'])
  await signIn(secret)
  const first = cookie.token ?? ''
  await signIn(secret)
  const second = cookie.token ?? ''
  expect(second).not.toBe(first)
  expect(identity.callerOfSession(first)).toBeUndefined()
  expect(caller()).toBeDefined()
  await signOut()
  expect(cookie.token).toBeUndefined()
  expect(identity.callerOfSession(second)).toBeUndefined()
})

test('after five wrong keys even the right one has to wait, and launch links go on working', async () => {
  const { time, identity, signIn, makeKey } = openIdentity()
  const { secret } = await makeKey(['read'])
  for (let i = 0; i < 5; i += 1) await expect(signIn('wrong')).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(signIn(secret)).rejects.toMatchObject({ code: 'busy' })
  expect(identity.startSession(identity.newLaunchCode())).toBeDefined()
  time.ms += minuteMs
  expect(await signIn(secret)).toMatchObject({ scopes: ['read'] })
})

test('a right key is no failure, however often it is used', async () => {
  const { signIn, makeKey } = openIdentity()
  const { secret } = await makeKey(['read'])
  for (let i = 0; i < 20; i += 1) await signIn(secret)
})

test('who came in with which key is in the audit log, and the key is not', async () => {
  const { db, signIn, signOut, makeKey, caller, audited } = openIdentity()
  const { secret, id } = await makeKey(['read'])
  await signIn(secret)
  const session = `session:${caller()?.id}`
  await signOut()
  expect(audited()).toEqual([
    { actor: `key:${id}`, action: 'sessions.begin', object: session, result: 'ok' },
    { actor: session, action: 'sessions.end', object: session, result: 'ok' },
  ])
  expect(JSON.stringify(db.prepare('SELECT * FROM audit_log').all())).not.toContain(secret.split('_')[2])
})

test('whoever owns the machine sees which browsers are signed in, and with which key', async () => {
  const { identity, launch, signIn, makeKey, time } = openIdentity()
  const owner = identity.callerOfSession(launch())
  time.ms += hourMs / 6
  const { secret, id } = await makeKey(['read'])
  await signIn(secret)
  if (!owner) throw new Error('nobody is in')
  const { items } = await identity.sessions.list({}, { caller: owner, action: 'sessions.list' })
  expect(items.map(({ key, isYours }) => ({ key, isYours }))).toEqual([
    { key: { id, name: 'read' }, isYours: false },
    { key: undefined, isYours: true },
  ])
  expect(items[1]).toMatchObject({ id: owner.id, beganAt: '2023-11-14T22:13:20.000Z' })
  time.ms += hourMs
  // The key's session was idle for too long; it is over, whether or not its row is still there.
  expect((await identity.sessions.list({}, { caller: owner, action: 'sessions.list' })).items).toHaveLength(1)
})

test('another browser is signed out by its id, all others at once, and never the one that asks', async () => {
  const { identity, launch, signIn, makeKey, caller, audited } = openIdentity()
  const mine = identity.callerOfSession(launch())
  const tokens = [launch(), launch(), launch()]
  await signIn((await makeKey(['read'])).secret)
  if (!mine) throw new Error('nobody is in')
  const call: Call = { caller: mine, action: 'sessions.endOther' }
  const first = identity.callerOfSession(tokens[0] ?? '')?.id ?? ''
  expect(await identity.sessions.endOther({ id: first }, call)).toEqual({ ended: 1 })
  expect(tokens.map(token => identity.isSessionLive(token))).toEqual([false, true, true])
  expect(await identity.sessions.endOther({}, call)).toEqual({ ended: 3 })
  expect(tokens.map(token => identity.isSessionLive(token))).toEqual([false, false, false])
  expect(caller()).toBeUndefined()
  expect((await identity.sessions.list({}, call)).items.map(({ id }) => id)).toEqual([mine.id])
  expect(audited().slice(-2)).toEqual([
    { actor: `session:${mine.id}`, action: 'sessions.endOther', object: `session:${first}`, result: 'ok' },
    { actor: `session:${mine.id}`, action: 'sessions.endOther', object: 'sessions:3', result: 'ok' },
  ])
  await expect(identity.sessions.endOther({ id: first }, call)).rejects.toMatchObject({ code: 'not_found' })
})
