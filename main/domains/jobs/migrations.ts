import { addNameKeys } from '../../platform/db/list-page.ts'
import type { Migration } from '../../platform/db/migrate.ts'

export const jobsMigrations: readonly Migration[] = [
  {
    version: 100,
    name: 'jobs',
    up: db =>
      db.exec(`
        CREATE TABLE jobs (
          id TEXT PRIMARY KEY NOT NULL,
          kind TEXT NOT NULL,
          name TEXT NOT NULL,
          subject_id TEXT NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('queued', 'starting', 'running', 'stopping', 'done', 'failed', 'cancelled', 'lost')),
          health TEXT NOT NULL CHECK (health IN ('ok', 'unresponsive')),
          priority INTEGER NOT NULL,
          spec TEXT NOT NULL,
          granted TEXT,
          attempt INTEGER NOT NULL,
          journal_position INTEGER NOT NULL,
          runner TEXT,
          child_pid INTEGER,
          progress TEXT,
          failure TEXT,
          worker_failure TEXT,
          last_event TEXT,
          stop TEXT,
          restarts TEXT NOT NULL,
          next_start_at_ms INTEGER,
          created_at_ms INTEGER NOT NULL,
          started_at_ms INTEGER,
          ended_at_ms INTEGER
        ) STRICT;
        CREATE INDEX jobs_live ON jobs (priority DESC) WHERE state IN ('queued', 'starting', 'running', 'stopping');
        CREATE INDEX jobs_by_kind ON jobs (kind, id);
        CREATE INDEX jobs_by_name ON jobs (name);
      `),
  },
  {
    version: 110,
    name: 'job-lists',
    up: db => {
      addNameKeys(db, 'jobs')
      db.exec(`
        CREATE INDEX jobs_by_state ON jobs (state, kind);
        CREATE INDEX jobs_by_name_key ON jobs (name_key, id, state, kind, name);
        CREATE INDEX jobs_by_age ON jobs (created_at_ms, id, state, kind, name);
        CREATE INDEX jobs_by_end ON jobs (coalesce(ended_at_ms, 9e15), id, state, kind, name);
        CREATE INDEX jobs_by_subject ON jobs (subject_id, id);
      `)
    },
  },
]
