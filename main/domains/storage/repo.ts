import { JobId } from '../../contract/jobs.ts'
import { StorageCheck, type StoredProblem } from '../../contract/storage.ts'
import { isoOf } from '../../platform/clock.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'

const shownProblems = 1_000

type CheckRow = {
  readonly job_id: string
  readonly outcome: string
  readonly files: number
  readonly size_bytes: number
  readonly started_at_ms: number
  readonly ended_at_ms: number | null
}
type ProblemRow = {
  readonly kind: string
  readonly path: string
  readonly of_kind: string
  readonly of_id: string
  readonly of_name: string
  readonly quarantined: number
}

/** The check that was started last. */
export function lastCheck(db: ReadableDb): StorageCheck | undefined {
  const row = db
    .prepare<[], CheckRow>(
      'SELECT job_id, outcome, files, size_bytes, started_at_ms, ended_at_ms FROM storage_checks ORDER BY job_id DESC LIMIT 1',
    )
    .get()
  if (!row) return undefined
  const problems = db
    .prepare<[string, number], ProblemRow>(
      'SELECT kind, path, of_kind, of_id, of_name, quarantined FROM storage_problems WHERE job_id = ? ORDER BY rowid LIMIT ?',
    )
    .all(row.job_id, shownProblems)
  return StorageCheck.parse({
    jobId: row.job_id,
    outcome: row.outcome,
    startedAt: isoOf(row.started_at_ms),
    ...(row.ended_at_ms !== null && { endedAt: isoOf(row.ended_at_ms) }),
    files: row.files,
    sizeBytes: row.size_bytes,
    problemCount: countProblems(db, row.job_id),
    problems: problems.map(({ kind, path, of_kind, of_id, of_name, quarantined }) => ({
      kind,
      path,
      of: { kind: of_kind, id: of_id, name: of_name },
      quarantined: quarantined === 1,
    })),
  })
}

export const countProblems = (db: ReadableDb, jobId: string): number =>
  db.prepare<[string], { n: number }>('SELECT count(*) AS n FROM storage_problems WHERE job_id = ?').get(jobId)?.n ?? 0

/** The check that has not ended; undefined when none runs. */
export function runningCheck(db: ReadableDb): JobId | undefined {
  const row = db
    .prepare<[], { job_id: string }>("SELECT job_id FROM storage_checks WHERE outcome = 'running' LIMIT 1")
    .get()
  return row && JobId.parse(row.job_id)
}

/** Records a check that begins; what an earlier one found is history. */
export function insertCheck(db: WritableDb, jobId: string, size: { files: number; sizeBytes: number }, atMs: number) {
  db.prepare('DELETE FROM storage_checks').run()
  db.prepare(
    "INSERT INTO storage_checks (job_id, outcome, files, size_bytes, started_at_ms) VALUES (?, 'running', ?, ?, ?)",
  ).run(jobId, size.files, size.sizeBytes, atMs)
}

export const insertProblem = (db: WritableDb, jobId: string, problem: StoredProblem): void =>
  void db
    .prepare(
      'INSERT INTO storage_problems (job_id, kind, path, of_kind, of_id, of_name, quarantined) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      jobId,
      problem.kind,
      problem.path,
      problem.of.kind,
      problem.of.id,
      problem.of.name,
      problem.quarantined ? 1 : 0,
    )

export const endCheck = (db: WritableDb, jobId: string, outcome: StorageCheck['outcome'], atMs: number): void =>
  void db.prepare('UPDATE storage_checks SET outcome = ?, ended_at_ms = ? WHERE job_id = ?').run(outcome, atMs, jobId)
