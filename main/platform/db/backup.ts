import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Database as Connection } from 'better-sqlite3'
import Database from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import { storageError } from './open.ts'

export type BackupCheck = {
  readonly ok: boolean
  readonly problems: readonly string[]
  readonly schemaVersion: number
  readonly tables: Readonly<Record<string, number>>
}

/**
 * Writes a compact copy of the database beside its target, checks it, flushes it to disk and renames it into place.
 * A failure at any step leaves no half-made backup. Throws `conflict` when the target exists.
 */
export function writeBackup(db: Connection, target: string): { sizeBytes: number } {
  if (existsSync(target))
    throw new AppError('conflict', `${target} exists already.`, {
      hint: 'A backup never overwrites: choose another name.',
    })
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  const partial = `${target}.partial`
  rmSync(partial, { force: true })
  try {
    db.prepare('VACUUM INTO ?').run(partial)
    const { ok, problems } = checkDatabase(partial)
    if (!ok)
      throw new AppError('storage_damaged', `The copy did not pass its check: ${problems[0]}.`, {
        hint: 'The database itself may be damaged: slipway doctor.',
      })
    flush(partial)
    renameSync(partial, target)
    flush(dirname(target))
    return { sizeBytes: statSync(target).size }
  } catch (error) {
    rmSync(partial, { force: true })
    throw storageError(error)
  }
}

/** Opens a database file read-only and looks for damage: pages, foreign keys. Changes nothing. */
export function checkDatabase(path: string): BackupCheck {
  const problems: string[] = []
  let db: Connection
  try {
    db = new Database(path, { readonly: true, fileMustExist: true })
  } catch (error) {
    return {
      ok: false,
      problems: [`it cannot be opened: ${error instanceof Error ? error.message : 'unknown error'}`],
      schemaVersion: 0,
      tables: {},
    }
  }
  try {
    for (const row of db.pragma('integrity_check') as { integrity_check: string }[]) {
      if (row.integrity_check !== 'ok') problems.push(row.integrity_check)
    }
    for (const row of db.pragma('foreign_key_check') as { table: string }[])
      problems.push(`a row of ${row.table} points to nothing`)
    const names = db
      .prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all()
    const tables = Object.fromEntries(names.map(({ name }) => [name, countRows(db, name)]))
    return {
      ok: problems.length === 0,
      problems,
      schemaVersion: Number(db.pragma('user_version', { simple: true })),
      tables,
    }
  } catch (error) {
    return {
      ok: false,
      problems: [...problems, error instanceof Error ? error.message : 'unreadable'],
      schemaVersion: 0,
      tables: {},
    }
  } finally {
    db.close()
  }
}

/** The `user_version` in a database file's header (SQLite file format, offset 60), without opening it as a database. */
export function schemaVersionOf(path: string): number {
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(4)
    return readSync(file, header, 0, 4, 60) === 4 ? header.readUInt32BE(0) : 0
  } finally {
    closeSync(file)
  }
}

// Table names come from the schema of the file itself and are quoted: they cannot be bound.
const countRows = (db: Connection, table: string): number =>
  db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM "${table.replaceAll('"', '""')}"`).get()?.n ?? 0

/**
 * Puts a checked backup in the place of the database. The present files are moved aside, never deleted; their new
 * folder is returned. The backend must not be running (its lock is the caller's business).
 */
export function restoreBackup(backup: string, database: string, stamp: string): { movedTo: string | undefined } {
  const { ok, problems } = checkDatabase(backup)
  if (!ok)
    throw new AppError('storage_damaged', `${backup} is not a good backup: ${problems[0]}.`, {
      hint: 'Choose another one: slipway backup list.',
    })
  mkdirSync(dirname(database), { recursive: true, mode: 0o700 })
  const fresh = `${database}.restoring`
  rmSync(fresh, { force: true })
  const source = new Database(backup, { readonly: true, fileMustExist: true })
  try {
    source.prepare('VACUUM INTO ?').run(fresh)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw storageError(error)
  } finally {
    source.close()
  }
  flush(fresh)
  const present = [database, `${database}-wal`, `${database}-shm`].filter(path => existsSync(path))
  const aside = join(dirname(database), `replaced-${stamp}`)
  if (present.length > 0) {
    mkdirSync(aside, { mode: 0o700 })
    for (const path of present) renameSync(path, join(aside, basename(path)))
  }
  renameSync(fresh, database)
  flush(dirname(database))
  return { movedTo: present.length > 0 ? aside : undefined }
}

function flush(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
