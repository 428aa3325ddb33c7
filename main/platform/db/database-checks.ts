import { AppError } from '../../contract/errors.ts'
import { createThreads } from '../threads/threads.ts'
import type { BackupCheck } from './check-database.ts'

/** What the thread is asked: see `check-worker.ts`. */
export type CheckQuestions = {
  readonly check: (path: string) => BackupCheck
  readonly complete: (path: string) => BackupCheck
}

export type DatabaseChecks = {
  /** `checkDatabase` off the event loop: every page and every audit record of a large database takes its time. */
  readonly check: (path: string, signal?: AbortSignal) => Promise<BackupCheck>
  /** `completeCopy` likewise. */
  readonly complete: (path: string, signal?: AbortSignal) => Promise<BackupCheck>
  readonly close: () => Promise<void>
}

/** Checks database files in a thread, one at a time: they read the same disk. */
export function createDatabaseChecks(): DatabaseChecks {
  const threads = createThreads<CheckQuestions>({
    file: new URL('./check-worker.ts', import.meta.url),
    heapMiB: 256,
    most: 1,
    // SQLite checks in one long step, which hears nothing.
    cancelling: 'ends it',
    lost: () =>
      new AppError('worker_lost', 'The check of the database file ended without an answer.', {
        hint: 'Try again; the log of the backend may say more.',
      }),
  })
  return {
    check: (path, signal) => threads.ask('check', path, signal),
    complete: (path, signal) => threads.ask('complete', path, signal),
    close: threads.close,
  }
}
