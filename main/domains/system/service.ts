import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { backup, events, NetworkState, system } from '../../contract/system.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import { recordIfPossible } from '../../platform/db/record-if-possible.ts'
import type { AuditedStore } from '../../platform/db/store.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Log } from '../../platform/log.ts'
import type { Paths } from '../../platform/paths.ts'
import { describeSamples } from './samples.ts'

/** As long as the identity domain lets a code live. */
const launchCodeMs = 60_000

type Deps = {
  readonly store: AuditedStore
  readonly bus: EventBus
  readonly clock: Clock
  readonly paths: Paths
  readonly backup: Handlers<typeof backup>
  /** The folder of the bundled samples. */
  readonly samplesDir: string
  readonly version: string
  /** From a package, where there is no npm. */
  readonly isInstalled: boolean
  readonly isOnDemand: boolean
  readonly logFile: string
  readonly network: () => NetworkState
  /** What the last check of the database found damaged. */
  readonly damage: () => string | undefined
  /** The loopback address, when the TCP listener is on. */
  readonly address: () => string | undefined
  /** A code for one launch link; it works once, for a minute. */
  readonly newLaunchCode: () => string
  readonly counts: () => { readonly waiting: number; readonly running: number }
  readonly stop: () => void
  readonly log: Log
}

type SystemHandlers = {
  readonly system: Handlers<typeof system>
  readonly events: Handlers<typeof events>
  readonly backup: Handlers<typeof backup>
}

/** The workstation about itself: status and change events, with its backups (`backups.ts`). */
export function createSystem({
  store,
  bus,
  clock,
  paths,
  backup,
  samplesDir,
  version,
  isInstalled,
  isOnDemand,
  logFile,
  network,
  damage,
  address,
  newLaunchCode,
  counts,
  stop,
  log,
}: Deps): SystemHandlers {
  const startedAt = isoOf(clock.nowMs())
  return {
    system: {
      status: async () => {
        const tcp = address()
        const damaged = damage()
        return {
          version,
          pid: process.pid,
          startedAt,
          dataDir: paths.dataDir,
          socket: paths.backendSocket,
          ...(tcp && { address: tcp }),
          logFile,
          offline: network().state === 'offline',
          isInstalled,
          isOnDemand,
          network: network(),
          ...(damaged !== undefined && { damage: damaged }),
          counts: counts(),
        }
      },
      launchLink: async (_input, call) => {
        const origin = address()
        if (origin === undefined)
          throw new AppError('missing_requirement', 'No port is open that a browser could reach.', {
            hint: 'Turn the API on: slipway settings update --api-listener. Or start: slipway serve.',
          })
        const code = newLaunchCode()
        const expiresAt = isoOf(clock.nowMs() + launchCodeMs)
        // What was made is not written down: the code is a secret until it is used.
        store.commit(call, 'browser', () => undefined)
        return { url: `${origin}/launch?code=${code}`, expiresAt }
      },
      samples: () => describeSamples(samplesDir),
      refusedCall: async ({ channel, frame }, call) => {
        // A key must not be able to make the record say that somebody tried.
        if (call.caller.kind !== 'owner')
          throw new AppError('forbidden', 'Only the desktop window records what it refused.')
        store.audit(call, `${channel} ${frame}`, 'forbidden')
        return { recorded: true }
      },
      stop: async (_input, call) => {
        recordIfPossible(() => store.commit(call, 'backend', () => undefined), 'stopping', log)
        stop()
        return { stopping: true }
      },
    },
    events: {
      subscribe: async ({ topics }, { lastEventId, signal }) => bus.subscribe({ topics, lastEventId, signal }) as never, // numbered by the rpc surface
    },
    backup,
  }
}
