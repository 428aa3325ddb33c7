import { join } from 'node:path'
import { makeFolders } from './make-folder.ts'
import { defaultCacheDir } from './paths.ts'

/**
 * Where Node keeps compiled modules between starts, which halves the time of a start; undefined where no such folder can
 * be made. It is made here, because Node itself never ends where a file system takes no new folders.
 */
export function compileCacheFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const folder = join(defaultCacheDir(env), 'compiled')
  try {
    makeFolders(folder)
    return folder
  } catch {
    // Without it a start takes longer, and is as good; what needs the cache for more says what is wrong with it.
    return undefined
  }
}
