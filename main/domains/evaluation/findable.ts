import type { Findable } from '../../platform/db/named.ts'
import { selectNamed } from '../../platform/db/named.ts'
import type { Store } from '../../platform/db/types.ts'
import { findEvaluation } from './repo.ts'
import type { Evaluations } from './service.ts'

/** Evaluations by their names and ids. */
export const evaluationsFindable = ({ read }: Pick<Store, 'read'>, now: Evaluations['now']): Findable => ({
  kind: 'evaluation',
  named: (words, limit) => selectNamed(read, { table: 'evaluations', where: 'removed_at_ms IS NULL' }, words, limit),
  tell: (id, selector) => {
    const evaluation = selector ? undefined : findEvaluation(read, id)
    const state = evaluation?.id === id ? now(id)?.state : undefined
    return evaluation && state
      ? { kind: 'evaluation', id: evaluation.id, name: evaluation.name, state, detail: evaluation.dataset.name }
      : undefined
  },
})
