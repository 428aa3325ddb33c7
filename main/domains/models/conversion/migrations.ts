import type { Migration } from '../../../platform/db/migrate.ts'

export const conversionMigrations: readonly Migration[] = [
  {
    version: 530,
    name: 'model-conversions',
    up: db =>
      db.exec(`
        CREATE TABLE model_conversions (
          version_id TEXT PRIMARY KEY NOT NULL,
          job_id TEXT NOT NULL,
          name TEXT NOT NULL,
          target TEXT NOT NULL CHECK (target IN ('gguf', 'onnx', 'merged')),
          type TEXT,
          path TEXT NOT NULL,
          sources TEXT NOT NULL,
          facts TEXT NOT NULL,
          warnings TEXT NOT NULL,
          created_at_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
      `),
  },
]
