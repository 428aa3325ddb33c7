import type { Findable } from '../../platform/db/named.ts'
import { selectNamed } from '../../platform/db/named.ts'
import type { Store } from '../../platform/db/types.ts'
import { findRun } from './repo.ts'
import type { Training } from './service.ts'

/** Runs by their names and ids. */
export const runsFindable = ({ read }: Pick<Store, 'read'>, now: Training['now']): Findable => ({
  kind: 'run',
  named: (words, limit) => selectNamed(read, { table: 'runs', where: 'removed_at_ms IS NULL' }, words, limit),
  tell: (id, selector) => {
    const run = selector ? undefined : findRun(read, id)
    const state = run?.id === id ? now(id)?.state : undefined
    return run && state ? { kind: 'run', id: run.id, name: run.name, state, detail: run.method } : undefined
  },
})
