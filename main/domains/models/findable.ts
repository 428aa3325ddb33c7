import type { Findable } from '../../platform/db/named.ts'
import { selectNamed } from '../../platform/db/named.ts'
import type { Store } from '../../platform/db/types.ts'
import { findById } from '../../platform/db/versioned-set.ts'
import { finders } from './repo.ts'

/** Models by their names, versions by `name@version`, both by their ids. */
export const modelsFindable = ({ read }: Pick<Store, 'read'>): Findable => ({
  kind: 'model',
  named: (words, limit) =>
    selectNamed(read, { table: 'models', where: 'is_listed = 1', index: 'models_to_find' }, words, limit),
  tell: (id, selector) => {
    const found = findById(read, id, selector, finders)
    return (
      found && {
        kind: 'model',
        id: found.id,
        name: found.name,
        version: found.version,
        state: found.state,
        detail: found.summary.format,
      }
    )
  },
})
