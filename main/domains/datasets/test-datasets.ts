import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { systemCall } from '../../contract/call.ts'
import { type Job, JobId } from '../../contract/jobs.ts'
import { createCollector } from '../../platform/blobs/collector.ts'
import { createBlobStore } from '../../platform/blobs/store.ts'
import { type Clock, isoOf, systemClock } from '../../platform/clock.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { type LineageEdge, lineageMigration, linkLineage } from '../../platform/db/lineage.ts'
import { migrate } from '../../platform/db/migrate.ts'
import { createStore } from '../../platform/db/store.ts'
import { newId } from '../../platform/ids.ts'
import { silentLog } from '../../platform/log.ts'
import type { JobHandler, JobsPort, WorkerEvent } from '../../platform/processes/port.ts'
import { type Scratch, scratch } from './import/test-import.ts'
import { datasetsMigrations } from './migrations.ts'
import type { RenderRows } from './render-rows.ts'
import { createDatasets, type Datasets } from './service.ts'

export type Bench = {
  readonly at: Scratch
  readonly datasets: Datasets
  readonly audited: () => string[]
  readonly announced: string[]
  readonly users: Map<string, string[]>
  /** What other domains say of their things, by id. */
  readonly states: Map<string, { readonly name: string; readonly state: string }>
  /** Notes what something of another domain was made from. */
  readonly link: (edge: LineageEdge) => void
  /** Blobs that something outside of datasets needs. */
  readonly usedBlobs: Set<string>
  /** Lets time pass. */
  readonly skipMs: (ms: number) => void
  /** Resolves when all imports have ended. */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

export const call = systemCall('test')

/**
 * The datasets domain over a real database, real blobs and real import children. Only the supervisor is left out: it has
 * tests of its own, and here a job is its child and the lines that it prints.
 */
export function bench(render: RenderRows = async () => Promise.reject(new Error('no renderer in this test'))): Bench {
  const at = scratch()
  const db = new Database(join(at.dir, 'slipway.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  migrate(db, [auditMigration, lineageMigration, ...datasetsMigrations])
  const announced: string[] = []
  let aheadMs = 0
  const clock: Clock = { nowMs: () => systemClock.nowMs() + aheadMs, monotonicMs: systemClock.monotonicMs }
  const store = createStore({
    db,
    clock,
    bootId: 'test',
    publish: event => announced.push(`${event.topic}.${event.kind}`),
  })
  const blobsRoot = join(at.dir, 'blobs')
  const running: Promise<void>[] = []
  let handler: JobHandler | undefined

  const unused = () => {
    throw new Error('not used here')
  }
  const jobs: JobsPort = {
    start: (_call, spec) => {
      const folder = join(at.dir, newId('job', Date.now()))
      mkdirSync(folder)
      for (const [name, text] of Object.entries(spec.files ?? {})) writeFileSync(join(folder, name), text)
      const job: Job = {
        id: JobId.parse(newId('job', Date.now())),
        kind: spec.kind,
        name: spec.name,
        subjectId: spec.subjectId,
        state: 'running',
        health: 'ok',
        devices: [],
        attempt: 1,
        createdAt: isoOf(0),
        priority: 'normal',
      }
      running.push(follow(job, spec.command, folder))
      return job
    },
    get: unused,
    handle: (_kind, given) => {
      handler = given
    },
    stop: unused,
    ended: unused,
    send: unused,
    folder: unused,
    logs: unused,
    remove: unused,
  }

  const follow = async (job: Job, [file, ...args]: readonly [string, ...string[]], folder: string): Promise<void> => {
    const child = spawn(file, args, { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    let failure: Job['failure']
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as WorkerEvent
      if (event.event === 'failed') failure = event as unknown as NonNullable<Job['failure']>
      store.record(tx => handler?.onEvent(tx, job, event, 0))
    }
    const [code] = await ended
    const end: Job = { ...job, state: code === 0 ? 'done' : 'failed', ...(failure && { failure }) }
    store.record(tx => handler?.onEnd(tx, end))
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
    jobs,
    blobs: createBlobStore(blobsRoot),
    collector,
    log: silentLog,
    blobsRoot,
    scratchDir: join(at.dir, 'scratch'),
    usersOf: id => users.get(id) ?? [],
    render,
    stateOf: (kind, id) => (kind === 'dataset' ? datasets.port.now(id) : states.get(id)),
  })
  return {
    at,
    datasets,
    announced,
    users,
    states,
    link: edge => store.record(tx => linkLineage(tx, edge)),
    usedBlobs,
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
