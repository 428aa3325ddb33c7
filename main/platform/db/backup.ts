import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database as Connection } from 'better-sqlite3'
import Database from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import { diskError } from '../blobs/store.ts'
import { flushFile, flushFolder } from '../flush.ts'
import { makeFolder } from '../make-folder.ts'
import { firstBrokenRecord } from './audit-chain.ts'
import { storageError } from './open.ts'

export type BackupCheck = {
  readonly ok: boolean
  readonly problems: readonly string[]
  readonly schemaVersion: number
  readonly tables: Readonly<Record<string, number>>
}

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

/**
 * Opens a database file read-only and looks for what makes it useless as a backup: damaged pages, rows that point to
 * nothing, an audit chain that is broken, or that it is no database of Slipway at all. Changes nothing.
 */
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
    problems.push(...damageIn(db))
    const tables = tablesOf(db)
    // An empty file is a sound database to SQLite: what it holds decides, not that it opens.
    if (tables.schema_steps === undefined || tables.audit_log === undefined) problems.push(notOurs)
    else {
      const broken = firstBrokenRecord(db)
      if (broken !== undefined) problems.push(`the audit chain is broken at record ${broken}`)
    }
    return { ok: problems.length === 0, problems, schemaVersion: Number(userVersionOf(db)), tables }
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

/** What is damaged in an open database, in SQLite's words: pages, indexes, rows that point to nothing. Empty is sound. */
export function damageIn(db: Connection): string[] {
  const pages = db.pragma('integrity_check') as { integrity_check: string }[]
  const rows = db.pragma('foreign_key_check') as { table: string }[]
  return [
    // Under a headline of its own for each file; there is only one.
    ...pages.flatMap(row => row.integrity_check.split('\n')).filter(said => said !== 'ok' && !said.startsWith('*** ')),
    ...rows.map(row => `a row of ${row.table} points to nothing`),
  ]
}

const notOurs = 'it is not a database of Slipway: it has no schema steps or no audit log'

const userVersionOf = (db: Connection): unknown => db.pragma('user_version', { simple: true })

function tablesOf(db: Connection): Readonly<Record<string, number>> {
  const names = db
    .prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all()
  return Object.fromEntries(names.map(({ name }) => [name, countRows(db, name)]))
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
