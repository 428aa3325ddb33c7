import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import { makeFolders } from '../make-folder.ts'

type Options = {
  readonly signal?: AbortSignal | undefined
  /** Called once when another process holds it, with what that process wrote about itself. */
  readonly onWait: (holder: string) => void
  readonly pollMs?: number
}

/**
 * Runs `work` while no other process does, on this machine. The lock is SQLite's own on an empty file: the kernel drops
 * it with the process, so a killed build never leaves a stale one, and no process id has to be trusted.
 */
export async function exclusively<T>(
  file: string,
  { signal, onWait, pollMs = 250 }: Options,
  work: () => Promise<T>,
): Promise<T> {
  makeFolders(dirname(file))
  const db = new Database(file, { timeout: 0 })
  const note = `${file}.holder`
  try {
    for (let waited = false; !tryLock(db); ) {
      if (!waited) onWait(readHolder(note))
      waited = true
      if (signal?.aborted) throw new AppError('cancelled', 'Stopped while waiting for another build.')
      await pause(pollMs)
    }
    writeFileSync(note, `process ${process.pid}`)
    return await work()
  } finally {
    db.close()
  }
}

function tryLock(db: Database.Database): boolean {
  try {
    db.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false
    throw error
  }
}

function readHolder(note: string): string {
  try {
    return readFileSync(note, 'utf8')
  } catch {
    // It has the lock and has not said who it is yet.
    return 'another process'
  }
}
