import type { Migration } from '../../platform/db/migrate.ts'

export const auditListMigrations: readonly Migration[] = [
  {
    version: 15,
    name: 'audit-lists',
    up: db =>
      db.exec(`
        CREATE INDEX audit_log_by_object ON audit_log (object, seq);
        CREATE INDEX audit_log_by_time ON audit_log (at_ms, seq);
        CREATE INDEX audit_log_by_failure ON audit_log (result, seq) WHERE result <> 'ok';
      `),
  },
]
