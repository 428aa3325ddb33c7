import type { Migration } from '../../platform/db/migrate.ts'

export const identityMigrations: readonly Migration[] = [
  {
    version: 20,
    name: 'api-keys',
    up: db =>
      db.exec(`
        CREATE TABLE api_keys (
          id TEXT PRIMARY KEY NOT NULL,
          name TEXT NOT NULL,
          secret_sha256 TEXT NOT NULL UNIQUE,
          scopes TEXT NOT NULL,
          created_at_ms INTEGER NOT NULL,
          expires_at_ms INTEGER NOT NULL,
          last_used_at_ms INTEGER,
          revoked_at_ms INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX api_keys_live_name ON api_keys (name) WHERE revoked_at_ms IS NULL;
      `),
  },
  {
    version: 25,
    name: 'sessions',
    up: db =>
      db.exec(`
        CREATE TABLE sessions (
          token_sha256 TEXT PRIMARY KEY NOT NULL,
          created_at_ms INTEGER NOT NULL,
          used_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
      `),
  },
  {
    version: 27,
    name: 'sessions-of-keys',
    up: db => db.exec('ALTER TABLE sessions ADD COLUMN key_id TEXT REFERENCES api_keys (id)'),
  },
]
