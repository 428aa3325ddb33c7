import type { Caller } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { ApiKey, keys } from '../../contract/identity.ts'
import type { Handlers } from '../../contract/method.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import { keyIdOf, makeSecret, secretMatches } from './api-key.ts'
import { findKey, findKeyWithHash, insertKey, listKeys, revokeKey, touchKey } from './repo.ts'
import { createSessions, type Sessions } from './sessions.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const maxKeyMs = 365 * 24 * hourMs

export type Identity = Omit<Sessions, 'handlers'> & {
  readonly keys: Handlers<typeof keys>
  readonly sessions: Sessions['handlers']
  readonly callerOfKey: (secret: string) => Caller | undefined
}

/** Who may call: API keys, and the sessions of browsers. Both are stored hashed. */
export function createIdentity({ store, clock, log }: { store: Store; clock: Clock; log: Log }): Identity {
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

  const existing = (ref: string) => {
    const key = findKey(store.read, ref)
    if (!key) throw new AppError('not_found', `There is no key ${ref}.`, { hint: 'slipway keys list shows them.' })
    return key
  }

  const keyOf = (secret: string): ApiKey | undefined => {
    const id = keyIdOf(secret)
    const found = id === undefined ? undefined : findKeyWithHash(store.read, id)
    if (!found || !secretMatches(secret, found.secretSha256)) return undefined
    const { key } = found
    const nowMs = clock.nowMs()
    if (key.revokedAt !== undefined || Date.parse(key.expiresAt) <= nowMs) return undefined
    // Once a minute is precise enough for "last used", and keeps reads from becoming writes.
    if (key.lastUsedAt === undefined || nowMs - Date.parse(key.lastUsedAt) > minuteMs) noteUse(key.id, nowMs)
    return key
  }

  const { handlers: sessions, ...rest } = createSessions({ store, clock, log, keyOf })
  return {
    ...rest,
    keys: handlers,
    sessions,
    callerOfKey: secret => {
      const key = keyOf(secret)
      return key && { kind: 'key', id: key.id, scopes: key.scopes, source: 'tcp' }
    },
  }
}

const durationMs = (text: string): number => Number(text.slice(0, -1)) * (text.endsWith('d') ? 24 * hourMs : hourMs)
