import { copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Database as Connection } from 'better-sqlite3'
import Database from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import { diskError } from '../blobs/store.ts'
import { flushFile, flushFolder } from '../flush.ts'
import { makeFolder } from '../make-folder.ts'
import { createAuditChain } from './audit-chain.ts'
import { createDatabaseChecks } from './database-checks.ts'
import { keptAsideName } from './kept-aside.ts'
import { type Migration, pending } from './migrate.ts'
import { openDatabase, storageError } from './open.ts'

/** How far a restore is, in bytes of the phase it is in. Of a check only its begin and its end can be known. */
export type RestoreProgress = {
  readonly phase: 'checking' | 'copying'
  readonly doneBytes: number
  readonly totalBytes: number
}

type Restore = {
  readonly backup: string
  readonly database: string
  /** The steps this build knows: a backup of a newer Slipway could not be opened afterwards. */
  readonly migrations: readonly Migration[]
  readonly nowMs: number
  readonly onProgress?: (progress: RestoreProgress) => void
}

/** Between two turns of the event loop: 4 MiB, so that progress can be told and nobody waits for it. */
const pagesAtOnce = 1_024

/**
 * Puts a checked backup in the place of the database, with a record of that in its audit log. The present files are kept
 * in a new folder, which is returned. The database is never missing in between, and no backend can open it meanwhile.
 * Throws `storage_damaged` for a bad backup, `conflict` for one of a newer Slipway and while a backend is running.
 */
export async function restoreBackup(restore: Restore): Promise<{ movedTo: string | undefined }> {
  const { backup, database, migrations, nowMs } = restore
  await assertGood(restore)
  const held = holdDatabase(database)
  const fresh = `${database}.restoring`
  const remove = () => {
    for (const path of [fresh, `${fresh}-journal`]) rmSync(path, { force: true })
  }
  try {
    makeFolder(dirname(database))
    remove()
    await copyOf(restore, fresh, migrations)
    recordRestore(fresh, backup, nowMs)
    flushFile(fresh)
    const movedTo = keepAside(database, nowMs)
    renameSync(fresh, database)
    flushFolder(dirname(database))
    return { movedTo }
  } catch (error) {
    throw diskError(storageError(error))
  } finally {
    remove()
    held?.close()
  }
}

// In a thread: SQLite checks in one long step, and whoever waits is told meanwhile that it goes on.
async function assertGood({ backup, onProgress }: Restore): Promise<void> {
  const checks = createDatabaseChecks()
  const totalBytes = statSync(backup, { throwIfNoEntry: false })?.size ?? 0
  try {
    onProgress?.({ phase: 'checking', doneBytes: 0, totalBytes })
    const { ok, problems } = await checks.check(backup)
    if (!ok)
      throw new AppError('storage_damaged', `${backup} is not a good backup: ${problems[0]}.`, {
        hint: 'Choose another one: slipway backup list.',
      })
    onProgress?.({ phase: 'checking', doneBytes: totalBytes, totalBytes })
  } finally {
    await checks.close()
  }
}

async function copyOf({ backup, onProgress }: Restore, fresh: string, migrations: readonly Migration[]): Promise<void> {
  const source = new Database(backup, { readonly: true, fileMustExist: true })
  try {
    pending(source, migrations)
    const pageBytes = Number(source.pragma('page_size', { simple: true }))
    const { totalPages } = await source.backup(fresh, {
      progress: ({ totalPages, remainingPages }) => {
        const doneBytes = (totalPages - remainingPages) * pageBytes
        onProgress?.({ phase: 'copying', doneBytes, totalBytes: totalPages * pageBytes })
        return pagesAtOnce
      },
    })
    onProgress?.({ phase: 'copying', doneBytes: totalPages * pageBytes, totalBytes: totalPages * pageBytes })
  } finally {
    source.close()
  }
}

function recordRestore(fresh: string, backup: string, nowMs: number): void {
  const db = new Database(fresh, { fileMustExist: true })
  try {
    // Copied pages say "write-ahead log" where their source did; what takes the database's place is one file.
    db.pragma('journal_mode = DELETE')
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
  flushFolder(aside)
  return aside
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    copyFileSync(from, to)
    flushFile(to)
  }
}
