import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemCall } from '../../contract/call.ts'
import type { DatasetDetail, DatasetVersion, DatasetVersionId } from '../../contract/dataset-versions.ts'
import type { datasets } from '../../contract/datasets.ts'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { Collector } from '../../platform/blobs/collector.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import { createPurging, nothingToRestore, type Purging, undoMs } from '../../platform/retention.ts'
import { dropIssues, issuesRemovedBefore } from './imports-repo.ts'
import { dropFiles, versionsRemovedBefore } from './kept-bytes-repo.ts'
import { findDataset, findRemovedVersion, findVersion, setVersionRemoved, versionsOf } from './repo.ts'
import { shown, versionOf } from './versions.ts'

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly collector: Pick<Collector, 'release'>
  readonly usersOf: (id: DatasetVersionId) => readonly string[]
  readonly detail: (found: DatasetVersion) => DatasetDetail
  readonly announceChange: (tx: Tx, found: DatasetVersion, kind: 'created' | 'removed') => void
}

/** So many take a few milliseconds of the event loop. */
const issuesAtOnce = 500

export type Removal = Purging & { readonly handlers: Pick<Handlers<typeof datasets>, 'remove' | 'restore'> }

/** Removing versions, taking it back, and deleting their rows later. */
export function createRemoval(deps: Deps): Removal {
  const { store, clock, log, collector, usersOf, detail, announceChange } = deps
  let isClosed = false
  /** An import may have left out a hundred thousand rows: others get their turn meanwhile. */
  const forgetIssues = async (beforeMs: number): Promise<void> => {
    for (;;) {
      const id = isClosed ? undefined : issuesRemovedBefore(store.read, beforeMs)
      if (id === undefined) return
      store.record(tx => dropIssues(tx, id, issuesAtOnce))
      await nextTurn()
    }
  }
  const purging = createPurging({
    clock,
    log,
    what: 'datasets',
    purge: beforeMs => {
      for (const id of versionsRemovedBefore(store.read, beforeMs))
        collector.release(store.commit(systemCall('datasets.purge'), id, tx => dropFiles(tx, id)))
      forgetIssues(beforeMs).catch((error: unknown) =>
        log.error('what removed imports left out could not be deleted', { error }),
      )
    },
  })
  const isThere = (id: string) =>
    findVersion(store.read, id) !== undefined || findDataset(store.read, id)?.newestVersionId != null

  return {
    ...purging,
    close: () => {
      isClosed = true
      purging.close()
    },
    handlers: {
      remove: async ({ id, purge }, call) => {
        const whole = findDataset(store.read, id)
        const found = versionOf(store.read, id)
        const gone = whole ? versionsOf(store.read, found.datasetId) : [found]
        const busy = gone.find(each => each.state === 'importing')
        if (busy)
          throw new AppError('conflict', `${shown(busy)} is still being imported.`, {
            hint: 'Stop its job first: slipway jobs list.',
          })
        const users = gone.flatMap(each => usersOf(each.id))
        if (users.length > 0)
          throw new AppError(
            'conflict',
            `${whole ? found.name : shown(found)} is used by ${users.slice(0, 5).join(', ')}.`,
            {
              hint: 'What trained or measured something stays, so that the result can be explained. Remove those first.',
              details: { users: users.slice(0, 100) },
            },
          )
        const nowMs = clock.nowMs()
        store.commit(call, found.datasetId, tx => {
          for (const each of gone) {
            // Removed since the beginning of time: older than anything that can be taken back.
            setVersionRemoved(tx, each.id, purge ? 0 : nowMs)
            announceChange(tx, each, 'removed')
          }
        })
        if (purge) purging.purge()
        return { removed: gone.map(each => each.id), ...(!purge && { restorableUntil: isoOf(nowMs + undoMs) }) }
      },

      restore: async ({ id }, call) => {
        const removed = findRemovedVersion(store.read, id, clock.nowMs() - undoMs)
        if (!removed) throw nothingToRestore('dataset version', id, isThere(id))
        store.commit(call, id, tx => {
          setVersionRemoved(tx, id, null)
          announceChange(tx, removed, 'created')
        })
        return detail(versionOf(store.read, id))
      },
    },
  }
}
