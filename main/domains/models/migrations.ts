import type { Migration } from '../../platform/db/migrate.ts'

export const modelsMigrations: readonly Migration[] = [
  {
    version: 500,
    name: 'models',
    up: db =>
      db.exec(`
        CREATE TABLE models (
          row INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL UNIQUE,
          description TEXT NOT NULL,
          newest_version_id TEXT,
          newest_format TEXT,
          newest_state TEXT,
          created_at_ms INTEGER NOT NULL,
          updated_at_ms INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE model_versions (
          id TEXT PRIMARY KEY NOT NULL,
          model_id TEXT NOT NULL REFERENCES models (id),
          version INTEGER NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('verifying', 'ready', 'failed', 'missing')),
          source TEXT NOT NULL CHECK (source IN ('registered', 'copied', 'trained', 'converted')),
          path TEXT NOT NULL,
          format TEXT NOT NULL,
          size_bytes INTEGER NOT NULL,
          summary TEXT NOT NULL,
          problem TEXT,
          created_at_ms INTEGER NOT NULL,
          updated_at_ms INTEGER NOT NULL,
          removed_at_ms INTEGER,
          UNIQUE (model_id, version)
        ) STRICT;
        CREATE INDEX model_versions_by_path ON model_versions (path);
        CREATE TABLE model_files (
          version_id TEXT NOT NULL REFERENCES model_versions (id),
          path TEXT NOT NULL,
          size_bytes INTEGER NOT NULL,
          sha256 TEXT,
          modified_at_ms INTEGER,
          inode TEXT,
          verified_at_ms INTEGER,
          PRIMARY KEY (version_id, path)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE model_aliases (
          model_id TEXT NOT NULL REFERENCES models (id),
          alias TEXT NOT NULL,
          version_id TEXT NOT NULL REFERENCES model_versions (id),
          PRIMARY KEY (model_id, alias)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE model_labels (
          label TEXT NOT NULL,
          model_id TEXT NOT NULL REFERENCES models (id),
          PRIMARY KEY (label, model_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX model_labels_by_model ON model_labels (model_id);
        CREATE INDEX models_listed ON models (id) WHERE newest_version_id IS NOT NULL;
        CREATE INDEX models_by_format ON models (newest_format, newest_state, id) WHERE newest_version_id IS NOT NULL;
        CREATE VIRTUAL TABLE models_search USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');
      `),
  },
]
