import { addNameKeys } from '../../platform/db/list-page.ts'
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
  {
    version: 810,
    name: 'evaluation-lists',
    // A removed evaluation keeps its row, and gives its name back, until its answers are deleted.
    up: db => {
      addNameKeys(db, 'evaluations')
      db.exec(`
        ALTER TABLE evaluations ADD COLUMN removed_at_ms INTEGER;
        ALTER TABLE evaluations ADD COLUMN removed_name TEXT;
        CREATE INDEX evaluations_by_state ON evaluations (state, removed_at_ms);
        CREATE INDEX evaluations_by_name ON evaluations (name_key, id, state, name, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX evaluations_by_age ON evaluations (created_at_ms, id, state, name, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX evaluations_by_change ON evaluations (updated_at_ms, id, state, name, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX evaluations_removed ON evaluations (removed_at_ms) WHERE removed_at_ms IS NOT NULL;
      `)
    },
  },
  {
    version: 820,
    name: 'evaluation-held-back',
    up: db => db.exec('ALTER TABLE evaluations ADD COLUMN held_back_by TEXT'),
  },
  {
    version: 830,
    name: 'evaluation-time-worked',
    // Of earlier evaluations it is not known how long they waited: theirs stays empty.
    up: db => db.exec('ALTER TABLE evaluations ADD COLUMN worked_ms INTEGER'),
  },
]
