import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { BytesKeeper } from '../../platform/blobs/collector.ts'
import type { ReadableDb } from '../../platform/db/types.ts'
import { copyingName, isDigestUsedIn, isKeptElsewhere, isPathUsed } from './kept-bytes-repo.ts'

type Deps = {
  readonly store: { readonly read: ReadableDb }
  /** Holds one folder for each model that Slipway keeps itself, named by the version's id. */
  readonly modelsDir: string
  readonly blobPathOf: (sha256: string) => string
  /** Versions that a conversion is making: their folders are needed before their rows are there. */
  readonly isBeingMade: (versionId: string) => boolean
}

export type KeptModels = BytesKeeper & {
  /** The folder of ours that a version's path lies in; undefined for what lies anywhere else. */
  readonly folderOf: (path: string) => string | undefined
}

/** What models keep in the data directory: folders of their own, and the blobs that these link to. */
export function createKeptModels({ store, modelsDir, blobPathOf, isBeingMade }: Deps): KeptModels {
  // A version that was registered from inside is known by its real path.
  const places = (path: string): string[] => [...new Set([path, existsSync(path) ? realpathSync(path) : path])]

  const folderOf = (path: string): string | undefined => {
    const root = places(modelsDir).find(each => path.startsWith(`${each}${sep}`))
    const [name] = root === undefined ? [] : relative(root, path).split(sep)
    return name === undefined ? undefined : join(modelsDir, name)
  }

  // Our own database was corrected before anything was asked (`relocateModels`); one that was kept aside cannot be.
  const assertOfThisPlace = (db: ReadableDb): void => {
    if (db !== store.read && places(modelsDir).every(folder => isKeptElsewhere(db, folder)))
      throw new Error('the database was written when the data directory was elsewhere')
  }

  return {
    folderOf,
    isUsed: (db, sha256) => {
      assertOfThisPlace(db)
      return (
        places(modelsDir).some(folder => isDigestUsedIn(db, folder, sha256)) ||
        places(blobPathOf(sha256)).some(path => isPathUsed(db, path))
      )
    },
    storing: () => {
      const name = copyingName(store.read, modelsDir)
      return name === undefined ? undefined : `a copy of the model ${name}`
    },
    folders: () =>
      existsSync(modelsDir)
        ? readdirSync(modelsDir, { withFileTypes: true })
            .filter(entry => entry.isDirectory() && idOf(entry.name) !== undefined)
            .map(entry => join(modelsDir, entry.name))
        : [],
    isFolderUsed: (db, folder) => {
      assertOfThisPlace(db)
      return (
        isBeingMade(idOf(relative(dirname(folder), folder)) ?? '') || places(folder).some(path => isPathUsed(db, path))
      )
    },
  }
}

/** The version in the name of a folder of ours, also of a half-made one; undefined for what others put there. */
const idOf = (name: string): string | undefined => /^(mdv_[0-9a-f]{32})(\.partial(-[0-9a-f]+)?)?$/.exec(name)?.[1]
