import type { EngineReady } from '../../contract/engine.ts'
import type { DeploymentId, EngineKind } from '../../contract/inference.ts'
import type { MemoryPlan } from '../../contract/memory-plan.ts'
import type { PageRequest } from '../../platform/db/keyset.ts'
import { containing, countOf, type ListSource, type Part, selectPage } from '../../platform/db/list-page.ts'
import { nameKeyOf } from '../../platform/db/name-key.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import type { Removed } from '../../platform/retention.ts'

/** All SQL of the inference domain. */

export type DeploymentRecord = {
  readonly id: DeploymentId
  readonly name: string
  readonly description: string
  readonly currentRevision: number
  readonly nextRevision: number | null
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** What a person chose; the rest follows from the model. */
export type RevisionSettings = {
  readonly contextLength?: number | undefined
  readonly parallel: number
  readonly threads?: number | undefined
  readonly chatTemplate?: string | undefined
  readonly device: string
  readonly engine: 'auto' | EngineKind
}

export type RevisionRecord = {
  readonly deploymentId: DeploymentId
  readonly revision: number
  readonly engine: EngineKind
  readonly model: { readonly id: string; readonly name: string }
  readonly adapter: { readonly id: string; readonly name: string } | undefined
  readonly settings: RevisionSettings
  readonly device: string
  readonly sizeBytes: number
  readonly memoryPlan: MemoryPlan | undefined
  readonly jobId: string | undefined
  readonly socket: string | undefined
  readonly ready: EngineReady | undefined
  readonly readyAttempt: number | undefined
  readonly createdAtMs: number
}

export type MinuteRecord = {
  readonly minuteMs: number
  readonly requests: number
  readonly errors: Readonly<Record<string, number>>
  readonly promptTokens: number
  readonly completionTokens: number
  readonly ttftMsSum: number
  readonly ttftCount: number
  readonly latencyMsSum: number
  readonly latencyCount: number
}

const deploymentColumns =
  'id, name, description, current_revision AS currentRevision, next_revision AS nextRevision, created_at_ms AS createdAtMs, updated_at_ms AS updatedAtMs'

const KEPT = 'removed_at_ms IS NULL'

export const findDeployment = (db: ReadableDb, ref: string): DeploymentRecord | undefined =>
  db
    .prepare<[string, string], DeploymentRecord>(
      `SELECT ${deploymentColumns} FROM deployments WHERE (id = ? OR name = ?) AND ${KEPT} ORDER BY id = name LIMIT 1`,
    )
    .get(ref, ref)

const list: ListSource = {
  table: 'deployments',
  columns: deploymentColumns,
  sorts: { name: 'name_key', created: 'created_at_ms', updated: 'updated_at_ms' },
}
const partsOf = (q: string | undefined): readonly Part[] => [{ sql: KEPT, values: [] }, ...containing('name', q)]

export function pageOfDeployments(db: ReadableDb, q: string | undefined, page: PageRequest) {
  const { rows, nextCursor } = selectPage<DeploymentRecord>(db, list, partsOf(q), page)
  return { records: rows, nextCursor }
}

export const countDeployments = (db: ReadableDb, q?: string): number => countOf(db, list, partsOf(q))

/** Newest first. */
export const listDeployments = (db: ReadableDb, limit: number): readonly DeploymentRecord[] =>
  db
    .prepare<[number], DeploymentRecord>(
      `SELECT ${deploymentColumns} FROM deployments WHERE ${KEPT} ORDER BY id DESC LIMIT ?`,
    )
    .all(limit)

const removedColumns = deploymentColumns.replace(' name,', ' removed_name AS name,')

export const findRemovedDeployment = (db: ReadableDb, id: string): DeploymentRecord | undefined =>
  db
    .prepare<[string], DeploymentRecord>(
      `SELECT ${removedColumns} FROM deployments WHERE removed_at_ms IS NOT NULL AND id = ?`,
    )
    .get(id)

export const deploymentsRemovedBefore = (db: ReadableDb, beforeMs: number): readonly DeploymentRecord[] =>
  db
    .prepare<[number], DeploymentRecord>(`SELECT ${removedColumns} FROM deployments WHERE removed_at_ms < ?`)
    .all(beforeMs)

/** Deployments that were removed since that time at the earliest. They hold no bytes of their own. */
export const deploymentsRemovedSince = (db: ReadableDb, sinceMs: number): Removed[] =>
  db
    .prepare<[number], Removed>(
      'SELECT id, removed_name AS name, removed_at_ms AS removedAtMs, 0 AS sizeBytes FROM deployments WHERE removed_at_ms >= ?',
    )
    .all(sinceMs)

/** Hides a deployment. Its name is free again: the row is called by its id until it is restored. */
export const setDeploymentRemoved = (db: WritableDb, id: DeploymentId, atMs: number): void =>
  void db
    .prepare(
      `UPDATE deployments SET removed_at_ms = ?, removed_name = name, name = id, next_revision = NULL WHERE id = ? AND ${KEPT}`,
    )
    .run(atMs, id)

export const setDeploymentRestored = (db: WritableDb, id: DeploymentId, name: string, atMs: number): void =>
  void db
    .prepare(
      'UPDATE deployments SET removed_at_ms = NULL, removed_name = NULL, name = ?, name_key = ?, updated_at_ms = ? WHERE id = ?',
    )
    .run(name, nameKeyOf(name), atMs, id)

export const insertDeployment = (db: WritableDb, record: DeploymentRecord): void =>
  void db
    .prepare(
      'INSERT INTO deployments (id, name, description, current_revision, next_revision, created_at_ms, updated_at_ms, name_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      record.id,
      record.name,
      record.description,
      record.currentRevision,
      record.nextRevision,
      record.createdAtMs,
      record.updatedAtMs,
      nameKeyOf(record.name),
    )

export const updateDeployment = (
  db: WritableDb,
  { id, description, currentRevision, nextRevision }: DeploymentRecord,
  nowMs: number,
): void =>
  void db
    .prepare(
      'UPDATE deployments SET description = ?, current_revision = ?, next_revision = ?, updated_at_ms = ? WHERE id = ?',
    )
    .run(description, currentRevision, nextRevision, nowMs, id)

export const deleteDeployment = (db: WritableDb, id: DeploymentId): void =>
  void db.prepare('DELETE FROM deployments WHERE id = ?').run(id)

type RevisionRow = {
  readonly deploymentId: DeploymentId
  readonly revision: number
  readonly engine: EngineKind
  readonly modelId: string
  readonly modelName: string
  readonly adapterId: string | null
  readonly adapterName: string | null
  readonly settings: string
  readonly device: string
  readonly sizeBytes: number
  readonly memoryPlan: string | null
  readonly jobId: string | null
  readonly socket: string | null
  readonly ready: string | null
  readonly readyAttempt: number | null
  readonly createdAtMs: number
}

const revisionColumns =
  'deployment_id AS deploymentId, revision, engine, model_id AS modelId, model_name AS modelName, adapter_id AS adapterId, adapter_name AS adapterName, settings, device, size_bytes AS sizeBytes, memory_plan AS memoryPlan, job_id AS jobId, socket, ready, ready_attempt AS readyAttempt, created_at_ms AS createdAtMs'

// The JSON columns hold what this file wrote.
const toRevision = ({ modelId, modelName, adapterId, adapterName, ...row }: RevisionRow): RevisionRecord => ({
  ...row,
  model: { id: modelId, name: modelName },
  adapter: adapterId === null ? undefined : { id: adapterId, name: adapterName ?? adapterId },
  settings: JSON.parse(row.settings) as RevisionSettings,
  memoryPlan: row.memoryPlan === null ? undefined : (JSON.parse(row.memoryPlan) as MemoryPlan),
  ready: row.ready === null ? undefined : (JSON.parse(row.ready) as EngineReady),
  jobId: row.jobId ?? undefined,
  socket: row.socket ?? undefined,
  readyAttempt: row.readyAttempt ?? undefined,
})

export const findRevision = (db: ReadableDb, deploymentId: string, revision: number): RevisionRecord | undefined => {
  const row = db
    .prepare<[string, number], RevisionRow>(
      `SELECT ${revisionColumns} FROM deployment_revisions WHERE deployment_id = ? AND revision = ?`,
    )
    .get(deploymentId, revision)
  return row && toRevision(row)
}

export const findRevisionByJob = (db: ReadableDb, jobId: string): RevisionRecord | undefined => {
  const row = db
    .prepare<[string], RevisionRow>(`SELECT ${revisionColumns} FROM deployment_revisions WHERE job_id = ?`)
    .get(jobId)
  return row && toRevision(row)
}

/** Newest first. */
export const revisionsOf = (db: ReadableDb, deploymentId: string): readonly RevisionRecord[] =>
  db
    .prepare<[string], RevisionRow>(
      `SELECT ${revisionColumns} FROM deployment_revisions WHERE deployment_id = ? ORDER BY revision DESC`,
    )
    .all(deploymentId)
    .map(toRevision)

export const revisionsOfModel = (db: ReadableDb, modelId: string): readonly RevisionRecord[] =>
  db
    .prepare<[string, string], RevisionRow>(
      `SELECT ${revisionColumns} FROM deployment_revisions WHERE model_id = ? OR adapter_id = ?`,
    )
    .all(modelId, modelId)
    .map(toRevision)

export const insertRevision = (db: WritableDb, record: RevisionRecord): void =>
  void db
    .prepare(
      'INSERT INTO deployment_revisions (deployment_id, revision, engine, model_id, model_name, adapter_id, adapter_name, settings, device, size_bytes, memory_plan, job_id, socket, ready, ready_attempt, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?)',
    )
    .run(
      record.deploymentId,
      record.revision,
      record.engine,
      record.model.id,
      record.model.name,
      record.adapter?.id ?? null,
      record.adapter?.name ?? null,
      JSON.stringify(record.settings),
      record.device,
      record.sizeBytes,
      record.memoryPlan ? JSON.stringify(record.memoryPlan) : null,
      record.jobId ?? null,
      record.socket ?? null,
      record.createdAtMs,
    )

/** A revision is started (again): what the last start said about itself is no longer true. */
export const setRevisionJob = (
  db: WritableDb,
  { deploymentId, revision }: Pick<RevisionRecord, 'deploymentId' | 'revision'>,
  jobId: string,
  socket: string,
): void =>
  void db
    .prepare(
      'UPDATE deployment_revisions SET job_id = ?, socket = ?, ready = NULL, ready_attempt = NULL WHERE deployment_id = ? AND revision = ?',
    )
    .run(jobId, socket, deploymentId, revision)

export const setRevisionReady = (db: WritableDb, jobId: string, ready: EngineReady, attempt: number): void =>
  void db
    .prepare('UPDATE deployment_revisions SET ready = ?, ready_attempt = ? WHERE job_id = ?')
    .run(JSON.stringify(ready), attempt, jobId)

const minuteColumns =
  'minute_ms AS minuteMs, requests, errors, prompt_tokens AS promptTokens, completion_tokens AS completionTokens, ttft_ms_sum AS ttftMsSum, ttft_count AS ttftCount, latency_ms_sum AS latencyMsSum, latency_count AS latencyCount'
type MinuteRow = Omit<MinuteRecord, 'errors'> & { readonly errors: string }

/** Newest first. */
export const minutesOf = (db: ReadableDb, deploymentId: string): readonly MinuteRecord[] =>
  db
    .prepare<[string], MinuteRow>(
      `SELECT ${minuteColumns} FROM deployment_minutes WHERE deployment_id = ? ORDER BY minute_ms DESC`,
    )
    .all(deploymentId)
    .map(row => ({ ...row, errors: JSON.parse(row.errors) as Record<string, number> }))

/** Keeps a minute; one that was written before (a restart within it) is added to by the caller. */
export const putMinute = (db: WritableDb, deploymentId: string, minute: MinuteRecord): void =>
  void db
    .prepare(
      'INSERT OR REPLACE INTO deployment_minutes (deployment_id, minute_ms, requests, errors, prompt_tokens, completion_tokens, ttft_ms_sum, ttft_count, latency_ms_sum, latency_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      deploymentId,
      minute.minuteMs,
      minute.requests,
      JSON.stringify(minute.errors),
      minute.promptTokens,
      minute.completionTokens,
      minute.ttftMsSum,
      minute.ttftCount,
      minute.latencyMsSum,
      minute.latencyCount,
    )

export const findMinute = (db: ReadableDb, deploymentId: string, minuteMs: number): MinuteRecord | undefined => {
  const row = db
    .prepare<[string, number], MinuteRow>(
      `SELECT ${minuteColumns} FROM deployment_minutes WHERE deployment_id = ? AND minute_ms = ?`,
    )
    .get(deploymentId, minuteMs)
  return row && { ...row, errors: JSON.parse(row.errors) as Record<string, number> }
}

/** Minutes older than this are dropped: a deployment that serves for years must not fill the disk. */
export const deleteMinutesBefore = (db: WritableDb, beforeMs: number): void =>
  void db.prepare('DELETE FROM deployment_minutes WHERE minute_ms < ?').run(beforeMs)
