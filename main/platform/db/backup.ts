import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database as Connection } from 'better-sqlite3'
import Database from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import { diskError } from '../blobs/store.ts'
import { flushFile, flushFolder } from '../flush.ts'
import { makeFolder } from '../make-folder.ts'
import { type BackupCheck, checkDatabase } from './check-database.ts'
import { storageError } from './open.ts'

/**
 * Writes a compact copy of the database in one go: for a database that serves nobody yet (`writeLiveBackup` is for one
 * that does). Throws as `draftBackup` does.
 */
export function writeBackup(db: Connection, target: string): { sizeBytes: number } {
  const draft = draftBackup(target)
  try {
    db.prepare('VACUUM INTO ?').run(draft.path)
    return draft.publish(completeCopy(draft.path))
  } catch (error) {
    throw draft.abandon(error)
  }
}

/** A backup on its way: a copy beside the target, which takes the target's name once it is whole. */
type Draft = {
  /** Where the copy is to be written; nothing is there. */
  readonly path: string
  /** Gives the copy its name, by what `completeCopy` found in it. */
  readonly publish: (check: BackupCheck) => { sizeBytes: number }
  /** Removes the copy, and says in the user's terms why there is no backup. */
  readonly abandon: (error: unknown) => unknown
}

/**
 * The way every backup takes: beside its target, checked and flushed, then renamed into place. A failure at any step
 * leaves no half-made backup. Throws `conflict` when the target exists, `forbidden` where nothing can be written,
 * `storage_full`, `storage_damaged` for a copy that does not pass its check.
 */
export function draftBackup(target: string): Draft {
  assertFree(target)
  const path = `${target}.partial`
  const abandon = (error: unknown) => {
    removeHalfMade(path)
    return writeFailure(error, target)
  }
  try {
    makeFolder(dirname(target), 'name another file')
    removeHalfMade(path)
  } catch (error) {
    throw abandon(error)
  }
  return {
    path,
    publish: ({ ok, problems }) => {
      if (!ok)
        throw new AppError('storage_damaged', `The copy did not pass its check: ${problems[0]}.`, {
          hint: 'The database itself may be damaged: slipway doctor.',
        })
      // Somebody may have put a file there meanwhile.
      assertFree(target)
      renameSync(path, target)
      flushFolder(dirname(target))
      return { sizeBytes: statSync(target).size }
    },
    abandon,
  }
}

/** Makes a fresh copy one file that stands for itself, checks it, and flushes it to disk. */
export function completeCopy(path: string): BackupCheck {
  // Copied pages say "write-ahead log", as their source does: such a file cannot be read where nothing may be written.
  const db = new Database(path, { fileMustExist: true })
  try {
    db.pragma('journal_mode = DELETE')
  } finally {
    db.close()
  }
  const found = checkDatabase(path)
  flushFile(path)
  return found
}

function assertFree(target: string): void {
  if (existsSync(target))
    throw new AppError('conflict', `${target} exists already.`, {
      hint: 'A backup never overwrites: choose another name.',
    })
}

// Where not even its folder can be looked into, there is nothing to remove either.
function removeHalfMade(partial: string): void {
  for (const path of [partial, `${partial}-journal`]) if (existsSync(path)) rmSync(path, { force: true })
}

function writeFailure(error: unknown, target: string): unknown {
  const isRefused =
    error instanceof Database.SqliteError
      ? error.code.startsWith('SQLITE_CANTOPEN')
      : (error as NodeJS.ErrnoException).code === 'ENOENT' // its folder is there: the file system takes no new files
  if (isRefused) {
    return new AppError('forbidden', `${target} cannot be written.`, {
      cause: error,
      hint: 'Name a file in a folder that you may write to.',
    })
  }
  return diskError(storageError(error))
}
