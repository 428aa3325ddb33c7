import { existsSync, readdirSync, readlinkSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { systemCall } from '../../contract/call.ts'
import type { Store } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import { movedPath, type OwnPlace } from '../../platform/own-path.ts'
import { pathsOfVersions } from './kept-bytes-repo.ts'
import { setVersionPath } from './repo.ts'

type Deps = {
  readonly store: Store
  readonly log: Log
  readonly modelsDir: string
  readonly places: readonly OwnPlace[]
}

/**
 * Finds again what models keep in a data directory that was moved or restored elsewhere: their recorded paths, and the
 * links of copies to the blob store, which an older Slipway made absolute. Call before anything asks what is needed.
 */
export function relocateModels({ store, log, modelsDir, places }: Deps): void {
  const moved = pathsOfVersions(store.read).flatMap(({ id, path }) => {
    const here = movedPath(path, places)
    return here === undefined ? [] : [{ id, here }]
  })
  if (moved.length > 0) {
    store.commit(systemCall('models.relocate'), modelsDir, tx => {
      for (const { id, here } of moved) setVersionPath(tx, id, here)
    })
    log.info('models were found where the data directory lies now', { models: moved.length, modelsDir })
  }
  const links = linkRelatively(modelsDir, places)
  if (links > 0) log.info('links of copied models were made relative', { links })
}

function linkRelatively(modelsDir: string, places: readonly OwnPlace[]): number {
  if (!existsSync(modelsDir)) return 0
  let links = 0
  for (const entry of readdirSync(modelsDir, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) continue
    const path = join(entry.parentPath, entry.name)
    const target = readlinkSync(path)
    if (!isAbsolute(target)) continue
    const here = movedPath(target, places) ?? target
    if (!places.some(({ folder }) => here.startsWith(folder)) || !existsSync(here)) continue
    const fresh = `${path}.relinked`
    rmSync(fresh, { force: true })
    symlinkSync(relativeTarget(path, here), fresh)
    renameSync(fresh, path)
    links += 1
  }
  return links
}

/** What a link at `path`, whose folder exists, says to reach `target`: relative, so that both can be moved together. */
export const relativeTarget = (path: string, target: string): string =>
  relative(realpathSync(dirname(path)), realpathSync(target))
