import type { DeviceRequest } from '../../contract/jobs.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import type { Paths } from '../../platform/paths.ts'
import type { SpawnRunner } from '../../platform/processes/spawn-runner.ts'
import type { Grant } from './repo.ts'

/** What jobs need of the lease book (main/domains/resources); compose.ts passes it. */
export type Leases = {
  /** Throws `missing_requirement` when this machine can never grant the requests. */
  readonly check: (requests: readonly DeviceRequest[]) => void
  /**
   * Grants what can start now among the waiting, given in queue order, and writes the leases down. All devices of a
   * job are granted together or none.
   */
  readonly grant: (
    tx: Tx,
    waiting: readonly { readonly jobId: string; readonly requests: readonly DeviceRequest[] }[],
  ) => ReadonlyMap<string, readonly Grant[]>
  readonly release: (tx: Tx, jobId: string) => void
  /** Calls back when memory may have become free for a reason that jobs do not know (another program ended). */
  readonly onFreed: (listener: () => void) => void
  /** Variables that pin a child to the devices it was granted. */
  readonly environmentOf: (grants: readonly Grant[]) => Readonly<Record<string, string>>
}

export type JobsDeps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly paths: Pick<Paths, 'jobs' | 'sockets'>
  readonly leases: Leases
  readonly spawnRunner: SpawnRunner
  /** The backend's environment, of which jobs get an allow-list. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** From 0 up to 1, for the jitter of restarts; tests pass their own. */
  readonly random?: () => number
  /** Between SIGTERM and SIGKILL, in milliseconds. */
  readonly termGraceMs?: number
}
