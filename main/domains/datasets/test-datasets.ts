import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { systemCall } from '../../contract/call.ts'
import { toAppError } from '../../contract/errors.ts'
import type { ChangeEvent } from '../../contract/events.ts'
import { createCollector } from '../../platform/blobs/collector.ts'
import { createBlobStore, diskError } from '../../platform/blobs/store.ts'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { type LineageEdge, lineageMigration, linkLineage } from '../../platform/db/lineage.ts'
import { migrate } from '../../platform/db/migrate.ts'
import { createStore } from '../../platform/db/store.ts'
import { newId } from '../../platform/ids.ts'
import { silentLog } from '../../platform/log.ts'
import type { JobSpec, JobsPort, WorkerEvent } from '../../platform/processes/port.ts'
import { createTestJobs } from '../../platform/processes/test-jobs.ts'
import { runImport } from './import/run-import.ts'
import { type Scratch, scratch } from './import/test-import.ts'
import { issuesOf } from './imports-repo.ts'
import { datasetsMigrations } from './migrations.ts'
import type { RenderRows } from './render-rows.ts'
import { createDatasets, type Datasets } from './service.ts'

export type Bench = {
  readonly at: Scratch
  readonly datasets: Datasets
  readonly audited: () => string[]
  readonly announced: string[]
  /** What was told under an id, such as how far a check is. */
  readonly told: (id: string) => unknown[]
  readonly users: Map<string, string[]>
  /** What other domains say of their things, by id. */
  readonly states: Map<string, { readonly name: string; readonly state: string }>
  /** Notes what something of another domain was made from. */
  readonly link: (edge: LineageEdge) => void
  /** Blobs that something outside of datasets needs. */
  readonly usedBlobs: Set<string>
  /** How many rows that an import left out are kept of a version. */
  readonly issuesStored: (versionId: string) => number
  /** Lets time pass. */
  readonly skipMs: (ms: number) => void
  /** Resolves when all imports have ended. */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

export const call = systemCall('test')

/**
 * The datasets domain over a real database, real blobs and real imports. Only the processes around imports are left out:
 * supervisor and child have tests of their own (import-process.test.ts), and here a job is what its child does and says.
 */
export function bench(render: RenderRows = async () => Promise.reject(new Error('no renderer in this test'))): Bench {
  const at = scratch()
  const db = new Database(join(at.dir, 'slipway.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  migrate(db, [auditMigration, lineageMigration, ...datasetsMigrations])
  const announced: string[] = []
  const events: ChangeEvent[] = []
  let aheadMs = 0
  const clock: Clock = { nowMs: () => systemClock.nowMs() + aheadMs, monotonicMs: systemClock.monotonicMs }
  const store = createStore({
    db,
    clock,
    bootId: 'test',
    publish: event => {
      events.push(event)
      announced.push(`${event.topic}.${event.kind}`)
    },
  })
  const blobsRoot = join(at.dir, 'blobs')
  const running: Promise<void>[] = []

  const jobs = createTestJobs(clock, 'import')
  const port: JobsPort = {
    ...jobs.port,
    start: (call, spec) => {
      const job = jobs.port.start(call, spec)
      running.push(run(spec))
      return job
    },
  }

  const run = async ({ subjectId, files = {} }: JobSpec): Promise<void> => {
    const folder = join(at.dir, newId('job', Date.now()))
    mkdirSync(folder)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    // No child says anything before the action that started it is stored.
    await nextTurn()
    const failure = await runImport(join(folder, 'config.json'), {
      emit: (event, fields) =>
        jobs.say(store, subjectId, JSON.parse(JSON.stringify({ event, ...fields })) as WorkerEvent),
      signal: new AbortController().signal,
    }).then(
      () => undefined,
      (error: unknown) => toAppError(diskError(error)).toBody(),
    )
    jobs.end(store, subjectId, failure ? 'failed' : 'done', failure && { failure })
  }

  const users = new Map<string, string[]>()
  const usedBlobs = new Set<string>()
  const collector = createCollector({
    root: blobsRoot,
    dataDir: at.dir,
    db: store.read,
    keepers: () => [
      datasets.port.kept,
      {
        isUsed: (_db, sha256) => usedBlobs.has(sha256),
        storing: () => undefined,
        folders: () => [],
        isFolderUsed: () => true,
      },
    ],
    log: silentLog,
  })
  const states = new Map<string, { readonly name: string; readonly state: string }>()
  const datasets: Datasets = createDatasets({
    store,
    clock,
    jobs: port,
    blobs: createBlobStore(blobsRoot),
    collector,
    log: silentLog,
    blobsRoot,
    env: process.env,
    scratchDir: join(at.dir, 'scratch'),
    usersOf: id => users.get(id) ?? [],
    render,
    stateOf: (kind, id) => (kind === 'dataset' ? datasets.port.now(id) : states.get(id)),
  })
  return {
    at,
    datasets,
    announced,
    told: id => events.filter(event => event.id === id).map(({ data }) => data),
    users,
    states,
    link: edge => store.record(tx => linkLineage(tx, edge)),
    usedBlobs,
    issuesStored: versionId => issuesOf(store.read, versionId, { reason: undefined, offset: 0, limit: 1 }).stored,
    skipMs: ms => {
      aheadMs += ms
    },
    audited: () =>
      db
        .prepare<[], { action: string; object: string; result: string }>(
          'SELECT action, object, result FROM audit_log ORDER BY seq',
        )
        .all()
        .map(({ action, object, result }) => `${action} ${object} ${result}`),
    settled: async () => {
      await Promise.all(running)
    },
    close: async () => {
      await Promise.all(running)
      await datasets.close()
      await collector.close()
      db.close()
      at.remove()
    },
  }
}
