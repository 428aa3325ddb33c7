import type { Migration } from '../../platform/db/migrate.ts'

export const environmentMigrations: readonly Migration[] = [
  {
    version: 300,
    name: 'environments',
    up: db =>
      db.exec(`
        CREATE TABLE environments (
          name TEXT PRIMARY KEY NOT NULL,
          source TEXT NOT NULL CHECK (source IN ('capsule', 'adopted')),
          folder TEXT,
          python TEXT,
          backend TEXT,
          lock_hash TEXT,
          lock_file INTEGER NOT NULL,
          report TEXT,
          job_id TEXT,
          failure TEXT,
          updated_at_ms INTEGER NOT NULL
        ) STRICT;
      `),
  },
  {
    version: 310,
    name: 'builds that used the network',
    up: db =>
      db.exec(`
        CREATE TABLE network_uses (
          job_id TEXT PRIMARY KEY NOT NULL,
          environment TEXT NOT NULL,
          began_at_ms INTEGER NOT NULL,
          ended_at_ms INTEGER
        ) STRICT;
      `),
  },
  {
    version: 320,
    name: 'what builds have sent',
    up: db =>
      db.exec(`
        ALTER TABLE network_uses ADD COLUMN bytes_out INTEGER;
        ALTER TABLE network_uses ADD COLUMN is_counted INTEGER NOT NULL DEFAULT 0;
      `),
  },
]
