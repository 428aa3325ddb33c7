import type { Findable } from '../../platform/db/named.ts'
import { selectNamed } from '../../platform/db/named.ts'
import type { Store } from '../../platform/db/types.ts'
import { findDeployment, findRevision } from './repo.ts'
import type { Inference } from './service.ts'

/** Deployments by their names and ids. */
export const deploymentsFindable = ({ read }: Pick<Store, 'read'>, now: Inference['now']): Findable => ({
  kind: 'deployment',
  named: (words, limit) => selectNamed(read, { table: 'deployments', where: 'removed_at_ms IS NULL' }, words, limit),
  tell: (id, selector) => {
    const deployment = selector ? undefined : findDeployment(read, id)
    const state = deployment?.id === id ? now(id)?.state : undefined
    if (!deployment || !state) return undefined
    const model = findRevision(read, deployment.id, deployment.currentRevision)?.model.name
    return { kind: 'deployment', id: deployment.id, name: deployment.name, state, ...(model && { detail: model }) }
  },
})
