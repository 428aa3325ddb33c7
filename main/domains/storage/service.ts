import type { Handlers } from '../../contract/method.ts'
import type { storage } from '../../contract/storage.ts'
import type { Collector } from '../../platform/blobs/collector.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import { createPurging } from '../../platform/retention.ts'

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly collector: Pick<Collector, 'sweep' | 'sweepSoon'>
}

export type Storage = {
  readonly handlers: Handlers<typeof storage>
  /** Deletes what nothing needs soon after the start, and from time to time. */
  readonly start: () => void
  readonly close: () => void
}

/** The bytes of the data directory as a whole; each domain says what it needs of them (`BytesKeeper`). */
export function createStorage({ store, clock, log, collector }: Deps): Storage {
  const { start, close } = createPurging({ clock, log, what: 'unneeded bytes', purge: () => collector.sweepSoon() })
  return {
    handlers: {
      prune: async (_input, call) => {
        const freed = await collector.sweep(call.signal)
        store.commit(call, 'data directory', () => undefined)
        return freed
      },
    },
    start,
    close,
  }
}
