import type { Migration } from '../../platform/db/migrate.ts'

export const storageMigrations: readonly Migration[] = [
  {
    version: 950,
    name: 'storage-checks',
    up: db =>
      db.exec(`
        CREATE TABLE storage_checks (
          job_id TEXT PRIMARY KEY NOT NULL,
          outcome TEXT NOT NULL CHECK (outcome IN ('running', 'sound', 'problems', 'stopped', 'failed')),
          files INTEGER NOT NULL,
          size_bytes INTEGER NOT NULL,
          started_at_ms INTEGER NOT NULL,
          ended_at_ms INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE storage_problems (
          job_id TEXT NOT NULL REFERENCES storage_checks (job_id) ON DELETE CASCADE,
          kind TEXT NOT NULL CHECK (kind IN ('damaged', 'missing', 'unreadable')),
          path TEXT NOT NULL,
          of_kind TEXT NOT NULL,
          of_id TEXT NOT NULL,
          of_name TEXT NOT NULL,
          quarantined INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX storage_problems_by_job ON storage_problems (job_id);
      `),
  },
]
