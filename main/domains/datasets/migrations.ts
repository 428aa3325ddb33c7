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
]
