import { type Call, systemCall } from '../../contract/call.ts'
import type { DeploymentId } from '../../contract/inference.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import { createPurging, freeName, nothingToRestore, type Purging, undoMs } from '../../platform/retention.ts'
import {
  type DeploymentRecord,
  deleteDeployment,
  deploymentsRemovedBefore,
  findDeployment,
  findRemovedDeployment,
  setDeploymentRemoved,
  setDeploymentRestored,
} from './repo.ts'

export type Removal = Purging & {
  /** Stops a deployment and hides it for as long as it can be restored; with `purge` forgets it, also one that is hidden already. */
  readonly remove: (call: Call, ref: string, purge: boolean) => { removed: DeploymentId; restorableUntil?: string }
  /** Brings a deployment back, stopped. */
  readonly restore: (call: Call, id: string) => DeploymentRecord
}

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly existing: (ref: string) => DeploymentRecord
  /** Ends its engines, within the transaction that removes it. */
  readonly stop: (call: Call, record: DeploymentRecord) => void
}

/** Removing deployments, taking it back, and forgetting them later. */
export function createRemoval({ store, clock, log, existing, stop }: Deps): Removal {
  const forget = (call: Call, record: DeploymentRecord): void =>
    store.commit(call, record.id, tx => {
      stop(call, record)
      deleteDeployment(tx, record.id)
      tx.announce({ topic: 'deployments', kind: 'removed', id: record.id })
    })

  const purging = createPurging({
    clock,
    log,
    what: 'deployments',
    purge: beforeMs => {
      for (const record of deploymentsRemovedBefore(store.read, beforeMs)) forget(systemCall('inference.purge'), record)
    },
  })

  return {
    ...purging,
    remove: (call, ref, purge) => {
      const record = (purge ? findRemovedDeployment(store.read, ref) : undefined) ?? existing(ref)
      if (purge) {
        forget(call, record)
        return { removed: record.id }
      }
      const nowMs = clock.nowMs()
      store.commit(call, record.id, tx => {
        stop(call, record)
        setDeploymentRemoved(tx, record.id, nowMs)
        tx.announce({ topic: 'deployments', kind: 'removed', id: record.id })
      })
      return { removed: record.id, restorableUntil: isoOf(nowMs + undoMs) }
    },
    restore: (call, id) => {
      const removed = findRemovedDeployment(store.read, id)
      if (!removed) throw nothingToRestore('deployment', id, findDeployment(store.read, id) !== undefined)
      const name = freeName(removed.name, 'restored', other => findDeployment(store.read, other) !== undefined)
      store.commit(call, id, tx => {
        setDeploymentRestored(tx, removed.id, name, clock.nowMs())
        tx.announce({ topic: 'deployments', kind: 'created', id })
      })
      return existing(removed.id)
    },
  }
}
