import { AppError } from '../../contract/errors.ts'
import type { Log } from '../log.ts'

/**
 * Writes a record of what happens anyway. A disk that takes nothing (`storage_full`, `storage_failed`) must not keep
 * somebody from stopping what runs on it: the log says then what the record cannot. Throws everything else.
 */
export function recordIfPossible(record: () => void, what: string, log: Log): void {
  try {
    record()
  } catch (error) {
    if (!(error instanceof AppError) || !['storage_full', 'storage_failed'].includes(error.code)) throw error
    log.error(`${what} without an audit record: the disk takes none`, { cause: error.message })
  }
}
