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
  {
    version: 520,
    name: 'model-lists',
    // The facts that lists filter, count and sort by, each once per sort in an index that answers alone. They are filled
    // at the next start (main/domains/models/listing/describe.ts).
    up: db => {
      const facts =
        'newest_task, newest_format, newest_size_class, newest_license, newest_architecture, newest_state, serving_bytes, serving_4bit_bytes, is_listed'
      db.exec(`
        ALTER TABLE models ADD COLUMN is_listed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE models ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
        ALTER TABLE models ADD COLUMN newest_at_ms INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE models ADD COLUMN newest_size_bytes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE models ADD COLUMN newest_size_class TEXT NOT NULL DEFAULT '';
        ALTER TABLE models ADD COLUMN newest_parameters INTEGER NOT NULL DEFAULT -1;
        ALTER TABLE models ADD COLUMN newest_license TEXT NOT NULL DEFAULT '';
        ALTER TABLE models ADD COLUMN newest_task TEXT NOT NULL DEFAULT '';
        ALTER TABLE models ADD COLUMN newest_architecture TEXT NOT NULL DEFAULT '';
        ALTER TABLE models ADD COLUMN serving_bytes INTEGER NOT NULL DEFAULT -1;
        ALTER TABLE models ADD COLUMN serving_4bit_bytes INTEGER NOT NULL DEFAULT -1;
        ALTER TABLE models ADD COLUMN listing_revision INTEGER NOT NULL DEFAULT 0;
        UPDATE models SET is_listed = 1 WHERE newest_version_id IS NOT NULL;
        DROP INDEX models_listed;
        DROP INDEX models_by_format;
        CREATE INDEX models_by_facts ON models (${facts}) WHERE is_listed = 1;
        CREATE INDEX models_by_name ON models (name_key, id, ${facts}, name) WHERE is_listed = 1;
        CREATE INDEX models_by_age ON models (created_at_ms, id, ${facts}) WHERE is_listed = 1;
        CREATE INDEX models_by_change ON models (newest_at_ms, id, ${facts}) WHERE is_listed = 1;
        CREATE INDEX models_by_size ON models (newest_size_bytes, id, ${facts}) WHERE is_listed = 1;
        CREATE INDEX models_by_parameters ON models (newest_parameters, id, ${facts}) WHERE is_listed = 1;
        CREATE INDEX models_by_memory ON models (serving_bytes, id, ${facts}) WHERE is_listed = 1;
        CREATE INDEX models_by_listing ON models (listing_revision);
        CREATE INDEX model_files_by_digest ON model_files (sha256, version_id) WHERE sha256 IS NOT NULL;
        -- The labels of listed models alone, by the row that lists know them by.
        CREATE TABLE model_listed_labels (
          label TEXT NOT NULL,
          row INTEGER NOT NULL,
          PRIMARY KEY (label, row)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX model_listed_labels_by_row ON model_listed_labels (row);
      `)
    },
  },
  {
    version: 540,
    name: 'model-bytes',
    // What is asked of removed models, and before every look for blobs that nothing needs.
    up: db =>
      db.exec(`
        CREATE INDEX model_versions_removed ON model_versions (removed_at_ms) WHERE removed_at_ms IS NOT NULL;
        CREATE INDEX model_versions_verifying ON model_versions (source, id) WHERE state = 'verifying';
      `),
  },
  {
    version: 560,
    name: 'model-memory-on-the-cpu',
    // Served on a CPU a model takes other memory than on a GPU. Until the next start works it out, what a GPU needs stands in.
    up: db => {
      const facts =
        'newest_task, newest_format, newest_size_class, newest_license, newest_architecture, newest_state, serving_bytes, serving_4bit_bytes, serving_cpu_bytes, serving_cpu_4bit_bytes, is_listed'
      const sorts = {
        name: 'name_key',
        age: 'created_at_ms',
        change: 'newest_at_ms',
        size: 'newest_size_bytes',
        parameters: 'newest_parameters',
        memory: 'serving_bytes',
      }
      db.exec(`
        ALTER TABLE models ADD COLUMN serving_cpu_bytes INTEGER NOT NULL DEFAULT -1;
        ALTER TABLE models ADD COLUMN serving_cpu_4bit_bytes INTEGER NOT NULL DEFAULT -1;
        DROP INDEX models_by_facts;
        ${Object.keys(sorts)
          .map(sort => `DROP INDEX models_by_${sort};`)
          .join('\n')}
        UPDATE models SET serving_cpu_bytes = serving_bytes, serving_cpu_4bit_bytes = serving_4bit_bytes;
        CREATE INDEX models_by_facts ON models (${facts}) WHERE is_listed = 1;
        ${Object.entries({ ...sorts, cpu_memory: 'serving_cpu_bytes' })
          .map(
            ([sort, column]) =>
              `CREATE INDEX models_by_${sort} ON models (${column}, id, ${facts}${sort === 'name' ? ', name' : ''}) WHERE is_listed = 1;`,
          )
          .join('\n')}
      `)
    },
  },
]
