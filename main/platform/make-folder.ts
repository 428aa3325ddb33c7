import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../contract/errors.ts'
import { diskHint } from './disk-hint.ts'

/**
 * Makes a folder of ours with everything above it, for this user alone; one that is there must be writable. Throws
 * `forbidden`, `storage_full` or `invalid_input`, each naming the folder.
 * @param otherwise what else the reader can do, as the end of a sentence
 */
export function makeFolder(path: string, otherwise = 'name another data directory with --data-dir'): void {
  try {
    makeFolders(path)
    accessSync(path, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw folderFailure(error, path, otherwise)
  }
}

/**
 * Makes a folder with everything above it, for this user alone. For any path that a user can name: Node's own `recursive`
 * never returns where a folder is there in which none can be made and that says "not found", as in /proc.
 */
export function makeFolders(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
    const above = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path || existsSync(above)) throw error
    makeFolders(above)
    makeFolders(path)
  }
}

function folderFailure(error: unknown, path: string, otherwise: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AppError('forbidden', `${path} cannot be written.`, {
        cause: error,
        hint: `Give yourself write permission there, or ${otherwise}.`,
      })
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('storage_full', `There is no room on the disk for ${path}.`, {
        cause: error,
        hint: `Free some space there, or ${otherwise}.`,
      })
    case 'EIO':
      return new AppError('storage_failed', `The disk reported an error at ${path}.`, { cause: error, hint: diskHint })
    case 'ENOTDIR':
    case 'EEXIST':
      return new AppError('invalid_input', `${path} cannot be a folder: a file is in the way.`, {
        cause: error,
        hint: `Move the file away, or ${otherwise}.`,
      })
    case 'ENOENT':
      return new AppError('forbidden', `${path} cannot be made: its file system takes no new folders.`, {
        cause: error,
        hint: `${sentence(otherwise)}: one on a disk.`,
      })
    default:
      return error
  }
}

const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
