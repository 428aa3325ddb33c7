import { closeSync, openSync, readSync } from 'node:fs'
import type { Database as Connection } from 'better-sqlite3'
import Database from 'better-sqlite3'
import { firstBrokenRecord } from './audit-chain.ts'

export type BackupCheck = {
  readonly ok: boolean
  readonly problems: readonly string[]
  readonly schemaVersion: number
  readonly tables: Readonly<Record<string, number>>
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
