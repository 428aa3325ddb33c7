import { ApiKey } from '../../contract/identity.ts'
import { isoOf } from '../../platform/clock.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'

type Row = {
  id: string
  name: string
  scopes: string
  created_at_ms: number
  expires_at_ms: number
  last_used_at_ms: number | null
  revoked_at_ms: number | null
}
const COLUMNS = 'id, name, scopes, created_at_ms, expires_at_ms, last_used_at_ms, revoked_at_ms'

const toKey = (row: Row): ApiKey =>
  ApiKey.parse({
    id: row.id,
    name: row.name,
    scopes: JSON.parse(row.scopes),
    createdAt: isoOf(row.created_at_ms),
    expiresAt: isoOf(row.expires_at_ms),
    ...(row.last_used_at_ms !== null && { lastUsedAt: isoOf(row.last_used_at_ms) }),
    ...(row.revoked_at_ms !== null && { revokedAt: isoOf(row.revoked_at_ms) }),
  })

export const listKeys = (db: ReadableDb): ApiKey[] =>
  db.prepare<[], Row>(`SELECT ${COLUMNS} FROM api_keys ORDER BY id DESC`).all().map(toKey)

/** By id, or by the name of a key that is not revoked. */
export function findKey(db: ReadableDb, ref: string): ApiKey | undefined {
  const row = db
    .prepare<[string, string], Row>(
      `SELECT ${COLUMNS} FROM api_keys WHERE id = ? OR (name = ? AND revoked_at_ms IS NULL)`,
    )
    .get(ref, ref)
  return row && toKey(row)
}

/** The key with this id and the hash of its secret; the caller compares the hash in constant time. */
export function findKeyWithHash(db: ReadableDb, id: string): { key: ApiKey; secretSha256: string } | undefined {
  const row = db
    .prepare<[string], Row & { secret_sha256: string }>(`SELECT ${COLUMNS}, secret_sha256 FROM api_keys WHERE id = ?`)
    .get(id)
  return row && { key: toKey(row), secretSha256: row.secret_sha256 }
}

export function insertKey(
  db: WritableDb,
  key: {
    id: string
    name: string
    scopes: readonly string[]
    secretSha256: string
    createdAtMs: number
    expiresAtMs: number
  },
): void {
  db.prepare(
    'INSERT INTO api_keys (id, name, secret_sha256, scopes, created_at_ms, expires_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(key.id, key.name, key.secretSha256, JSON.stringify(key.scopes), key.createdAtMs, key.expiresAtMs)
}

export const revokeKey = (db: WritableDb, id: string, atMs: number): void =>
  void db.prepare('UPDATE api_keys SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL').run(atMs, id)

export const touchKey = (db: WritableDb, id: string, atMs: number): void =>
  void db.prepare('UPDATE api_keys SET last_used_at_ms = ? WHERE id = ?').run(atMs, id)

export type SessionRow = {
  readonly createdAtMs: number
  readonly usedAtMs: number
  /** The key that opened it; a launch link has none. */
  readonly keyId?: string
}

/** Times are milliseconds since 1970. */
export function readSession(db: ReadableDb, tokenSha256: string): SessionRow | undefined {
  const row = db
    .prepare<[string], { created_at_ms: number; used_at_ms: number; key_id: string | null }>(
      'SELECT created_at_ms, used_at_ms, key_id FROM sessions WHERE token_sha256 = ?',
    )
    .get(tokenSha256)
  return (
    row && {
      createdAtMs: row.created_at_ms,
      usedAtMs: row.used_at_ms,
      ...(row.key_id !== null && { keyId: row.key_id }),
    }
  )
}

export type ListedSession = SessionRow & { readonly tokenSha256: string }

/** Every session that has not been deleted, also those that are over; the last one used first. */
export const listSessions = (db: ReadableDb): readonly ListedSession[] =>
  db
    .prepare<[], { token_sha256: string; created_at_ms: number; used_at_ms: number; key_id: string | null }>(
      'SELECT token_sha256, created_at_ms, used_at_ms, key_id FROM sessions ORDER BY used_at_ms DESC, token_sha256',
    )
    .all()
    .map(row => ({
      tokenSha256: row.token_sha256,
      createdAtMs: row.created_at_ms,
      usedAtMs: row.used_at_ms,
      ...(row.key_id !== null && { keyId: row.key_id }),
    }))

/** Begins or prolongs a session. */
export const saveSession = (db: WritableDb, tokenSha256: string, atMs: number, keyId?: string): void =>
  void db
    .prepare(
      `INSERT INTO sessions (token_sha256, created_at_ms, used_at_ms, key_id) VALUES (?, ?, ?, ?)
       ON CONFLICT (token_sha256) DO UPDATE SET used_at_ms = excluded.used_at_ms`,
    )
    .run(tokenSha256, atMs, atMs, keyId ?? null)

export const deleteSession = (db: WritableDb, tokenSha256: string): void =>
  void db.prepare('DELETE FROM sessions WHERE token_sha256 = ?').run(tokenSha256)

export const deleteSessionsUsedBefore = (db: WritableDb, atMs: number): void =>
  void db.prepare('DELETE FROM sessions WHERE used_at_ms < ?').run(atMs)
