import { systemCall } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { ModelDetail, ModelVersion, ModelVersionId, models } from '../../contract/models.ts'
import type { Collector } from '../../platform/blobs/collector.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import { createPurging, nothingToRestore, type Purging, undoMs } from '../../platform/retention.ts'
import { dropFiles, isPathUsed, versionsRemovedBefore } from './kept-bytes-repo.ts'
import { findModel, findRemovedVersion, findVersion, setVersionRemoved, versionsOf } from './repo.ts'

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly collector: Pick<Collector, 'release' | 'sweepSoon'>
  /** The folder of ours that a version's path lies in; undefined for what lies in the user's own. */
  readonly folderOf: (path: string) => string | undefined
  readonly usersOf: (id: ModelVersionId) => readonly string[]
  readonly version: (ref: string) => ModelVersion
  readonly detail: (found: ModelVersion) => ModelDetail
  /** Brings the model's row in lists up to date. */
  readonly refresh: (tx: Tx, modelId: string) => void
}

export type Removal = Purging & { readonly handlers: Pick<Handlers<typeof models>, 'remove' | 'restore'> }

/** Removing versions, taking it back, and deleting later what Slipway itself keeps of them. Files in the user's own folders stay. */
export function createRemoval(deps: Deps): Removal {
  const { store, clock, log, collector, folderOf, usersOf, version, detail, refresh } = deps
  const purging = createPurging({
    clock,
    log,
    what: 'models',
    purge: beforeMs => {
      let isAnyPurged = false
      for (const { id, path } of versionsRemovedBefore(store.read, beforeMs)) {
        const folder = folderOf(path)
        // Somebody registered what lies in there as another model.
        if (folder !== undefined && isPathUsed(store.read, folder, id)) continue
        collector.release(store.commit(systemCall('models.purge'), id, tx => dropFiles(tx, id)))
        isAnyPurged = true
      }
      // Their folders go with it.
      if (isAnyPurged) collector.sweepSoon()
    },
  })

  const isThere = (id: string) =>
    findVersion(store.read, id) !== undefined || findModel(store.read, id)?.newestVersionId != null

  return {
    ...purging,
    handlers: {
      remove: async ({ id, purge }, call) => {
        const isWholeModel = findModel(store.read, id) !== undefined
        const found = version(id)
        const gone = isWholeModel ? versionsOf(store.read, found.modelId) : [found]
        const busy = gone.find(each => each.state === 'verifying' && each.source === 'copied')
        if (busy)
          throw new AppError('conflict', `${busy.name} V${busy.version} is still being copied or verified.`, {
            hint: 'Stop its job first: slipway jobs list.',
          })
        const users = gone.flatMap(each => usersOf(each.id))
        if (users.length > 0)
          throw new AppError('conflict', `${found.name} is in use: ${users.join(', ')}.`, {
            hint: 'Stop what uses it first.',
            details: { users },
          })
        const nowMs = clock.nowMs()
        store.commit(call, found.modelId, tx => {
          for (const each of gone) {
            // Removed since the beginning of time: older than anything that can be taken back.
            setVersionRemoved(tx, each.id, purge ? 0 : nowMs)
            tx.announce({ topic: 'models', kind: 'removed', id: each.id })
          }
          refresh(tx, found.modelId)
        })
        if (purge) purging.purge()
        return { removed: gone.map(each => each.id), ...(!purge && { restorableUntil: isoOf(nowMs + undoMs) }) }
      },

      restore: async ({ id }, call) => {
        const removed = findRemovedVersion(store.read, id, clock.nowMs() - undoMs)
        if (!removed) throw nothingToRestore('model version', id, isThere(id))
        store.commit(call, id, tx => {
          setVersionRemoved(tx, id, null)
          refresh(tx, removed.modelId)
          tx.announce({ topic: 'models', kind: 'created', id })
        })
        return detail(version(id))
      },
    },
  }
}
