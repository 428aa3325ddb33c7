import type { Migration } from '../../platform/db/migrate.ts'

export const evaluationMigrations: readonly Migration[] = [
  {
    version: 800,
    name: 'evaluations',
    up: db =>
      db.exec(`
        CREATE TABLE evaluations (
          id TEXT PRIMARY KEY NOT NULL,
          name TEXT NOT NULL UNIQUE,
          state TEXT NOT NULL,
          job_id TEXT,
          dataset_id TEXT NOT NULL,
          dataset_name TEXT NOT NULL,
          metrics TEXT NOT NULL,
          generation TEXT NOT NULL,
          objects TEXT NOT NULL,
          comparisons TEXT NOT NULL,
          warnings TEXT NOT NULL,
          failure TEXT,
          rows INTEGER NOT NULL,
          size_bytes INTEGER NOT NULL,
          created_at_ms INTEGER NOT NULL,
          updated_at_ms INTEGER NOT NULL,
          ended_at_ms INTEGER
        ) STRICT;
      `),
  },
]
