import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { ReadableDb } from '../db/types.ts'
import type { BytesKeeper } from './collector.ts'

type Deps = {
  /** Holds one folder for each row. */
  readonly parent: string
  /** Of the rows' ids: other names are not ours, and stay. */
  readonly prefix: string
  readonly isRow: (db: ReadableDb, id: string) => boolean
  /** Whether something else needs a path in there whose row is gone. */
  readonly isPathUsed?: (db: ReadableDb, path: string) => boolean
}

/**
 * Keeps folders that are named by the ids of rows, for as long as the row is there. What outlives its row because
 * something else lies in it, such as a model in the folder of a run that was deleted, goes when that goes.
 */
export function createFolderKeeper({ parent, prefix, isRow, isPathUsed = () => false }: Deps): BytesKeeper {
  const isId = (name: string) => name.startsWith(`${prefix}_`) && /^[0-9a-f]{32}$/.test(name.slice(prefix.length + 1))
  const foldersIn = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
  return {
    isUsed: () => false,
    storing: () => undefined,
    // From the outside in: what goes as a whole is not looked into.
    folders: () =>
      existsSync(parent)
        ? foldersIn(parent)
            .filter(isId)
            .flatMap(id => [join(parent, id), ...foldersIn(join(parent, id)).map(name => join(parent, id, name))])
        : [],
    isFolderUsed: (db, folder) => {
      const [id = ''] = relative(parent, folder).split(sep)
      return isRow(db, id) || isPathUsed(db, folder)
    },
  }
}
