import type { Findable } from '../../platform/db/named.ts'
import { selectNamed } from '../../platform/db/named.ts'
import type { Store } from '../../platform/db/types.ts'
import { findJob } from './repo.ts'

/** Jobs by their names and ids. */
export const jobsFindable = ({ read }: Pick<Store, 'read'>): Findable => ({
  kind: 'job',
  named: (words, limit) => selectNamed(read, { table: 'jobs', where: '1', index: 'jobs_to_find' }, words, limit),
  tell: (id, selector) => {
    const job = selector ? undefined : findJob(read, id)
    return job && { kind: 'job', id: job.id, name: job.name, state: job.state, detail: job.kind }
  },
})
