import { copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Database as Connection } from 'better-sqlite3'
import Database from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import { diskError } from '../blobs/store.ts'
import { makeFolder } from '../make-folder.ts'
import { createAuditChain } from './audit-chain.ts'
import { checkDatabase, flush } from './backup.ts'
import { keptAsideName } from './kept-aside.ts'
import { type Migration, pending } from './migrate.ts'
import { openDatabase, storageError } from './open.ts'

type Restore = {
  readonly backup: string
  readonly database: string
  /** The steps this build knows: a backup of a newer Slipway could not be opened afterwards. */
  readonly migrations: readonly Migration[]
  readonly nowMs: number
}

/**
 * Puts a checked backup in the place of the database, with a record of that in its audit log. The present files are kept
 * in a new folder, which is returned. The database is never missing in between, and no backend can open it meanwhile.
 * Throws `storage_damaged` for a bad backup, `conflict` for one of a newer Slipway and while a backend is running.
 */
export function restoreBackup({ backup, database, migrations, nowMs }: Restore): { movedTo: string | undefined } {
  const { ok, problems } = checkDatabase(backup)
  if (!ok)
    throw new AppError('storage_damaged', `${backup} is not a good backup: ${problems[0]}.`, {
      hint: 'Choose another one: slipway backup list.',
    })
  const held = holdDatabase(database)
  const fresh = `${database}.restoring`
  try {
    makeFolder(dirname(database))
    rmSync(fresh, { force: true })
    copyOf(backup, fresh, migrations)
    recordRestore(fresh, backup, nowMs)
    flush(fresh)
    const movedTo = keepAside(database, nowMs)
    renameSync(fresh, database)
    flush(dirname(database))
    return { movedTo }
  } catch (error) {
    throw diskError(storageError(error))
  } finally {
    rmSync(fresh, { force: true })
    held?.close()
  }
}

function copyOf(backup: string, fresh: string, migrations: readonly Migration[]): void {
  const source = new Database(backup, { readonly: true, fileMustExist: true })
  try {
    pending(source, migrations)
    source.prepare('VACUUM INTO ?').run(fresh)
  } finally {
    source.close()
  }
}

function recordRestore(fresh: string, backup: string, nowMs: number): void {
  const db = new Database(fresh, { fileMustExist: true })
  try {
    createAuditChain(db).append({
      atMs: nowMs,
      bootId: 'restore',
      actor: 'owner:owner',
      source: 'internal',
      action: 'backup.restore',
      object: backup,
      result: 'ok',
    })
  } finally {
    db.close()
  }
}

/**
 * Locks the database against every backend until the connection is closed. Nothing to hold where there is none, or where
 * it is damaged: that is no reason to refuse its own repair, and no backend can open it either.
 */
function holdDatabase(database: string): Connection | undefined {
  if (!existsSync(database)) return undefined
  let db: Connection
  try {
    db = openDatabase(database)
  } catch (error) {
    if (error instanceof AppError && error.code === 'storage_damaged') return undefined
    if (error instanceof AppError && error.code === 'conflict') {
      throw new AppError('conflict', 'The backend is running on this data directory.', {
        cause: error,
        hint: 'Stop it first: slipway stop.',
      })
    }
    throw error
  }
  // Everything into the one file, and no write-ahead log whose removal could meet that of the restored database.
  db.pragma('journal_mode = DELETE')
  db.exec('BEGIN EXCLUSIVE')
  return db
}

function keepAside(database: string, nowMs: number): string | undefined {
  const logs = [`${database}-wal`, `${database}-shm`].filter(path => existsSync(path))
  if (logs.length === 0 && !existsSync(database)) return undefined
  const aside = join(dirname(database), keptAsideName(nowMs))
  mkdirSync(aside, { mode: 0o700 })
  // A second name, not a move: power may go before the restored file has taken the first.
  if (existsSync(database)) linkOrCopy(database, join(aside, basename(database)))
  for (const path of logs) renameSync(path, join(aside, basename(path)))
  flush(aside)
  return aside
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    copyFileSync(from, to)
    flush(to)
  }
}
