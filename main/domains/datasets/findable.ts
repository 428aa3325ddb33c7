import type { Findable } from '../../platform/db/named.ts'
import { selectNamed } from '../../platform/db/named.ts'
import type { Store } from '../../platform/db/types.ts'
import { findById } from '../../platform/db/versioned-set.ts'
import { finders } from './repo.ts'

/** Datasets by their names, versions by `name@version`, both by their ids. */
export const datasetsFindable = ({ read }: Pick<Store, 'read'>): Findable => ({
  kind: 'dataset',
  named: (words, limit) => selectNamed(read, { table: 'datasets', where: 'is_listed = 1' }, words, limit),
  tell: (id, selector) => {
    const found = findById(read, id, selector, finders)
    return (
      found && {
        kind: 'dataset',
        id: found.id,
        name: found.name,
        version: found.version,
        state: found.state,
        ...(found.kind && { detail: found.kind }),
      }
    )
  },
})
