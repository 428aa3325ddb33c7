import { auditListMigrations } from '../domains/audit/migrations.ts'
import { datasetsMigrations } from '../domains/datasets/migrations.ts'
import { environmentMigrations } from '../domains/environments/migrations.ts'
import { evaluationMigrations } from '../domains/evaluation/migrations.ts'
import { identityMigrations } from '../domains/identity/migrations.ts'
import { inferenceMigrations } from '../domains/inference/migrations.ts'
import { jobsMigrations } from '../domains/jobs/migrations.ts'
import { conversionMigrations } from '../domains/models/conversion/migrations.ts'
import { modelsMigrations } from '../domains/models/migrations.ts'
import { resourcesMigrations } from '../domains/resources/migrations.ts'
import { searchMigrations } from '../domains/search/migrations.ts'
import { settingsMigrations } from '../domains/settings/migrations.ts'
import { storageMigrations } from '../domains/storage/migrations.ts'
import { trainingMigrations } from '../domains/training/migrations.ts'
import { auditMigration } from '../platform/db/audit-chain.ts'
import { lineageMigration } from '../platform/db/lineage.ts'
import type { Migration } from '../platform/db/migrate.ts'

/** Every schema step of every domain, by number. */
export const migrations: readonly Migration[] = [
  auditMigration,
  ...auditListMigrations,
  lineageMigration,
  ...identityMigrations,
  ...jobsMigrations,
  ...resourcesMigrations,
  ...environmentMigrations,
  ...datasetsMigrations,
  ...modelsMigrations,
  ...conversionMigrations,
  ...trainingMigrations,
  ...inferenceMigrations,
  ...evaluationMigrations,
  ...settingsMigrations,
  ...storageMigrations,
  ...searchMigrations,
].sort((a, b) => a.version - b.version)
