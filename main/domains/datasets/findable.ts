import type { Findable } from '../../platform/db/named.ts'
import { selectNamed } from '../../platform/db/named.ts'
import type { Store } from '../../platform/db/types.ts'
import { findDataset, findVersion, findVersionOf } from './repo.ts'

/** Datasets by their names, versions by `name@version`, both by their ids. */
export const datasetsFindable = ({ read }: Pick<Store, 'read'>): Findable => ({
  kind: 'dataset',
  named: (words, limit) => selectNamed(read, { table: 'datasets', where: 'is_listed = 1' }, words, limit),
  tell: (id, selector) => {
    const dataset = findDataset(read, id)
    const found =
      dataset?.id !== id
        ? findVersion(read, id)
        : selector
          ? findVersionOf(read, id, selector)
          : findVersion(read, dataset.newestVersionId ?? '')
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
