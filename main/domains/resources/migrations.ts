import type { Migration } from '../../platform/db/migrate.ts'

export const resourcesMigrations: readonly Migration[] = [
  {
    version: 200,
    name: 'leases',
    up: db =>
      db.exec(`
        CREATE TABLE leases (
          job_id TEXT NOT NULL,
          n INTEGER NOT NULL,
          device TEXT NOT NULL,
          memory_bytes INTEGER NOT NULL CHECK (memory_bytes >= 0),
          exclusive INTEGER NOT NULL CHECK (exclusive IN (0, 1)),
          granted_at_ms INTEGER NOT NULL,
          PRIMARY KEY (job_id, n)
        ) STRICT, WITHOUT ROWID;
      `),
  },
  {
    version: 210,
    name: 'lease-processors',
    up: db =>
      db.exec(`
        ALTER TABLE leases ADD COLUMN processors INTEGER CHECK (processors >= 1);
        ALTER TABLE leases ADD COLUMN idles INTEGER NOT NULL DEFAULT 0 CHECK (idles IN (0, 1));
      `),
  },
]
