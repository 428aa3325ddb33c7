import { createHash, randomBytes } from 'node:crypto'
import type { Call, Caller } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { keys } from '../../contract/identity.ts'
import type { Handlers } from '../../contract/method.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import { keyIdOf, makeSecret, secretMatches } from './api-key.ts'
import {
  deleteSessionsUsedBefore,
  findKey,
  findKeyWithHash,
  insertKey,
  listKeys,
  revokeKey,
  saveSession,
  sessionUsedAt,
  touchKey,
} from './repo.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const launchCodeMs = minuteMs
const sessionIdleMs = 12 * hourMs
const maxKeyMs = 365 * 24 * hourMs

export type Identity = {
  readonly handlers: Handlers<typeof keys>
  /** A code for one launch link: single use, one minute. */
  readonly newLaunchCode: () => string
  /** Trades a launch code for a session token, or nothing when the code is unknown, used or too old. */
  readonly startSession: (code: string) => string | undefined
  readonly callerOfSession: (token: string) => Caller | undefined
  readonly callerOfKey: (secret: string) => Caller | undefined
}

/**
 * Who may call: API keys and browser sessions, both stored hashed. A session outlives the backend that it began with, so
 * that an open window finds its way back after a crash; launch codes do not.
 */
export function createIdentity({ store, clock, log }: { store: Store; clock: Clock; log: Log }): Identity {
  const codes = new Map<string, number>()
  const unsaved = new Map<string, number>()
  const hash = (token: string) => createHash('sha256').update(token).digest('hex')

  const handlers: Handlers<typeof keys> = {
    create: async ({ name, scope, expires }, call) => {
      const nowMs = clock.nowMs()
      const expiresAtMs = nowMs + durationMs(expires)
      if (expiresAtMs - nowMs > maxKeyMs)
        throw new AppError('invalid_input', 'A key may live for 365 days at most.', {
          hint: 'Give --expires 365d or less.',
        })
      if (findKey(store.read, name))
        throw new AppError('conflict', `A key named "${name}" exists already.`, {
          hint: 'Choose another name, or revoke the old key first.',
        })
      const id = newId('key', nowMs)
      const { secret, sha256 } = makeSecret(id)
      store.commit(call, id, tx => {
        insertKey(tx, { id, name, scopes: [...new Set(scope)], secretSha256: sha256, createdAtMs: nowMs, expiresAtMs })
        tx.announce({ topic: 'keys', kind: 'created', id })
      })
      return { ...existing(id), secret }
    },
    list: async () => ({ items: listKeys(store.read) }),
    revoke: async ({ id }, call) => {
      const key = existing(id)
      store.commit(call, key.id, tx => {
        revokeKey(tx, key.id, clock.nowMs())
        tx.announce({ topic: 'keys', kind: 'changed', id: key.id })
      })
      return existing(key.id)
    },
  }

  const noteUse = (id: string, nowMs: number): void => {
    try {
      store.record(tx => touchKey(tx, id, nowMs))
    } catch (error) {
      // A full disk: no reason to turn away who only reads or asks a model.
      log.warn('the last use of a key could not be noted', { key: id, error })
    }
  }

  /**
   * Begins a session (with the call that its record tells of) or prolongs it. On a full disk it lives as long as this
   * backend, without a record: somebody may want in to free space.
   */
  const keepSession = (tokenSha256: string, nowMs: number, begun?: Call): void => {
    const keep = (tx: Tx) => {
      deleteSessionsUsedBefore(tx, nowMs - sessionIdleMs)
      saveSession(tx, tokenSha256, nowMs)
    }
    try {
      if (begun) store.commit(begun, `session:${begun.caller.id}`, keep)
      else store.record(keep)
      unsaved.delete(tokenSha256)
    } catch (error) {
      unsaved.set(tokenSha256, nowMs)
      log.warn('a session could not be kept', { error })
    }
  }

  const callerOf = (tokenSha256: string): Caller => ({
    kind: 'session',
    id: tokenSha256.slice(0, 12),
    scopes: ['admin'],
    source: 'tcp',
  })

  const existing = (ref: string) => {
    const key = findKey(store.read, ref)
    if (!key) throw new AppError('not_found', `There is no key ${ref}.`, { hint: 'slipway keys list shows them.' })
    return key
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
      keepSession(tokenSha256, clock.nowMs(), { caller: callerOf(tokenSha256), action: 'sessions.begin' })
      return token
    },
    callerOfSession: token => {
      const tokenSha256 = hash(token)
      const usedAtMs = unsaved.get(tokenSha256) ?? sessionUsedAt(store.read, tokenSha256)
      const nowMs = clock.nowMs()
      if (usedAtMs === undefined || nowMs - usedAtMs > sessionIdleMs) return undefined
      // To the minute is precise enough for twelve hours, and keeps reads from becoming writes.
      if (nowMs - usedAtMs > minuteMs) keepSession(tokenSha256, nowMs)
      return callerOf(tokenSha256)
    },
    callerOfKey: secret => {
      const id = keyIdOf(secret)
      const found = id === undefined ? undefined : findKeyWithHash(store.read, id)
      if (!found || !secretMatches(secret, found.secretSha256)) return undefined
      const { key } = found
      const nowMs = clock.nowMs()
      if (key.revokedAt !== undefined || Date.parse(key.expiresAt) <= nowMs) return undefined
      // Once a minute is precise enough for "last used", and keeps reads from becoming writes.
      if (key.lastUsedAt === undefined || nowMs - Date.parse(key.lastUsedAt) > minuteMs) noteUse(key.id, nowMs)
      return { kind: 'key', id: key.id, scopes: key.scopes, source: 'tcp' }
    },
  }
}

const durationMs = (text: string): number => Number(text.slice(0, -1)) * (text.endsWith('d') ? 24 * hourMs : hourMs)
