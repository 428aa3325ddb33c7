import { randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { systemCall } from '../contract/call.ts'
import { AppError } from '../contract/errors.ts'
import type { AllHandlers } from '../contract/index.ts'
import { createAudit } from '../domains/audit/service.ts'
import { datasetsFindable } from '../domains/datasets/findable.ts'
import { versionsRemovedSince as datasetsRemovedSince, storedRows } from '../domains/datasets/kept-bytes-repo.ts'
import { createRenderRows } from '../domains/datasets/render-rows.ts'
import { createDatasets } from '../domains/datasets/service.ts'
import { createDoctor } from '../domains/environments/doctor.ts'
import { createEnvironments } from '../domains/environments/service.ts'
import { evaluationsFindable } from '../domains/evaluation/findable.ts'
import { evaluationsRemovedSince } from '../domains/evaluation/repo.ts'
import { renderReport } from '../domains/evaluation/report/render-report.ts'
import { createEvaluations } from '../domains/evaluation/service.ts'
import { createFiles } from '../domains/files/service.ts'
import { createIdentity } from '../domains/identity/service.ts'
import { deploymentsFindable } from '../domains/inference/findable.ts'
import { deploymentsRemovedSince } from '../domains/inference/repo.ts'
import { createInference } from '../domains/inference/service.ts'
import { createSubjects } from '../domains/inference/subjects.ts'
import { jobsFindable } from '../domains/jobs/findable.ts'
import { createJobs } from '../domains/jobs/service.ts'
import { modelsFindable } from '../domains/models/findable.ts'
import { createModelReaders } from '../domains/models/reading/readers.ts'
import { knownStores } from '../domains/models/scan/known-stores.ts'
import { createModels } from '../domains/models/service.ts'
import { createMachine } from '../domains/resources/machine.ts'
import { createResources } from '../domains/resources/service.ts'
import { createSearch } from '../domains/search/service.ts'
import { createSettings } from '../domains/settings/service.ts'
import { createStorage } from '../domains/storage/service.ts'
import { createBackups } from '../domains/system/backups.ts'
import { createDatabaseCheck } from '../domains/system/database-check.ts'
import { networkState } from '../domains/system/network-state.ts'
import { createSystem } from '../domains/system/service.ts'
import { runsFindable } from '../domains/training/findable.ts'
import { createPlanner } from '../domains/training/planning.ts'
import { machineFacts, workerHash } from '../domains/training/provenance.ts'
import { runsRemovedSince } from '../domains/training/repo.ts'
import { createTraining } from '../domains/training/service.ts'
import { servingBytes } from '../domains/training/serving-bytes.ts'
import { createServingPlanner } from '../domains/training/serving-planning.ts'
import { createCollector } from '../platform/blobs/collector.ts'
import { createFolderKeeper } from '../platform/blobs/folder-keeper.ts'
import { createBlobStore, sweepTemporary } from '../platform/blobs/store.ts'
import { type Clock, isoOf } from '../platform/clock.ts'
import { prepareDatabase } from '../platform/db/prepare.ts'
import { recordIfPossible } from '../platform/db/record-if-possible.ts'
import { createStore } from '../platform/db/store.ts'
import { createEventBus } from '../platform/events.ts'
import { likelyGpu } from '../platform/gpu/presence.ts'
import { createGpuWatch } from '../platform/gpu/watch.ts'
import type { ApiListener } from '../platform/http/api-listener.ts'
import type { FetchHandler } from '../platform/http/listen.ts'
import type { Log } from '../platform/log.ts'
import { makeFolder } from '../platform/make-folder.ts'
import { processMetrics } from '../platform/metrics/process-metrics.ts'
import { meterOutside } from '../platform/network/meter.ts'
import { ownPlaces } from '../platform/own-path.ts'
import { defaultDataDir, type Paths } from '../platform/paths.ts'
import { spawnRunner } from '../platform/processes/spawn-runner.ts'
import { cudaLibraryEnv } from '../platform/python/cuda-libraries.ts'
import { freeBytes } from '../platform/python/disk.ts'
import { loadRecipes } from '../platform/python/recipes.ts'
import { run } from '../platform/python/run.ts'
import type { Transport } from '../surfaces/http/gateway.ts'
import { composeGateway } from './compose-gateway.ts'
import { fromRoot } from './from-root.ts'
import { migrations } from './migrations.ts'

type Deps = {
  readonly paths: Paths
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly log: Log
  readonly logFile: string
  readonly version: string
  readonly isOnDemand: boolean
  readonly api: ApiListener
  readonly stop: () => void
}

export type Backend = {
  readonly gateway: (transport: Transport) => FetchHandler
  readonly newLaunchCode: () => string
  /** Opens the API listener if the settings wish for it. */
  readonly openApi: () => Promise<void>
  /** What keeps an on-demand backend alive: jobs that run or wait. */
  readonly isBusy: () => boolean
  readonly close: () => Promise<void>
}

/** Wires the whole backend. Domains meet only here: each gets what it needs of another as an argument. */
export function composeBackend({ paths, env, clock, log, logFile, version, isOnDemand, api, stop }: Deps): Backend {
  for (const dir of [paths.dataDir, paths.backups, paths.logs]) makeFolder(dir)
  const startedAtMs = clock.nowMs()
  const outside = meterOutside()
  const bootId = randomBytes(6).toString('hex')
  const db = prepareDatabase({ paths, migrations, nowIso: isoOf(clock.nowMs()), log })
  const bus = createEventBus(bootId)
  const store = createStore({ db, clock, bootId, publish: bus.publish })
  sweepTemporary(paths.blobs)

  const identity = createIdentity({ store, clock, log })
  const audit = createAudit({ store })
  const resources = createResources({
    store,
    clock,
    dataDir: paths.dataDir,
    gpu: createGpuWatch({ likely: likelyGpu('/', process.platform), clock, log }),
    machine: createMachine(paths.dataDir),
    env,
  })
  const jobs = createJobs({ store, clock, log, paths, leases: resources.leases, spawnRunner, env })
  const recipes = loadRecipes(fromRoot('native/environments'))
  const environments = createEnvironments({
    store,
    clock,
    paths,
    env,
    recipes,
    run,
    jobs: jobs.port,
    livePrograms: jobs.livePrograms,
    workerFolder: fromRoot('native/worker'),
    builder: [process.execPath, fromRoot('main/entry/build-environment.ts')],
  })
  /** The interpreter of an environment, where it is built. */
  const builtPython = (name: string): string | undefined => {
    try {
      return environments.pythonFor(name).python
    } catch (error) {
      if (error instanceof AppError && error.code === 'missing_requirement') return undefined
      throw error
    }
  }
  const blobs = createBlobStore(paths.blobs)
  const collector = createCollector({
    root: paths.blobs,
    dataDir: paths.dataDir,
    db: store.read,
    keepers: () => [models.port.kept, datasets.port.kept, keptRuns, keptEvaluations],
    log,
  })
  const stateOf = (kind: string, id: string) => {
    switch (kind) {
      case 'model':
        return models.port.now(id)
      case 'dataset':
        return datasets.port.now(id)
      case 'run':
        return training.now(id)
      case 'evaluation':
        return evaluations.now(id)
      case 'deployment':
        return inference.now(id)
      default:
        return undefined
    }
  }
  const readers = createModelReaders({ env })
  const models = createModels({
    store,
    clock,
    log,
    jobs: jobs.port,
    readers,
    blobs,
    blobsRoot: paths.blobs,
    ownPlaces: ownPlaces(paths),
    collector,
    usersOf: id => [...inference.usersOfModel(id), ...training.usersOfModel(id), ...evaluations.usersOf(id)],
    servingBytes,
    devices: resources.devices,
    stateOf,
    conversion: {
      pythonFor: environments.pythonFor,
      llamaCppDir: join(paths.cacheDir, 'llama.cpp'),
      freeBytes,
    },
  })
  const scratchDir = join(paths.dataDir, 'scratch')
  // Whatever worked in it is gone.
  rmSync(scratchDir, { recursive: true, force: true })
  makeFolder(scratchDir)
  const datasets = createDatasets({
    store,
    clock,
    log,
    env,
    scratchDir,
    jobs: jobs.port,
    blobs,
    collector,
    blobsRoot: paths.blobs,
    usersOf: id => [...training.usersOfDataset(id), ...evaluations.usersOf(id)],
    stateOf,
    render: createRenderRows({
      scratchDir,
      model: models.port.readyVersion,
      python: () => environments.pythonFor('training'),
    }),
  })
  const inference = createInference({
    store,
    clock,
    log,
    paths,
    jobs: jobs.port,
    models: {
      readyVersion: models.port.readyVersion,
      baseOf: models.port.baseOf,
      inspect: async version => void (await readers.inspect(version.path)),
    },
    planMemory: async request => {
      await resources.ready
      return createServingPlanner(resources.planDevice)(request)
    },
    deviceFor: resources.deviceFor,
    llama: [process.execPath, fromRoot('main/entry/llama-engine.ts')],
    llamaEnv: device => cudaLibraryEnv({ device, python: builtPython('training'), env }),
    python: () => environments.pythonFor('training'),
  })
  const training = createTraining({
    store,
    clock,
    log,
    paths,
    jobs: jobs.port,
    models: models.port,
    datasets: datasets.port,
    pythonFor: environments.pythonFor,
    plan: async (...run) => {
      await resources.ready
      return createPlanner({ tensorsOf: readers.tensorsOf, device: resources.planDevice })(...run)
    },
    machine: machineFacts,
    code: { version, workerSha256: workerHash(fromRoot('native/worker/slipway_worker')) },
  })
  const evaluations = createEvaluations({
    store,
    clock,
    log,
    paths,
    jobs: jobs.port,
    datasets: datasets.port,
    heldBack: training.heldBack,
    subject: createSubjects({
      running: inference.running,
      launchFor: inference.launchFor,
      version: models.port.readyVersion,
    }),
    render: renderReport,
  })
  const keptRuns = createFolderKeeper({
    parent: paths.runs,
    prefix: 'run',
    isRow: training.isRun,
    isPathUsed: models.port.kept.isPathUsed,
  })
  const keptEvaluations = createFolderKeeper({
    parent: join(paths.dataDir, 'evaluations'),
    prefix: 'eval',
    isRow: evaluations.isEvaluation,
  })
  const storage = createStorage({
    store,
    clock,
    log,
    paths,
    jobs: jobs.port,
    collector,
    models: models.port.kept,
    datasets: datasets.port.kept,
    removedSince: (kind, sinceMs) => {
      switch (kind) {
        case 'model':
          return models.port.removedSince(sinceMs)
        case 'dataset':
          return datasetsRemovedSince(store.read, sinceMs)
        case 'run':
          return runsRemovedSince(store.read, sinceMs)
        case 'evaluation':
          return evaluationsRemovedSince(store.read, sinceMs)
        case 'deployment':
          return deploymentsRemovedSince(store.read, sinceMs)
        default:
          return kind satisfies never
      }
    },
    files: () => [
      ...models.port
        .storedFiles()
        .map(({ version: { id, name }, ...file }) => ({ ...file, of: { kind: 'model' as const, id, name } })),
      ...storedRows(store.read).map(({ versionId: id, name, sha256, sizeBytes }) => ({
        path: blobs.pathOf(sha256),
        sha256,
        sizeBytes,
        of: { kind: 'dataset' as const, id, name },
      })),
    ],
  })
  const search = createSearch({
    sources: [
      modelsFindable(store),
      datasetsFindable(store),
      runsFindable(store, training.now),
      evaluationsFindable(store, evaluations.now),
      deploymentsFindable(store, inference.now),
      jobsFindable(store),
    ],
  })
  const database = createDatabaseCheck({ store, db, databasePath: paths.database, clock, log, scratchDir })
  const backups = createBackups({ store, db, clock, folder: paths.backups })
  const system = createSystem({
    store,
    bus,
    clock,
    paths,
    backup: backups.handlers,
    samplesDir: fromRoot('resources/samples'),
    version,
    // What npm runs stays out of packages (main/setup/package/stage.ts).
    isInstalled: !existsSync(fromRoot('main/entry/checkout.mjs')),
    isOnDemand,
    logFile,
    address: api.address,
    newLaunchCode: identity.newLaunchCode,
    stop,
    log,
    network: () =>
      networkState({
        isOffline: env.SLIPWAY_OFFLINE === 'hard',
        ownBytesOut: outside.bytesOut(),
        builds: environments.networkUsesSince(startedAtMs),
        latest: environments.latestNetworkUses(),
      }),
    damage: () => database.state().problems[0],
    counts: jobs.counts,
  })
  const settings = createSettings({ store, clock, log, listener: api })
  const files = createFiles({
    home: homedir(),
    // Also the usual data directory, should this one be another: it is some Slipway's all the same.
    ownFolders: [paths.dataDir, paths.sockets, defaultDataDir({ ...env, SLIPWAY_DATA_DIR: undefined })],
    shortcuts: [
      { kind: 'home', path: homedir() },
      ...knownStores(env, homedir(), process.platform),
      { kind: 'samples', path: fromRoot('resources/samples') },
    ],
  })
  const doctor = createDoctor({
    store,
    paths,
    env,
    run,
    recipes,
    environments,
    database: database.state,
    address: api.address,
  })

  const handlers: AllHandlers = {
    audit: audit.handlers,
    datasets: datasets.handlers,
    doctor: doctor.handlers,
    environments: environments.handlers,
    evaluation: evaluations.handlers,
    files: files.handlers,
    inference: inference.handlers,
    jobs: jobs.handlers,
    keys: identity.keys,
    models: models.handlers,
    resources: resources.handlers,
    search: search.handlers,
    sessions: identity.sessions,
    settings: settings.handlers,
    storage: storage.handlers,
    training: training.handlers,
    ...system,
  }
  const gateway = composeGateway({
    paths,
    clock,
    log,
    version,
    store,
    identity,
    handlers,
    engines: inference.engines,
    metrics: () => [
      ...processMetrics(version, startedAtMs),
      ...jobs.metrics(),
      ...inference.metrics(),
      ...resources.metrics(),
      ...bus.metrics(),
    ],
  })
  // Before anything asks what is needed, and deletes the rest.
  models.relocate()
  training.relocate()
  // Domains have named what their jobs' events mean; now what runs can be adopted and what waits can start.
  resources.start()
  jobs.start()
  inference.start()
  training.start()
  models.start()
  datasets.start()
  evaluations.start()
  storage.start()
  database.start()
  store.audit(systemCall('system.start'), join(paths.dataDir), 'ok')

  return {
    gateway,
    newLaunchCode: identity.newLaunchCode,
    openApi: settings.start,
    isBusy: jobs.isBusy,
    close: async () => {
      jobs.close()
      resources.close()
      inference.close()
      models.close()
      training.close()
      evaluations.close()
      storage.close()
      await datasets.close()
      await readers.close()
      await collector.close()
      await backups.close()
      await database.close()
      recordIfPossible(() => store.audit(systemCall('system.end'), join(paths.dataDir), 'ok'), 'stopped', log)
      db.close()
    },
  }
}
