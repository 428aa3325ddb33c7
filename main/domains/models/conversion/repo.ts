import * as z from 'zod'
import { ConversionFacts, ConversionSource, ConversionTarget, GgufType } from '../../../contract/conversion.ts'
import { JobId } from '../../../contract/jobs.ts'
import type { ReadableDb, WritableDb } from '../../../platform/db/types.ts'

const Row = z.object({
  versionId: z.string(),
  jobId: JobId,
  name: z.string(),
  to: ConversionTarget,
  type: GgufType.nullable(),
  path: z.string(),
  sources: z.array(ConversionSource),
  facts: ConversionFacts,
  warnings: z.array(z.string()),
})
/** One conversion: written when its job is, completed when its version is. `versionId` is its version's from the start. */
export type ConversionRow = z.output<typeof Row>

type Stored = Record<'versionId' | 'jobId' | 'name' | 'to' | 'path' | 'sources' | 'facts' | 'warnings', string> & {
  readonly type: string | null
}

const columns = 'version_id AS versionId, job_id AS jobId, name, target AS "to", type, path, sources, facts, warnings'

const parse = ({ sources, facts, warnings, ...row }: Stored): ConversionRow =>
  Row.parse({ ...row, sources: JSON.parse(sources), facts: JSON.parse(facts), warnings: JSON.parse(warnings) })

export const insertConversion = (db: WritableDb, row: ConversionRow, atMs: number): void =>
  void db
    .prepare(
      `INSERT INTO model_conversions (version_id, job_id, name, target, type, path, sources, facts, warnings, created_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      row.versionId,
      row.jobId,
      row.name,
      row.to,
      row.type,
      row.path,
      JSON.stringify(row.sources),
      JSON.stringify(row.facts),
      JSON.stringify(row.warnings),
      atMs,
    )

export function findConversion(db: ReadableDb, versionId: string): ConversionRow | undefined {
  const row = db
    .prepare<[string], Stored>(`SELECT ${columns} FROM model_conversions WHERE version_id = ?`)
    .get(versionId)
  return row && parse(row)
}

/** Conversions without a version: under way, or at an end that left nothing. */
export const openConversions = (db: ReadableDb): ConversionRow[] =>
  db
    .prepare<[], Stored>(
      `SELECT ${columns} FROM model_conversions WHERE version_id NOT IN (SELECT id FROM model_versions)`,
    )
    .all()
    .map(parse)

export const completeConversion = (
  db: WritableDb,
  versionId: string,
  { facts, warnings }: Pick<ConversionRow, 'facts' | 'warnings'>,
): void =>
  void db
    .prepare('UPDATE model_conversions SET facts = ?, warnings = ? WHERE version_id = ?')
    .run(JSON.stringify(facts), JSON.stringify(warnings), versionId)

export const deleteConversion = (db: WritableDb, versionId: string): void =>
  void db.prepare('DELETE FROM model_conversions WHERE version_id = ?').run(versionId)

/** Whether a version was ever made under this id, removed ones included. */
export const isVersion = (db: ReadableDb, id: string): boolean =>
  db.prepare<[string], { id: string }>('SELECT id FROM model_versions WHERE id = ?').get(id) !== undefined
