import type { DatasetKind } from '../../contract/dataset-rows.ts'
import type { DatasetVersion } from '../../contract/dataset-versions.ts'
import { AppError } from '../../contract/errors.ts'
import type { BlobStore } from '../../platform/blobs/store.ts'
import type { ReadableDb } from '../../platform/db/types.ts'
import { findByReference } from '../../platform/db/versioned-set.ts'
import type { RowSet } from './queries/row-sql.ts'
import { filesOf, finders } from './repo.ts'

/** A version that has its rows. */
export type Filled = DatasetVersion & { readonly kind: DatasetKind; readonly state: 'draft' | 'frozen' }

/** How people call a version: `dialogues@2`. */
export const shown = (found: DatasetVersion): string => `${found.name}@${found.version}`

/** A version by its id, or as people call it: NAME (its newest), NAME@2, NAME@alias. Throws `not_found`. */
export function versionOf(db: ReadableDb, ref: string): DatasetVersion {
  const found = findByReference(db, ref, finders)
  if (found) return found
  throw new AppError('not_found', `There is no dataset ${ref}.`, {
    hint: 'slipway datasets list shows them; a version is NAME@2, an alias NAME@golden.',
  })
}

/** The same, with its rows: throws `conflict` while they are imported, and when the import failed. */
export function filledOf(db: ReadableDb, ref: string): Filled {
  const found = versionOf(db, ref)
  const { kind, state } = found
  if (kind !== undefined && (state === 'draft' || state === 'frozen')) return { ...found, kind, state }
  if (state === 'importing')
    throw new AppError('conflict', `${shown(found)} is still being imported.`, {
      hint: 'Wait for its job: slipway jobs list.',
    })
  throw new AppError('conflict', `The import of ${shown(found)} failed: ${found.problem ?? 'it has no rows'}`, {
    hint: 'Correct the cause and import again; that makes a new version.',
  })
}

/** Where the rows of a version lie, for the query thread. */
export const rowSetOf = (db: ReadableDb, blobs: Pick<BlobStore, 'pathOf'>, { id, kind }: Filled): RowSet => ({
  kind,
  files: filesOf(db, id).map(file => blobs.pathOf(file.sha256)),
})
