import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'

/** What was chosen, as JSON by key. */
export const storedSettings = (db: ReadableDb): ReadonlyMap<string, string> =>
  new Map(
    db
      .prepare<[], { key: string; value: string }>('SELECT key, value FROM settings')
      .all()
      .map(({ key, value }) => [key, value]),
  )

export const putSetting = (db: WritableDb, key: string, value: unknown, atMs: number): void =>
  void db
    .prepare(
      'INSERT INTO settings (key, value, updated_at_ms) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at_ms = excluded.updated_at_ms',
    )
    .run(key, JSON.stringify(value), atMs)
