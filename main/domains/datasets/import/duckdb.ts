import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { AppError } from '../../../contract/errors.ts'
import { diskHint } from '../../../platform/disk-hint.ts'

export type DuckOptions = { readonly memoryLimitMiB: number; readonly threads: number; readonly tempDir?: string }

/**
 * A private DuckDB in memory. It loads and fetches no extensions beyond the built-in ones (json and parquet are), and
 * reads no configuration of the user.
 */
export async function openDuck({ memoryLimitMiB, threads, tempDir }: DuckOptions): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    memory_limit: `${memoryLimitMiB}MiB`,
    threads: String(threads),
    ...(tempDir !== undefined && { temp_directory: tempDir }),
  })
  return instance.connect()
}

/** A text as a SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A path as a literal for DuckDB's readers, which would expand `*`, `?` and `[` in it. */
export const pathLiteral = (path: string): string => literal(path.replaceAll(/[*?[]/g, char => `[${char}]`))

/** DuckDB's failures in the user's terms; `what` is the file or step that failed. */
export function duckError(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error
  if (/No space left on device|Disk quota exceeded|Out of disk|File too large/i.test(error.message))
    return new AppError('storage_full', `The disk is full: ${what} could not be written.`, {
      cause: error,
      hint: 'Free some space, then try again. Nothing was changed.',
    })
  if (/Input\/output error/i.test(error.message))
    return new AppError('storage_failed', `The disk reported an error: ${what} could not be read or written.`, {
      cause: error,
      hint: diskHint,
    })
  if (/Read-only file system|Permission denied/i.test(error.message))
    return new AppError('forbidden', `${what} could not be written: the folder is read-only.`, {
      cause: error,
      hint: 'Check the permissions of the data directory.',
    })
  if (/^INTERRUPT/i.test(error.message)) return new AppError('cancelled', 'Cancelled.', { cause: error })
  if (/^Out of Memory/i.test(error.message))
    return new AppError('too_large', `${what} needs more memory than it may use.`, {
      cause: error,
      hint: 'Its rows are very long: split them, or leave the longest out.',
    })
  return error
}
