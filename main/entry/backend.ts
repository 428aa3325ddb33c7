/**
 * The backend process: SQLite, domains, gateway. The desktop shell, `slipway serve`, the command line and the tests all
 * start this same file.
 *
 *   node main/entry/backend.ts [--port N] [--host H] [--data-dir DIR] [--idle-exit-ms N]
 */
import '../platform/network/unless-offline.ts'

import { enableCompileCache, flushCompileCache } from 'node:module'
import { errorKinds, toAppError } from '../contract/errors.ts'
import { compileCacheFolder } from '../platform/compile-cache.ts'

try {
  // Compiled modules are kept between starts. Hence the late import.
  const compiled = compileCacheFolder(process.env)
  if (compiled !== undefined) enableCompileCache(compiled)
  const { runBackend } = await import('./run-backend.ts')
  await runBackend(process.argv.slice(2))
  flushCompileCache()
} catch (error) {
  const failure = toAppError(error)
  console.error(`error[${failure.code}]: ${failure.message}${failure.hint ? `\nhint: ${failure.hint}` : ''}`)
  if (failure.code === 'internal') console.error(error)
  process.exit(errorKinds[failure.code].exit)
}
