/**
 * The backend process: SQLite, domains, gateway. The desktop shell, `slipway serve`, the command line and the tests all
 * start this same file.
 *
 *   node main/entry/backend.ts [--port N] [--host H] [--data-dir DIR] [--idle-exit-ms N]
 */
import '../platform/network/unless-offline.ts'

import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { errorKinds, toAppError } from '../contract/errors.ts'
import { makeFolders } from '../platform/make-folder.ts'
import { defaultCacheDir } from '../platform/paths.ts'

try {
  keepCompiledModules(join(defaultCacheDir(process.env), 'compiled'))
  const { runBackend } = await import('./run-backend.ts')
  await runBackend(process.argv.slice(2))
  flushCompileCache()
} catch (error) {
  const failure = toAppError(error)
  console.error(`error[${failure.code}]: ${failure.message}${failure.hint ? `\nhint: ${failure.hint}` : ''}`)
  if (failure.code === 'internal') console.error(error)
  process.exit(errorKinds[failure.code].exit)
}

/** Between starts: that halves the time until the backend is ready. Hence the late import above. */
function keepCompiledModules(folder: string): void {
  try {
    makeFolders(folder)
  } catch {
    return // Without a cache a start takes longer, and is as good; what needs the cache says what is wrong with it.
  }
  enableCompileCache(folder)
}
