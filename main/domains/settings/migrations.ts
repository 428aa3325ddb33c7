import type { Migration } from '../../platform/db/migrate.ts'

export const settingsMigrations: readonly Migration[] = [
  {
    version: 900,
    name: 'settings',
    up: db =>
      db.exec(`
        CREATE TABLE settings (
          key TEXT PRIMARY KEY NOT NULL,
          value TEXT NOT NULL,
          updated_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
      `),
  },
]
