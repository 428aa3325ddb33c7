import { addNameKeys } from '../../platform/db/list-page.ts'
import type { Migration } from '../../platform/db/migrate.ts'

export const trainingMigrations: readonly Migration[] = [
  {
    version: 600,
    name: 'training-runs',
    up: db =>
      db.exec(`
        CREATE TABLE runs (
          id TEXT PRIMARY KEY NOT NULL,
          name TEXT NOT NULL UNIQUE,
          method TEXT NOT NULL,
          state TEXT NOT NULL,
          phase TEXT,
          job_id TEXT,
          model_id TEXT NOT NULL,
          model_name TEXT NOT NULL,
          datasets TEXT NOT NULL,
          parameters TEXT NOT NULL,
          config TEXT NOT NULL,
          facts TEXT NOT NULL,
          metrics TEXT NOT NULL,
          warnings TEXT NOT NULL,
          memory_plan TEXT,
          provenance TEXT NOT NULL,
          failure TEXT,
          step INTEGER NOT NULL,
          total_steps INTEGER,
          loss REAL,
          seconds_left REAL,
          size_bytes INTEGER NOT NULL,
          artifact_path TEXT,
          result_id TEXT,
          result_name TEXT,
          created_at_ms INTEGER NOT NULL,
          updated_at_ms INTEGER NOT NULL,
          ended_at_ms INTEGER
        ) STRICT;
        CREATE INDEX runs_by_state ON runs (state, id);
        CREATE TABLE run_metrics (
          run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
          series TEXT NOT NULL,
          step INTEGER NOT NULL,
          epoch REAL NOT NULL,
          loss REAL,
          learning_rate REAL,
          grad_norm REAL,
          tokens_per_second REAL,
          memory_bytes INTEGER,
          more TEXT,
          PRIMARY KEY (run_id, series, step)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE run_checkpoints (
          run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
          step INTEGER NOT NULL,
          path TEXT NOT NULL,
          size_bytes INTEGER NOT NULL,
          created_at_ms INTEGER NOT NULL,
          published_as TEXT,
          PRIMARY KEY (run_id, step)
        ) STRICT, WITHOUT ROWID;
      `),
  },
  {
    version: 610,
    name: 'run-lists',
    // A removed run keeps its row, and gives its name back, until its bytes are deleted.
    up: db => {
      addNameKeys(db, 'runs')
      db.exec(`
        ALTER TABLE runs ADD COLUMN removed_at_ms INTEGER;
        ALTER TABLE runs ADD COLUMN removed_name TEXT;
        DROP INDEX runs_by_state;
        CREATE INDEX runs_by_state ON runs (state, method, removed_at_ms);
        CREATE INDEX runs_by_name ON runs (name_key, id, state, method, name, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX runs_by_age ON runs (created_at_ms, id, state, method, name, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX runs_by_change ON runs (updated_at_ms, id, state, method, name, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX runs_by_loss ON runs (coalesce(loss, 1e300), id, state, method, name, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX runs_removed ON runs (removed_at_ms) WHERE removed_at_ms IS NOT NULL;
      `)
    },
  },
  {
    version: 620,
    name: 'training-metric-times',
    // Points of earlier runs have no time: their curves are drawn over steps and epochs only.
    up: db => db.exec('ALTER TABLE run_metrics ADD COLUMN at_ms INTEGER'),
  },
  {
    version: 630,
    name: 'training-proposed-settings',
    // Settings of a resume are the run's own only once the trainer has taken them.
    up: db => db.exec('ALTER TABLE runs ADD COLUMN proposed TEXT'),
  },
  {
    version: 640,
    name: 'training-descriptions',
    // Lists search descriptions too, and read nothing but their index however far they skip.
    up: db =>
      db.exec(`
        ALTER TABLE runs ADD COLUMN description TEXT NOT NULL DEFAULT '';
        DROP INDEX runs_by_name;
        DROP INDEX runs_by_age;
        DROP INDEX runs_by_change;
        DROP INDEX runs_by_loss;
        CREATE INDEX runs_by_name ON runs (name_key, id, state, method, name, description, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX runs_by_age ON runs (created_at_ms, id, state, method, name, description, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX runs_by_change ON runs (updated_at_ms, id, state, method, name, description, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX runs_by_loss ON runs (coalesce(loss, 1e300), id, state, method, name, description, removed_at_ms) WHERE removed_at_ms IS NULL;
      `),
  },
  {
    version: 650,
    name: 'training-time-worked',
    // Of earlier runs it is not known how long they waited: theirs stays empty.
    up: db => db.exec('ALTER TABLE runs ADD COLUMN worked_ms INTEGER'),
  },
]
