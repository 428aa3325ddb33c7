import { existsSync, linkSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '../../contract/errors.ts'
import { diskError, hashFile } from '../../platform/blobs/store.ts'
import type { ReadableDb } from '../../platform/db/types.ts'
import { issuesOf } from './imports-repo.ts'

type Exported = {
  readonly path: string
  readonly rows: number
  readonly sizeBytes: number
  readonly sha256: string
}

const rowsAtOnce = 500

/**
 * Writes the rows that the import of a version left out, as far as they are kept, to a new file of JSON lines, which
 * appears complete or not at all. Throws `conflict` when the file exists, `cancelled`, and as `diskError`.
 */
export async function exportIssues(
  db: ReadableDb,
  { id, path }: { readonly id: string; readonly path: string },
  signal?: AbortSignal,
): Promise<Exported> {
  if (existsSync(path)) throw taken(path)
  const part = `${path}.${process.pid}.part`
  try {
    const file = await open(part, 'wx', 0o600)
    let rows: number
    try {
      rows = await writeAll(file, db, id, signal)
      await file.sync()
    } finally {
      await file.close()
    }
    // A link fails where the name was taken meanwhile; a rename would silently win.
    linkSync(part, path)
    return { path, rows, ...(await hashFile(path, { signal })) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(path, error)
    throw diskError(error)
  } finally {
    rmSync(part, { force: true })
  }
}

async function writeAll(
  file: FileHandle,
  db: ReadableDb,
  id: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  for (let offset = 0; ; offset += rowsAtOnce) {
    signal?.throwIfAborted()
    const { items, stored } = issuesOf(db, id, { reason: undefined, offset, limit: rowsAtOnce })
    if (items.length > 0) await file.appendFile(items.map(issue => `${JSON.stringify(issue)}\n`).join(''))
    if (offset + items.length >= stored) return stored
  }
}

const taken = (path: string, cause?: unknown): AppError =>
  new AppError('conflict', `${path} exists already.`, { cause, hint: 'Name a file that does not exist yet.' })
