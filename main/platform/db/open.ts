import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database as Connection } from 'better-sqlite3'
import Database from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import { diskHint } from '../disk-hint.ts'
import { makeFolders } from '../make-folder.ts'

/** What SQLite answers once it is set up; `synchronous` 2 is FULL. */
type Settings = { readonly synchronous: number; readonly journalMode: string; readonly foreignKeys: number }

/**
 * Opens the one connection that writes. Commits are on disk before they return: better-sqlite3 is compiled with
 * SQLITE_DEFAULT_WAL_SYNCHRONOUS=1, which drops `synchronous` to NORMAL at the first write, so FULL is set explicitly
 * and must be read again after a write (`assertDurable`).
 * Throws `conflict` when another process has the database, `storage_damaged` when the file is not a database.
 */
export function openDatabase(path: string): Connection {
  makeFolders(dirname(path))
  const db = new Database(path, { timeout: 2_000 })
  try {
    chmodSync(path, 0o600)
    // Exclusive: a second backend on the same data directory is refused by the file lock, which dies with its process.
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('journal_mode = WAL')
    applySettings(db)
    db.exec('BEGIN IMMEDIATE; COMMIT')
    return db
  } catch (error) {
    db.close()
    throw openFailure(error, path)
  }
}

function applySettings(db: Connection): void {
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('cell_size_check = ON')
  db.pragma('trusted_schema = OFF')
  db.pragma('mmap_size = 0')
  db.pragma('journal_size_limit = 67108864')
  db.pragma('temp_store = MEMORY')
}

const settingsOf = (db: Connection): Settings => ({
  synchronous: Number(db.pragma('synchronous', { simple: true })),
  journalMode: String(db.pragma('journal_mode', { simple: true })),
  foreignKeys: Number(db.pragma('foreign_keys', { simple: true })),
})

/** Call after the first write. Throws when the connection would acknowledge commits that a power cut can undo. */
export function assertDurable(db: Connection): void {
  const { synchronous, journalMode, foreignKeys } = settingsOf(db)
  if (synchronous !== 2 || journalMode !== 'wal' || foreignKeys !== 1) {
    throw new AppError(
      'storage_damaged',
      `SQLite is not set up to be power-safe (synchronous=${synchronous}, journal_mode=${journalMode}).`,
      {
        hint: 'The data directory may be on a file system without WAL support: move it to a local disk with --data-dir.',
      },
    )
  }
}

function openFailure(error: unknown, path: string): unknown {
  const code = sqliteCode(error)
  if (code.startsWith('SQLITE_BUSY')) {
    return new AppError('conflict', `Another Slipway backend uses ${dirname(path)}.`, {
      cause: error,
      hint: 'Use that one (slipway status), stop it, or give another directory with --data-dir.',
    })
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new AppError('storage_damaged', `${path} is damaged or is not a Slipway database.`, {
      cause: error,
      hint: 'Nothing was changed. Restore the newest good copy with: slipway backup restore.',
    })
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM') {
    return new AppError('forbidden', `${path} cannot be written.`, {
      cause: error,
      hint: 'Give yourself write permission on the data directory, or name another one with --data-dir.',
    })
  }
  return storageError(error)
}

const sqliteCode = (error: unknown): string => (error instanceof Database.SqliteError ? error.code : '')

/** SQLite's own failures in the user's terms; a full disk or a slow device is never called damage. */
export function storageError(error: unknown): unknown {
  const code = sqliteCode(error)
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') {
    return new AppError('storage_full', 'The disk that holds the data directory is full; the change was not made.', {
      cause: error,
      hint: 'Free some space, then try again: nothing was lost.',
    })
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return new AppError('forbidden', 'The data directory has become read-only; the change was not made.', {
      cause: error,
      hint: 'Make it writable, then try again.',
    })
  }
  if (code.startsWith('SQLITE_IOERR') && code !== 'SQLITE_IOERR_NOMEM') {
    return new AppError(
      'storage_failed',
      'The disk that holds the data directory reported an error; the change was not made.',
      {
        cause: error,
        hint: diskHint,
      },
    )
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new AppError('storage_damaged', 'The database file is damaged; the change was not made.', {
      cause: error,
      hint: 'Stop Slipway, keep the file, and run: slipway backup restore.',
    })
  }
  return error
}
