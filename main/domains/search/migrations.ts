import type { Migration } from '../../platform/db/migrate.ts'

export const searchMigrations: readonly Migration[] = [
  {
    version: 960,
    name: 'names-to-search',
    // Of models and jobs there may be a hundred thousand: their names by age, and nothing else, so that the newest that
    // answer are found after a few, and that none answers is known after a few milliseconds.
    up: db =>
      db.exec(`
        CREATE INDEX models_to_find ON models (id, name) WHERE is_listed = 1;
        CREATE INDEX jobs_to_find ON jobs (id, name);
      `),
  },
]
