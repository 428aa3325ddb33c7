import { addNameKeys } from '../../platform/db/list-page.ts'
import type { Migration } from '../../platform/db/migrate.ts'

export const datasetsMigrations: readonly Migration[] = [
  {
    version: 400,
    name: 'datasets',
    up: db =>
      db.exec(`
        CREATE TABLE datasets (
          row INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL UNIQUE,
          description TEXT NOT NULL,
          newest_version_id TEXT,
          newest_kind TEXT,
          newest_state TEXT,
          created_at_ms INTEGER NOT NULL,
          updated_at_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX datasets_listed ON datasets (id) WHERE newest_version_id IS NOT NULL;
        CREATE INDEX datasets_by_kind ON datasets (newest_kind, newest_state, id) WHERE newest_version_id IS NOT NULL;
        CREATE TABLE dataset_versions (
          id TEXT PRIMARY KEY NOT NULL,
          dataset_id TEXT NOT NULL REFERENCES datasets (id),
          version INTEGER NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('importing', 'draft', 'frozen', 'failed')),
          kind TEXT,
          format TEXT,
          rows INTEGER NOT NULL,
          bad_rows INTEGER NOT NULL,
          reasons TEXT NOT NULL,
          size_bytes INTEGER NOT NULL,
          split_role TEXT CHECK (split_role IN ('train', 'validation', 'test')),
          settings TEXT NOT NULL,
          problem TEXT,
          created_at_ms INTEGER NOT NULL,
          updated_at_ms INTEGER NOT NULL,
          frozen_at_ms INTEGER,
          removed_at_ms INTEGER,
          UNIQUE (dataset_id, version)
        ) STRICT;
        CREATE TABLE dataset_files (
          version_id TEXT NOT NULL REFERENCES dataset_versions (id),
          position INTEGER NOT NULL,
          path TEXT NOT NULL,
          sha256 TEXT NOT NULL,
          size_bytes INTEGER NOT NULL,
          rows INTEGER NOT NULL,
          verified_at_ms INTEGER NOT NULL,
          PRIMARY KEY (version_id, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE dataset_sources (
          version_id TEXT NOT NULL REFERENCES dataset_versions (id),
          position INTEGER NOT NULL,
          path TEXT NOT NULL,
          sha256 TEXT NOT NULL,
          size_bytes INTEGER NOT NULL,
          rows INTEGER NOT NULL,
          bad_rows INTEGER NOT NULL,
          PRIMARY KEY (version_id, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE dataset_issues (
          version_id TEXT NOT NULL REFERENCES dataset_versions (id),
          position INTEGER NOT NULL,
          reason TEXT NOT NULL,
          issue TEXT NOT NULL,
          PRIMARY KEY (version_id, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE dataset_aliases (
          dataset_id TEXT NOT NULL REFERENCES datasets (id),
          alias TEXT NOT NULL,
          version_id TEXT NOT NULL REFERENCES dataset_versions (id),
          PRIMARY KEY (dataset_id, alias)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE dataset_labels (
          label TEXT NOT NULL,
          dataset_id TEXT NOT NULL REFERENCES datasets (id),
          PRIMARY KEY (label, dataset_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX dataset_labels_by_dataset ON dataset_labels (dataset_id);
        CREATE VIRTUAL TABLE datasets_search USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');
      `),
  },
  {
    version: 410,
    name: 'dataset-lists',
    up: db => {
      addNameKeys(db, 'datasets')
      const facts = 'newest_kind, newest_state, is_listed'
      db.exec(`
        ALTER TABLE datasets ADD COLUMN is_listed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE datasets ADD COLUMN newest_at_ms INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE datasets ADD COLUMN newest_rows INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE datasets ADD COLUMN newest_size_bytes INTEGER NOT NULL DEFAULT 0;
        UPDATE datasets SET is_listed = 1, (newest_at_ms, newest_rows, newest_size_bytes) =
          (SELECT max(datasets.updated_at_ms, v.updated_at_ms), v.rows, v.size_bytes FROM dataset_versions v WHERE v.id = newest_version_id)
          WHERE newest_version_id IS NOT NULL;
        DROP INDEX datasets_listed;
        DROP INDEX datasets_by_kind;
        CREATE INDEX datasets_by_facts ON datasets (${facts}) WHERE is_listed = 1;
        CREATE INDEX datasets_by_name ON datasets (name_key, id, ${facts}) WHERE is_listed = 1;
        CREATE INDEX datasets_by_age ON datasets (created_at_ms, id, ${facts}) WHERE is_listed = 1;
        CREATE INDEX datasets_by_change ON datasets (newest_at_ms, id, ${facts}) WHERE is_listed = 1;
        CREATE INDEX datasets_by_size ON datasets (newest_size_bytes, id, ${facts}) WHERE is_listed = 1;
        CREATE INDEX datasets_by_rows ON datasets (newest_rows, id, ${facts}) WHERE is_listed = 1;
        CREATE INDEX dataset_versions_removed ON dataset_versions (removed_at_ms) WHERE removed_at_ms IS NOT NULL;
        CREATE INDEX dataset_files_by_digest ON dataset_files (sha256);
      `)
    },
  },
  {
    version: 420,
    name: 'dataset-imports',
    // Asked before every look for blobs that nothing needs: whether one is being stored just now.
    up: db => db.exec("CREATE INDEX dataset_versions_importing ON dataset_versions (id) WHERE state = 'importing'"),
  },
  {
    version: 430,
    name: 'dataset-issues-by-reason',
    // An import keeps up to a hundred thousand bad rows: the list of those of one reason finds its page here.
    up: db => db.exec('CREATE INDEX dataset_issues_by_reason ON dataset_issues (version_id, reason, position)'),
  },
]
