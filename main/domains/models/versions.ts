import { AppError } from '../../contract/errors.ts'
import type { ModelVersion, ModelVersionId } from '../../contract/models.ts'
import { lineageOf } from '../../platform/db/lineage.ts'
import type { ReadableDb } from '../../platform/db/types.ts'
import { findByReference } from '../../platform/db/versioned-set.ts'
import { finders, findVersion } from './repo.ts'

/** How people call a version: `llama@2`. */
export const shown = (found: ModelVersion): string => `${found.name}@${found.version}`

/** A version by its id, or as people call it: NAME (its newest), NAME@2, NAME@best. Throws `not_found`. */
export function versionOf(db: ReadableDb, ref: string): ModelVersion {
  const found = findByReference(db, ref, finders)
  if (found) return found
  throw new AppError('not_found', `There is no model ${ref}.`, {
    hint: 'slipway models list shows them; a version is NAME@2, an alias NAME@best.',
  })
}

/** The same, but ready to be read: throws `conflict` while it is being verified, and what is wrong otherwise. */
export function readyVersionOf(db: ReadableDb, ref: string): ModelVersion {
  const found = versionOf(db, ref)
  if (found.state === 'ready') return found
  if (found.state === 'verifying')
    throw new AppError('conflict', `${found.name} V${found.version} is still being verified.`, {
      hint: 'Wait for its job: slipway jobs list.',
    })
  throw new AppError(
    'conflict',
    `${found.name} V${found.version} is ${found.state}: ${found.problem ?? 'its files are not as recorded'}`,
    { hint: `slipway models verify ${found.id} checks again.` },
  )
}

/** The base that an adapter was trained on here, from its lineage. */
export function baseOf(db: ReadableDb, id: ModelVersionId): ModelVersion | undefined {
  const base = lineageOf(db, id).madeBy.find(({ kind, role }) => kind === 'model' && role === 'base')
  return base && findVersion(db, base.id)
}
