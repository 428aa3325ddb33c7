import type { Findable } from '../../platform/db/named.ts'
import { selectNamed } from '../../platform/db/named.ts'
import type { Store } from '../../platform/db/types.ts'
import { findModel, findVersion, findVersionOf } from './repo.ts'

/** Models by their names, versions by `name@version`, both by their ids. */
export const modelsFindable = ({ read }: Pick<Store, 'read'>): Findable => ({
  kind: 'model',
  named: (words, limit) =>
    selectNamed(read, { table: 'models', where: 'is_listed = 1', index: 'models_to_find' }, words, limit),
  tell: (id, selector) => {
    const model = findModel(read, id)
    const found =
      model?.id !== id
        ? findVersion(read, id)
        : selector
          ? findVersionOf(read, id, selector)
          : findVersion(read, model.newestVersionId ?? '')
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
