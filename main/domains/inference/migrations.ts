import { addNameKeys } from '../../platform/db/list-page.ts'
import type { Migration } from '../../platform/db/migrate.ts'

export const inferenceMigrations: readonly Migration[] = [
  {
    version: 700,
    name: 'deployments',
    up: db =>
      db.exec(`
        CREATE TABLE deployments (
          id TEXT PRIMARY KEY NOT NULL,
          name TEXT NOT NULL UNIQUE,
          description TEXT NOT NULL,
          current_revision INTEGER NOT NULL,
          next_revision INTEGER,
          created_at_ms INTEGER NOT NULL,
          updated_at_ms INTEGER NOT NULL
        ) STRICT;
        -- What a name has served. job_id, socket and ready belong to the last start of a revision.
        CREATE TABLE deployment_revisions (
          deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
          revision INTEGER NOT NULL,
          engine TEXT NOT NULL,
          model_id TEXT NOT NULL,
          model_name TEXT NOT NULL,
          adapter_id TEXT,
          adapter_name TEXT,
          settings TEXT NOT NULL,
          device TEXT NOT NULL,
          size_bytes INTEGER NOT NULL,
          memory_plan TEXT,
          job_id TEXT,
          socket TEXT,
          ready TEXT,
          ready_attempt INTEGER,
          created_at_ms INTEGER NOT NULL,
          PRIMARY KEY (deployment_id, revision)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX deployment_revisions_by_job ON deployment_revisions (job_id) WHERE job_id IS NOT NULL;
        CREATE INDEX deployment_revisions_by_model ON deployment_revisions (model_id);
        CREATE TABLE deployment_minutes (
          deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
          minute_ms INTEGER NOT NULL,
          requests INTEGER NOT NULL,
          errors TEXT NOT NULL,
          prompt_tokens INTEGER NOT NULL,
          completion_tokens INTEGER NOT NULL,
          ttft_ms_sum REAL NOT NULL,
          ttft_count INTEGER NOT NULL,
          latency_ms_sum REAL NOT NULL,
          latency_count INTEGER NOT NULL,
          PRIMARY KEY (deployment_id, minute_ms)
        ) STRICT, WITHOUT ROWID;
      `),
  },
  {
    version: 710,
    name: 'deployment-lists',
    // A removed deployment keeps its row and versions, and gives its name back, until they are deleted.
    up: db => {
      addNameKeys(db, 'deployments')
      db.exec(`
        ALTER TABLE deployments ADD COLUMN removed_at_ms INTEGER;
        ALTER TABLE deployments ADD COLUMN removed_name TEXT;
        CREATE INDEX deployments_by_name ON deployments (name_key, id, name, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX deployments_by_age ON deployments (created_at_ms, id, name, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX deployments_by_change ON deployments (updated_at_ms, id, name, removed_at_ms) WHERE removed_at_ms IS NULL;
        CREATE INDEX deployments_removed ON deployments (removed_at_ms) WHERE removed_at_ms IS NOT NULL;
      `)
    },
  },
]
