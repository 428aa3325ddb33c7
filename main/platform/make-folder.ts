import { accessSync, constants, mkdirSync } from 'node:fs'
import { AppError } from '../contract/errors.ts'

/**
 * Makes a folder of ours with everything above it, for this user alone; one that is there must be writable. Throws
 * `forbidden`, `storage_full` or `invalid_input`, each naming the folder.
 * @param otherwise what else the reader can do, as the end of a sentence
 */
export function makeFolder(path: string, otherwise = 'name another data directory with --data-dir'): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    accessSync(path, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw folderFailure(error, path, otherwise)
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
    case 'ENOTDIR':
    case 'EEXIST':
      return new AppError('invalid_input', `${path} cannot be a folder: a file is in the way.`, {
        cause: error,
        hint: `Move the file away, or ${otherwise}.`,
      })
    default:
      return error
  }
}
