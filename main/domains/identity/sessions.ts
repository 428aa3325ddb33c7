import { createHash, randomBytes } from 'node:crypto'
import { type Call, type Caller, covers } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { Access, ApiKey, sessions } from '../../contract/identity.ts'
import type { Handlers } from '../../contract/method.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import { createRateLimiter } from '../../platform/http/limits.ts'
import type { Log } from '../../platform/log.ts'
import {
  deleteSession,
  deleteSessionsUsedBefore,
  findKeyWithHash,
  type ListedSession,
  listSessions,
  readSession,
  type SessionRow,
  saveSession,
} from './repo.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const launchCodeMs = minuteMs
const sessionIdleMs = 12 * hourMs
/** Whoever signs in with a key need not be the machine's owner, nor the last to sit at this browser. */
const keySessionIdleMs = 30 * minuteMs
const keySessionMs = 12 * hourMs
const failuresAtOnce = 5
const failuresPerHour = 100

export type Sessions = {
  readonly handlers: Handlers<typeof sessions>
  /** A code for one launch link: single use, one minute. */
  readonly newLaunchCode: () => string
  /** Trades a launch code for a session token, or nothing when the code is unknown, used or too old. */
  readonly startSession: (code: string) => string | undefined
  /** Who a session token stands for, or nothing once the session is over. Asking counts as a use of it. */
  readonly callerOfSession: (token: string) => Caller | undefined
  /** Whether a session goes on; asking does not prolong it. */
  readonly isSessionLive: (token: string) => boolean
}

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** The live key of a secret, compared in constant time. */
  readonly keyOf: (secret: string) => ApiKey | undefined
}

/**
 * Browser sessions, stored hashed. One that a launch link began may do everything and outlives the backend that it began
 * with, so that an open window finds its way back after a crash; launch codes do not. One that a key opened may do what
 * the key may do, for as long as the key lives.
 */
export function createSessions({ store, clock, log, keyOf }: Deps): Sessions {
  const codes = new Map<string, number>()
  const unsaved = new Map<string, number>()
  // Guessing 256 bits is hopeless; this keeps who tries from filling the audit log. The launch link stays open meanwhile.
  const failures = createRateLimiter({ clock, perSecond: failuresPerHour / 3_600, burst: failuresAtOnce })

  /**
   * Begins a session (with the call that its record tells of) or prolongs it. On a full disk it lives as long as this
   * backend, without a record: somebody may want in to free space.
   */
  const keep = (tokenSha256: string, nowMs: number, begun?: Call): void => {
    const save = (tx: Tx) => {
      deleteSessionsUsedBefore(tx, nowMs - sessionIdleMs)
      saveSession(tx, tokenSha256, nowMs)
    }
    try {
      if (begun)
        store.commit(begun, `session:${begun.caller.id}`, tx => {
          save(tx)
          announceChange(tx)
        })
      else store.record(save)
      unsaved.delete(tokenSha256)
    } catch (error) {
      unsaved.set(tokenSha256, nowMs)
      log.warn('a session could not be kept', { error })
    }
  }

  /** The session of a token, with its key if one opened it; nothing once it is over. */
  const liveSession = (tokenSha256: string): { readonly usedAtMs: number; readonly key?: ApiKey } | undefined => {
    const row = readSession(store.read, tokenSha256)
    const nowMs = clock.nowMs()
    const usedAtMs = unsaved.get(tokenSha256) ?? row?.usedAtMs
    if (usedAtMs === undefined) return undefined
    if (row?.keyId === undefined) return nowMs - usedAtMs > sessionIdleMs ? undefined : { usedAtMs }
    const key = findKeyWithHash(store.read, row.keyId)?.key
    const isOver = nowMs >= endOf(row, key) || nowMs - usedAtMs > keySessionIdleMs
    return isOver || !key ? undefined : { usedAtMs, key }
  }

  const callerOf = (tokenSha256: string, key: ApiKey | undefined): Caller => ({
    kind: 'session',
    id: idOf(tokenSha256),
    scopes: key?.scopes ?? ['admin'],
    source: 'tcp',
    ...(key && { keyId: key.id }),
  })

  const endSession = (token: string, call: Call): void => {
    const tokenSha256 = hash(token)
    const live = liveSession(tokenSha256)
    unsaved.delete(tokenSha256)
    if (!live) return
    const caller = callerOf(tokenSha256, live.key)
    store.commit({ ...call, caller }, `session:${caller.id}`, tx => {
      deleteSession(tx, tokenSha256)
      announceChange(tx)
    })
  }

  /** Sessions that go on, without those that a full disk kept from being written down. */
  const liveSessions = (): readonly (ListedSession & { readonly id: string; readonly key?: ApiKey })[] =>
    listSessions(store.read).flatMap(row => {
      const live = liveSession(row.tokenSha256)
      return live ? [{ ...row, ...live, id: idOf(row.tokenSha256) }] : []
    })

  const endOther = (id: string | undefined, call: Call): number => {
    const isWanted = (tokenSha256: string) =>
      id === undefined ? idOf(tokenSha256) !== call.caller.id : idOf(tokenSha256) === id
    const ending = liveSessions().filter(({ tokenSha256 }) => isWanted(tokenSha256))
    if (id !== undefined && ending.length === 0)
      throw new AppError('not_found', `There is no session ${id}.`, { hint: 'It has ended already.' })
    for (const tokenSha256 of [...unsaved.keys()].filter(isWanted)) unsaved.delete(tokenSha256)
    store.commit(call, id === undefined ? `sessions:${ending.length}` : `session:${id}`, tx => {
      for (const { tokenSha256 } of ending) deleteSession(tx, tokenSha256)
      announceChange(tx)
    })
    return ending.length
  }

  const keyToEnter = (secret: string): ApiKey => {
    if (!failures.has('sign-in'))
      throw new AppError('busy', 'Too many wrong keys were tried.', {
        hint: 'Wait a minute, or open a launch link: slipway serve prints one.',
      })
    const key = keyOf(secret)
    if (!key) {
      failures.tryTake('sign-in')
      throw new AppError('unauthenticated', 'The API key is unknown, revoked or expired.', {
        hint: 'Look for a part that is missing, or ask for a new key: slipway keys create NAME --scope read.',
      })
    }
    if (!covers(key.scopes, 'read'))
      throw new AppError(
        'forbidden',
        `The key "${key.name}" may only ask models: the screens need one that may read.`,
        {
          hint: 'Use this key in programs, and sign in with another: slipway keys create NAME --scope read.',
        },
      )
    return key
  }

  const handlers: Handlers<typeof sessions> = {
    begin: async ({ key: secret }, call) => {
      const browser = browserOf(call)
      const key = keyToEnter(secret)
      if (browser.token !== undefined) endSession(browser.token, { ...call, action: 'sessions.end' })
      const token = randomBytes(32).toString('base64url')
      const tokenSha256 = hash(token)
      const nowMs = clock.nowMs()
      const caller: Caller = { kind: 'key', id: key.id, scopes: key.scopes, source: call.caller.source }
      store.commit({ ...call, caller }, `session:${idOf(tokenSha256)}`, tx => {
        deleteSessionsUsedBefore(tx, nowMs - sessionIdleMs)
        saveSession(tx, tokenSha256, nowMs, key.id)
        announceChange(tx)
      })
      browser.keep(token)
      return accessOf(callerOf(tokenSha256, key), key)
    },
    show: async (_, { caller }) => {
      const keyId = caller.kind === 'key' ? caller.id : caller.keyId
      const key = keyId === undefined ? undefined : findKeyWithHash(store.read, keyId)?.key
      return accessOf(caller, key)
    },
    list: async (_, { caller }) => ({
      items: liveSessions().map(({ id, createdAtMs, usedAtMs, key }) => ({
        id,
        beganAt: isoOf(createdAtMs),
        usedAt: isoOf(usedAtMs),
        ...(key && { key: { id: key.id, name: key.name } }),
        isYours: id === caller.id,
      })),
    }),
    endOther: async ({ id }, call) => ({ ended: endOther(id, call) }),
    end: async (_, call) => {
      const browser = browserOf(call)
      if (browser.token !== undefined) endSession(browser.token, call)
      browser.forget()
      return {}
    },
  }

  return {
    handlers,
    newLaunchCode: () => {
      const code = randomBytes(32).toString('base64url')
      codes.set(hash(code), clock.monotonicMs() + launchCodeMs)
      return code
    },
    startSession: code => {
      const expiresAtMs = codes.get(hash(code))
      codes.delete(hash(code))
      const nowMs = clock.monotonicMs()
      for (const [other, untilMs] of codes) if (untilMs < nowMs) codes.delete(other)
      if (expiresAtMs === undefined || expiresAtMs < nowMs) return undefined
      const token = randomBytes(32).toString('base64url')
      const tokenSha256 = hash(token)
      keep(tokenSha256, clock.nowMs(), { caller: callerOf(tokenSha256, undefined), action: 'sessions.begin' })
      return token
    },
    callerOfSession: token => {
      const tokenSha256 = hash(token)
      const live = liveSession(tokenSha256)
      if (!live) return undefined
      const nowMs = clock.nowMs()
      // To the minute is precise enough, and keeps reads from becoming writes.
      if (nowMs - live.usedAtMs > minuteMs) keep(tokenSha256, nowMs)
      return callerOf(tokenSha256, live.key)
    },
    isSessionLive: token => liveSession(hash(token)) !== undefined,
  }
}

/** What a session is called where it is told of: enough to know it by, useless to whoever would guess its token. */
const idOf = (tokenSha256: string): string => tokenSha256.slice(0, 12)

const announceChange = (tx: Tx): void => tx.announce({ topic: 'keys', kind: 'changed' })

const hash = (token: string) => createHash('sha256').update(token).digest('hex')

/** When a session that a key opened is over, however much it is used; at once, if the key was revoked. */
const endOf = ({ createdAtMs }: SessionRow, key: ApiKey | undefined): number =>
  key === undefined || key.revokedAt !== undefined ? 0 : Math.min(createdAtMs + keySessionMs, Date.parse(key.expiresAt))

const accessOf = ({ kind, scopes }: Caller, key: ApiKey | undefined): Access => ({
  kind,
  scopes: [...scopes],
  ...(key && { key: { id: key.id, name: key.name, expiresAt: key.expiresAt } }),
})

function browserOf({ browser }: Call) {
  if (browser) return browser
  throw new AppError('unsupported', 'Only a browser has a session.', {
    hint: 'Programs send the key with each request.',
  })
}
