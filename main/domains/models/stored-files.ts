import { statSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import type { ReadableDb } from '../../platform/db/types.ts'
import type { OwnPlace } from '../../platform/own-path.ts'
import type { Removed } from '../../platform/retention.ts'
import { filesWithDigest, versionsRemovedSince } from './kept-bytes-repo.ts'

const isInside = (path: string, places: readonly OwnPlace[]): boolean =>
  places.some(({ folder }) => path.startsWith(`${folder}${sep}`))

export type StoredModelFile = {
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly version: { readonly id: string; readonly name: string }
}

/** The files of models that lie in the data directory, with what they hashed to; not those in the user's own folders. */
export const storedModelFiles = (db: ReadableDb, places: readonly OwnPlace[]): StoredModelFile[] =>
  filesWithDigest(db)
    .filter(({ root }) => isInside(root, places))
    .map(({ versionId, name, root, path, sha256, sizeBytes }) => ({
      path: join(isOneFile(root, path) ? dirname(root) : root, path),
      sha256,
      sizeBytes,
      version: { id: versionId, name },
    }))

const isOneFile = (root: string, path: string): boolean => {
  const facts = statSync(root, { throwIfNoEntry: false })
  return facts ? facts.isFile() : basename(root) === path
}

/** Versions that were removed since that time and can be taken back. What lies in the user's own folders holds nothing here. */
export const removedModels = (db: ReadableDb, sinceMs: number, places: readonly OwnPlace[]): Removed[] =>
  versionsRemovedSince(db, sinceMs).map(({ path, ...version }) => ({
    ...version,
    sizeBytes: isInside(path, places) ? version.sizeBytes : 0,
  }))
