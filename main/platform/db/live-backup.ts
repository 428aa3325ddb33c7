import { closeSync, existsSync, fsync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Database as Connection } from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import { makeFolder } from '../make-folder.ts'
import { assertFree, flush, unsoundCopy, writeFailure } from './backup.ts'
import type { DatabaseChecks } from './database-checks.ts'

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
 * Writes a copy of a database that is in use, checks it, and renames it into place, while others are answered: the copy
 * has what was committed before its last page was copied. A failure, or a cancellation, leaves no half-made backup.
 * Throws as `writeBackup`, and `cancelled`.
 */
export async function writeLiveBackup({ db, target, checks, signal }: LiveBackup): Promise<{ sizeBytes: number }> {
  assertFree(target)
  const partial = `${target}.partial`
  let file: number | undefined
  try {
    makeFolder(dirname(target), 'name another file')
    removeHalfMade(partial)
    file = openSync(partial, 'wx', 0o600)
    await copyPages(db, partial, file, signal)
    const { ok, problems } = await checks.complete(partial, signal)
    if (!ok) throw unsoundCopy(problems)
    // Somebody may have put a file there meanwhile.
    assertFree(target)
    renameSync(partial, target)
    flush(dirname(target))
    return { sizeBytes: statSync(target).size }
  } catch (error) {
    throw writeFailure(error, target)
  } finally {
    if (file !== undefined) closeSync(file)
    removeHalfMade(partial)
  }
}

async function copyPages(db: Connection, partial: string, file: number, signal: AbortSignal | undefined) {
  let flushed = 0
  let isFlushing = false
  let failure: Error | undefined
  await db.backup(partial, {
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
}

// Where not even its folder can be looked into, there is nothing to remove either.
function removeHalfMade(partial: string): void {
  for (const path of [partial, `${partial}-journal`]) if (existsSync(path)) rmSync(path, { force: true })
}

/** Removes from the backups folder what a crash in the middle of a backup left. Call while none is being written. */
export function removeHalfBackups(folder: string): void {
  for (const name of readdirSync(folder))
    if (/\.db\.partial(-journal|-wal|-shm)?$/.test(name)) rmSync(join(folder, name), { force: true })
}
