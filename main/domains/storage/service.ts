import { statfsSync } from 'node:fs'
import type { Handlers } from '../../contract/method.ts'
import { type RemovedItem, removedKinds, type storage } from '../../contract/storage.ts'
import type { BytesKeeper, Collector, Freed } from '../../platform/blobs/collector.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import { diskReserveBytes } from '../../platform/disk-reserve.ts'
import type { Log } from '../../platform/log.ts'
import type { Paths } from '../../platform/paths.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import { createPurging, type Removed, undoMs } from '../../platform/retention.ts'
import { createStoreCheck, type StoredFile } from './check.ts'
import { measure } from './measure.ts'
import { lastCheck } from './repo.ts'

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly paths: Pick<Paths, 'dataDir' | 'blobs'>
  readonly jobs: JobsPort
  readonly collector: Pick<Collector, 'sweep' | 'sweepSoon' | 'survey' | 'storing'>
  readonly models: Pick<BytesKeeper, 'isUsed'>
  readonly datasets: Pick<BytesKeeper, 'isUsed'>
  /** What of a kind was removed since that time at the earliest and can be taken back. */
  readonly removedSince: (kind: RemovedItem['kind'], sinceMs: number) => readonly Removed[]
  /** Every file that models and datasets keep in the data directory. */
  readonly files: () => readonly StoredFile[]
}

export type Storage = {
  readonly handlers: Handlers<typeof storage>
  /** Deletes what nothing needs soon after the start, and from time to time. */
  readonly start: () => void
  readonly close: () => void
}

/** How much was freed by now is told so often: a sweep of many small files must not drown everybody in events. */
const toldEveryMs = 100

/** The bytes of the data directory as a whole; each domain says what it needs of them (`BytesKeeper`). */
export function createStorage(deps: Deps): Storage {
  const { store, clock, log, paths, jobs, collector, models, datasets, removedSince, files } = deps
  const { start, close } = createPurging({ clock, log, what: 'unneeded bytes', purge: () => collector.sweepSoon() })
  const check = createStoreCheck({ store, clock, jobs, blobsRoot: paths.blobs, files })

  const removed = (): RemovedItem[] =>
    removedKinds
      .flatMap(kind => removedSince(kind, clock.nowMs() - undoMs).map(item => toItem(kind, item)))
      .toSorted((a, b) => a.restorableUntil.localeCompare(b.restorableUntil))

  let toldAtMs = Number.NEGATIVE_INFINITY
  const tellFreed = (freed: Freed): void => {
    if (clock.monotonicMs() - toldAtMs < toldEveryMs) return
    toldAtMs = clock.monotonicMs()
    store.record(tx => tx.announce({ topic: 'storage', kind: 'data', data: { ...freed } }))
  }

  return {
    handlers: {
      show: async (_input, { signal }) => {
        const measured = await measure({ dataDir: paths.dataDir, db: store.read, collector, models, datasets, signal })
        const { blocks, bavail, bsize } = statfsSync(paths.dataDir)
        const waitsFor = collector.storing()
        return {
          measuredAt: isoOf(clock.nowMs()),
          dataDir: paths.dataDir,
          parts: [...measured.parts],
          sizeBytes: measured.sizeBytes,
          disk: { totalBytes: blocks * bsize, freeBytes: bavail * bsize, reserveBytes: diskReserveBytes },
          freeable: measured.freeable,
          ...(waitsFor !== undefined && { waitsFor }),
        }
      },
      removed: async () => ({ items: removed() }),
      prune: async (_input, call) => {
        const freed = await collector.sweep(call.signal, tellFreed)
        store.commit(call, 'data directory', tx => tx.announce({ topic: 'storage', kind: 'changed' }))
        return freed
      },
      verify: async (_input, call) => check.start(call),
      report: async () => {
        const last = lastCheck(store.read)
        return last ? { check: last } : {}
      },
    },
    start,
    close,
  }
}

const toItem = (kind: RemovedItem['kind'], { id, name, sizeBytes, removedAtMs }: Removed): RemovedItem => ({
  kind,
  id,
  name,
  sizeBytes,
  removedAt: isoOf(removedAtMs),
  restorableUntil: isoOf(removedAtMs + undoMs),
})
