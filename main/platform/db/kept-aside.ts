import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Database as Connection } from 'better-sqlite3'
import Database from 'better-sqlite3'
import type { ReadableDb } from './types.ts'

/** What `restoreBackup` calls the folder in which it keeps the database that it replaced. */
export const keptAsideName = (nowMs: number): string => `replaced-${new Date(nowMs).toISOString().replaceAll(':', '-')}`

const namePattern = /^replaced-(\d{4}-\d{2}-\d{2}T)(\d{2})-(\d{2})-(\d{2}\.\d{3}Z)$/

/** When a folder of that name was made, in milliseconds since 1970; undefined for any other name. */
function keptSinceMs(folder: string): number | undefined {
  const [, day, hours, minutes, seconds] = namePattern.exec(folder) ?? []
  return day === undefined ? undefined : Date.parse(`${day}${hours}:${minutes}:${seconds}`)
}

export type KeptAside = {
  /**
   * Whether a database that a backup replaced may need what was stored at that time (milliseconds since 1970); `asks`
   * puts the question to one of them.
   */
  readonly needs: (storedAtMs: number, asks: (db: ReadableDb) => boolean) => boolean
  readonly close: () => void
}

/**
 * The databases that a restore has kept aside: whoever goes back to one must find every byte that it needs. Deleting its
 * folder gives those up. What a damaged one needs cannot be known, so it keeps everything that was stored before it.
 */
export function openKeptAside(dataDir: string): KeptAside {
  const opened = readdirSync(dataDir).flatMap(folder => {
    const sinceMs = keptSinceMs(folder)
    return sinceMs === undefined ? [] : [{ sinceMs, db: openReadOnly(join(dataDir, folder, 'slipway.db')) }]
  })
  return {
    needs: (storedAtMs, asks) =>
      opened.some(({ sinceMs, db }) => {
        try {
          if (db !== undefined) return asks(db as unknown as ReadableDb) // the brand exists only in the type
        } catch {
          // Damaged further in, or of a build that knew no such rows: as one that does not open at all.
        }
        return storedAtMs < sinceMs
      }),
    close: () => {
      for (const { db } of opened) db?.close()
    },
  }
}

function openReadOnly(path: string): Connection | undefined {
  try {
    return new Database(path, { readonly: true, fileMustExist: true })
  } catch {
    return undefined
  }
}
