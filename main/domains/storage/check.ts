import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import type { Call } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { Job } from '../../contract/jobs.ts'
import { StoredProblem } from '../../contract/storage.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import { countProblems, endCheck, insertCheck, insertProblem, runningCheck } from './repo.ts'

const worker = fileURLToPath(new URL('../../entry/check-store.ts', import.meta.url))

/** A file that the data directory should hold, as its domain knows it. */
export const StoredFile = z.object({
  path: z.string(),
  sha256: z.string(),
  sizeBytes: z.number(),
  of: StoredProblem.shape.of,
})
export type StoredFile = z.output<typeof StoredFile>

/** What the checking child is told; see main/entry/check-store.ts. */
export const CheckConfig = z.object({ blobsRoot: z.string(), files: z.array(StoredFile) })
export type CheckConfig = z.output<typeof CheckConfig>

const ProblemEvent = StoredProblem.extend({ event: z.literal('problem') })

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly jobs: JobsPort
  readonly blobsRoot: string
  /** Every file that models and datasets keep in the data directory. */
  readonly files: () => readonly StoredFile[]
}

/** The check of all stored files: a job of its own, which reads every byte again. */
export function createStoreCheck({ store, clock, jobs, blobsRoot, files }: Deps) {
  jobs.handle('storage', {
    restart: 'never',
    onEvent: (tx, job, event) => {
      const found = ProblemEvent.safeParse(event)
      if (!found.success) return
      const { event: _, ...problem } = found.data
      // What was deleted for good meanwhile is not missing.
      if (problem.kind === 'missing' && !files().some(file => file.path === problem.path)) return
      insertProblem(tx, job.id, problem)
      tx.announce({ topic: 'storage', kind: 'changed', id: job.id })
    },
    onEnd: (tx, job) => {
      endCheck(tx, job.id, outcomeOf(job, countProblems(tx, job.id)), clock.nowMs())
      tx.announce({ topic: 'storage', kind: 'changed', id: job.id })
    },
  })

  return {
    /** Starts a check. Throws `conflict` while one runs. */
    start: (call: Call): { jobId: Job['id']; files: number; sizeBytes: number } => {
      if (runningCheck(store.read) !== undefined)
        throw new AppError('conflict', 'The stored files are being checked already.', {
          hint: 'Wait until that has ended, or stop it: slipway jobs list.',
        })
      const wanted = files()
      const config: CheckConfig = { blobsRoot, files: [...wanted] }
      const size = { files: wanted.length, sizeBytes: wanted.reduce((sum, file) => sum + file.sizeBytes, 0) }
      const job = store.commit(call, 'data directory', tx => {
        const started = jobs.start(call, {
          kind: 'storage',
          name: 'check of all stored files',
          subjectId: 'storage',
          command: [process.execPath, worker, 'config.json'],
          files: { 'config.json': JSON.stringify(config) },
          politeStopMs: 2_000,
        })
        insertCheck(tx, started.id, size, clock.nowMs())
        tx.announce({ topic: 'storage', kind: 'changed', id: started.id })
        return started
      })
      return { jobId: job.id, ...size }
    },
  }
}

function outcomeOf(job: Job, problems: number): 'sound' | 'problems' | 'stopped' | 'failed' {
  if (problems > 0 && job.state !== 'cancelled') return 'problems'
  if (job.state === 'done') return 'sound'
  return job.state === 'cancelled' ? 'stopped' : 'failed'
}
