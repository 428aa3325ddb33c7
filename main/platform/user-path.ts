import { dirname } from 'node:path'
import { AppError } from '../contract/errors.ts'

/**
 * Refuses the root of a disk where a person means one thing on it: it has no name to go by, and to read it is to read
 * everything. `path` is absolute. Throws `invalid_input`.
 */
export function assertNotRoot(path: string, what: 'dataset' | 'model'): void {
  if (dirname(path) !== path) return
  throw new AppError('invalid_input', `${path} is a whole disk, not a ${what}.`, {
    hint: `Give the file or the folder that holds the ${what}.`,
  })
}
