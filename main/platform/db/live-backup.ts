import { closeSync, fsync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Database as Connection } from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import { diskError } from '../blobs/store.ts'
import { draftBackup } from './backup.ts'
import type { BackupCheck } from './check-database.ts'
import type { DatabaseChecks } from './database-checks.ts'
import { storageError } from './open.ts'

type LiveBackup = {
  readonly db: Connection
  readonly target: string
  readonly checks: DatabaseChecks
  readonly signal?: AbortSignal | undefined
}

/** Between two turns of the event loop: 256 KiB, a fraction of a millisecond from memory. */
const pagesAtOnce = 64
/** SQLite flushes the whole copy at its end, in our thread: what is flushed by then costs no time there. */
const pagesPerFlush = 2_048

/**
 * Writes a copy of a database that is in use while others are answered: it has what was committed before its last page
 * was copied. Throws as `draftBackup` does, and `cancelled`; that too leaves no half-made backup.
 */
export async function writeLiveBackup({ db, target, checks, signal }: LiveBackup): Promise<{ sizeBytes: number }> {
  const draft = draftBackup(target)
  try {
    await copyPages(db, draft.path, signal)
    return draft.publish(await checks.complete(draft.path, signal))
  } catch (error) {
    throw draft.abandon(error)
  }
}

/**
 * Looks for damage in a database that is in use while others are answered: in a copy of its pages as they are on disk,
 * which is removed afterwards, since nobody else may open the file itself. Throws as `draftBackup` does, and `cancelled`.
 * `target` is where the copy goes: in a folder of ours, on a disk with room for it.
 */
export async function checkLiveDatabase({ db, target: copy, checks, signal }: LiveBackup): Promise<BackupCheck> {
  const remove = () => {
    for (const path of [copy, `${copy}-journal`, `${copy}-wal`, `${copy}-shm`]) rmSync(path, { force: true })
  }
  try {
    remove()
    await copyPages(db, copy, signal)
    return await checks.complete(copy, signal)
  } catch (error) {
    throw diskError(storageError(error))
  } finally {
    remove()
  }
}

async function copyPages(db: Connection, path: string, signal: AbortSignal | undefined): Promise<void> {
  const file = openSync(path, 'wx', 0o600)
  let flushed = 0
  let isFlushing = false
  let failure: Error | undefined
  try {
    await db.backup(path, {
      progress: ({ totalPages, remainingPages }) => {
        if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.')
        if (failure) throw failure
        const copied = totalPages - remainingPages
        if (!isFlushing && copied - flushed >= pagesPerFlush) {
          isFlushing = true
          flushed = copied
          fsync(file, error => {
            isFlushing = false
            failure = error ?? undefined
          })
        }
        return isFlushing ? 0 : pagesAtOnce
      },
    })
  } finally {
    closeSync(file)
  }
}

/** Removes from the backups folder what a crash in the middle of a backup left. Call while none is being written. */
export function removeHalfBackups(folder: string): void {
  for (const name of readdirSync(folder))
    if (/\.db\.partial(-journal|-wal|-shm)?$/.test(name)) rmSync(join(folder, name), { force: true })
}
