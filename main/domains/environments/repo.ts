import * as z from 'zod'
import { Backend } from '../../contract/environments.ts'
import { JobFailure, JobId } from '../../contract/jobs.ts'
import type { ReadableDb, WritableDb } from '../../platform/db/types.ts'
import { ProbeReport } from '../../platform/python/probe.ts'

const Choice = z.object({
  name: z.string(),
  source: z.enum(['capsule', 'adopted']),
  folder: z.string().nullable(),
  python: z.string().nullable(),
  backend: Backend.nullable(),
  lockHash: z.string().nullable(),
  /** Built from a lock that an administrator named: it does not get old with this build of Slipway. */
  lockFile: z.boolean(),
  report: ProbeReport.nullable(),
  jobId: JobId.nullable(),
  failure: JobFailure.nullable(),
})
/** What was chosen for an environment, and the build that is under way. */
export type Choice = z.output<typeof Choice>

type Row = {
  name: string
  source: string
  folder: string | null
  python: string | null
  backend: string | null
  lock_hash: string | null
  lock_file: number
  report: string | null
  job_id: string | null
  failure: string | null
}
const COLUMNS = 'name, source, folder, python, backend, lock_hash, lock_file, report, job_id, failure'

export function findChoice(db: ReadableDb, name: string): Choice | undefined {
  const row = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM environments WHERE name = ?`).get(name)
  return (
    row &&
    Choice.parse({
      ...row,
      lockHash: row.lock_hash,
      lockFile: row.lock_file === 1,
      jobId: row.job_id,
      report: row.report === null ? null : JSON.parse(row.report),
      failure: row.failure === null ? null : JSON.parse(row.failure),
    })
  )
}

export function saveChoice(db: WritableDb, choice: Choice, nowMs: number): void {
  db.prepare(
    `INSERT INTO environments (name, source, folder, python, backend, lock_hash, lock_file, report, job_id, failure, updated_at_ms)
     VALUES (@name, @source, @folder, @python, @backend, @lockHash, @lockFile, @report, @jobId, @failure, @nowMs)
     ON CONFLICT (name) DO UPDATE SET source = @source, folder = @folder, python = @python, backend = @backend,
       lock_hash = @lockHash, lock_file = @lockFile, report = @report, job_id = @jobId, failure = @failure, updated_at_ms = @nowMs`,
  ).run({
    ...choice,
    lockFile: choice.lockFile ? 1 : 0,
    report: choice.report && JSON.stringify(choice.report),
    failure: choice.failure && JSON.stringify(choice.failure),
    nowMs,
  })
}

export const removeChoice = (db: WritableDb, name: string): void => {
  db.prepare('DELETE FROM environments WHERE name = ?').run(name)
}
