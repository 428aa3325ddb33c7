import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Call } from '../contract/call.ts'
import { systemCall } from '../contract/call.ts'
import type { AllHandlers } from '../contract/index.ts'
import { createAudit } from '../domains/audit/service.ts'
import { identityMigrations } from '../domains/identity/migrations.ts'
import { createIdentity } from '../domains/identity/service.ts'
import type { Leases } from '../domains/jobs/deps.ts'
import { jobsMigrations } from '../domains/jobs/migrations.ts'
import { createJobs } from '../domains/jobs/service.ts'
import { findOnMachine } from '../domains/models/find.ts'
import { modelsMigrations } from '../domains/models/migrations.ts'
import { createModels } from '../domains/models/service.ts'
import { createSystem } from '../domains/system/service.ts'
import { sweepTemporary } from '../platform/blobs/store.ts'
import { type Clock, isoOf } from '../platform/clock.ts'
import { auditMigration } from '../platform/db/audit-chain.ts'
import { lineageMigration } from '../platform/db/lineage.ts'
import type { Migration } from '../platform/db/migrate.ts'
import { prepareDatabase } from '../platform/db/prepare.ts'
import { createStore } from '../platform/db/store.ts'
import { createEventBus } from '../platform/events.ts'
import type { FetchHandler } from '../platform/http/listen.ts'
import type { Log } from '../platform/log.ts'
import type { Paths } from '../platform/paths.ts'
import { spawnRunner } from '../platform/processes/spawn-runner.ts'
import { createGateway, type Transport } from '../surfaces/http/gateway.ts'
import { methodMounts } from '../surfaces/http/methods.ts'
import { statusMounts } from '../surfaces/http/status.ts'
import { createRouter } from '../surfaces/rpc/router.ts'

/** Every schema step of every domain, in order. Append only. */
export const migrations: readonly Migration[] = [
  auditMigration,
  lineageMigration,
  ...identityMigrations,
  ...jobsMigrations,
  ...modelsMigrations,
].sort((a, b) => a.version - b.version)

type Deps = {
  readonly paths: Paths
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly log: Log
  readonly logFile: string
  readonly version: string
  readonly address: () => string | undefined
  readonly stop: () => void
}

export type Backend = {
  readonly gateway: (transport: Transport) => FetchHandler
  readonly newLaunchCode: () => string
  /** What keeps an on-demand backend alive: jobs that run or wait. */
  readonly isBusy: () => boolean
  readonly close: () => Promise<void>
}

/** Wires the whole backend. Domains meet only here: each gets what it needs of another as an argument. */
export function composeBackend({ paths, env, clock, log, logFile, version, address, stop }: Deps): Backend {
  for (const dir of [paths.dataDir, paths.backups, paths.logs]) mkdirSync(dir, { recursive: true, mode: 0o700 })
  const bootId = randomBytes(6).toString('hex')
  const db = prepareDatabase({ paths, migrations, nowIso: isoOf(clock.nowMs()), log })
  const bus = createEventBus(bootId)
  const store = createStore({ db, clock, bootId, publish: bus.publish })

  sweepTemporary(paths.blobs)

  const leases: Leases = {
    check: () => undefined,
    grant: (_tx, waiting) =>
      new Map(waiting.map(({ jobId, requests }) => [jobId, requests.map(request => ({ device: 'cpu', request }))])),
    release: () => undefined,
    onFreed: () => undefined,
    environmentOf: () => ({}),
  }
  const jobs = createJobs({ store, clock, log, paths, leases, spawnRunner, env })
  const identity = createIdentity({ store, clock })
  const audit = createAudit({ store })
  const models = createModels({
    store,
    clock,
    jobs: jobs.port,
    find: findOnMachine(env),
    blobsRoot: paths.blobs,
    usersOf: () => [],
  })
  const system = createSystem({
    store,
    db,
    bus,
    clock,
    paths,
    version,
    logFile,
    address,
    stop,
    offline: env.SLIPWAY_OFFLINE === 'hard',
    counts: () => ({}),
  })

  const handlers: AllHandlers = {
    audit: audit.handlers,
    jobs: jobs.handlers,
    keys: identity.handlers,
    models: models.handlers,
    ...system,
  }
  const router = createRouter(handlers)
  const recordRefusal = (call: Call, object: string, result: string) => store.audit(call, object, result)
  const gateway = createGateway({
    mounts: [...methodMounts({ router, audit: recordRefusal, log }), ...statusMounts({ version })],
    callerOfKey: identity.callerOfKey,
    callerOfSession: identity.callerOfSession,
    startSession: identity.startSession,
    refused: (caller, path, error) =>
      store.audit({ ...systemCall('gateway.refuse'), ...(caller && { caller }) }, path.slice(0, 300), error.code),
    clock,
    log,
  })
  jobs.start()
  store.audit(systemCall('system.start'), join(paths.dataDir), 'ok')

  return {
    gateway,
    newLaunchCode: identity.newLaunchCode,
    isBusy: jobs.isBusy,
    close: async () => {
      jobs.close()
      store.audit(systemCall('system.end'), join(paths.dataDir), 'ok')
      db.close()
    },
  }
}
