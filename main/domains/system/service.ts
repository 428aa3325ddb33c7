import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { backup, events, NetworkState, system } from '../../contract/system.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import { checkDatabase, schemaVersionOf, writeBackup } from '../../platform/db/backup.ts'
import type { Store } from '../../platform/db/types.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Paths } from '../../platform/paths.ts'
import { describeSamples } from './samples.ts'

/** As long as the identity domain lets a code live. */
const launchCodeMs = 60_000

type Deps = {
  readonly store: Store
  readonly db: Database
  readonly bus: EventBus
  readonly clock: Clock
  readonly paths: Paths
  /** The folder of the bundled samples. */
  readonly samplesDir: string
  readonly version: string
  readonly logFile: string
  readonly network: () => NetworkState
  /** The loopback address, when the TCP listener is on. */
  readonly address: () => string | undefined
  /** A code for one launch link; it works once, for a minute. */
  readonly newLaunchCode: () => string
  readonly counts: () => Record<string, number>
  readonly stop: () => void
}

type SystemHandlers = {
  readonly system: Handlers<typeof system>
  readonly events: Handlers<typeof events>
  readonly backup: Handlers<typeof backup>
}

/** The workstation about itself: status, change events, backups. */
export function createSystem({
  store,
  db,
  bus,
  clock,
  paths,
  samplesDir,
  version,
  logFile,
  network,
  address,
  newLaunchCode,
  counts,
  stop,
}: Deps): SystemHandlers {
  const startedAt = isoOf(clock.nowMs())
  // A bare name means one of the backups folder; the command line has made it absolute already.
  const inBackups = (path: string) => (existsSync(path) ? resolve(path) : join(paths.backups, basename(path)))
  const info = (path: string, schemaVersion: number) => {
    const { size, mtimeMs } = statSync(path)
    return { name: basename(path), path, sizeBytes: size, createdAt: isoOf(mtimeMs), schemaVersion }
  }

  return {
    system: {
      status: async () => {
        const tcp = address()
        return {
          version,
          pid: process.pid,
          startedAt,
          dataDir: paths.dataDir,
          socket: paths.backendSocket,
          ...(tcp && { address: tcp }),
          logFile,
          offline: network().state === 'offline',
          network: network(),
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
      stop: async (_input, call) => {
        store.commit(call, 'backend', () => undefined)
        stop()
        return { stopping: true }
      },
    },
    events: {
      subscribe: async ({ topics }, { lastEventId, signal }) => bus.subscribe({ topics, lastEventId, signal }) as never, // numbered by the rpc surface
    },
    backup: {
      create: async ({ path }, call) => {
        const target =
          path === undefined
            ? join(paths.backups, `slipway-${isoOf(clock.nowMs()).replaceAll(':', '-')}.db`)
            : resolve(path)
        writeBackup(db, target)
        store.commit(call, target, () => undefined)
        return info(target, Number(db.pragma('user_version', { simple: true })))
      },
      verify: async ({ path }) => {
        const file = inBackups(path)
        if (!statSync(file, { throwIfNoEntry: false })?.isFile())
          throw new AppError('not_found', `There is no backup ${path}.`, { hint: 'slipway backup list shows them.' })
        const { ok, problems, schemaVersion, tables } = checkDatabase(file)
        return { ...info(file, schemaVersion), ok, problems: [...problems], tables }
      },
      list: async () => {
        const names = readdirSync(paths.backups, { withFileTypes: true }).filter(
          entry => entry.isFile() && entry.name.endsWith('.db'),
        )
        return {
          items: names.map(entry =>
            info(join(paths.backups, entry.name), schemaVersionOf(join(paths.backups, entry.name))),
          ),
        }
      },
    },
  }
}
