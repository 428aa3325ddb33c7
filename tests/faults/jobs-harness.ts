import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemCall } from '../../main/contract/call.ts'
import type { ChangeEvent } from '../../main/contract/events.ts'
import type { Job, JobId } from '../../main/contract/jobs.ts'
import type { JobsDeps } from '../../main/domains/jobs/deps.ts'
import { jobsMigrations } from '../../main/domains/jobs/migrations.ts'
import { createJobs, type Jobs } from '../../main/domains/jobs/service.ts'
import { systemClock } from '../../main/platform/clock.ts'
import { auditMigration } from '../../main/platform/db/audit-chain.ts'
import { migrate } from '../../main/platform/db/migrate.ts'
import { openDatabase } from '../../main/platform/db/open.ts'
import { createStore } from '../../main/platform/db/store.ts'
import type { Store, Tx } from '../../main/platform/db/types.ts'
import { createLog, type Log } from '../../main/platform/log.ts'
import type { JobHandler, JobSpec, WorkerEvent } from '../../main/platform/processes/port.ts'
import { spawnRunner } from '../../main/platform/processes/spawn-runner.ts'

/** Grants everything at once: these tests are about processes, not about devices. */
const openHouse: JobsDeps['leases'] = {
  check: () => undefined,
  grant: (_tx, waiting) =>
    new Map(waiting.map(({ jobId, requests }) => [jobId, requests.map(request => ({ device: 'cpu', request }))])),
  release: () => undefined,
  onFreed: () => undefined,
  environmentOf: () => ({}),
}

export type House = {
  readonly jobs: Jobs
  readonly store: Store
  readonly dataDir: string
  readonly events: ChangeEvent[]
  readonly logged: string[]
  /** What the handler of `evaluation` jobs was told, read back from the table that it writes in its transaction. */
  readonly told: (id: JobId) => { event: string; data: WorkerEvent }[]
  readonly ends: Job[]
  /** Lets go of the jobs and closes the database, as a backend does that ends. */
  readonly close: () => void
}

type Options = Partial<Omit<JobsDeps, 'store' | 'paths'>> & {
  readonly dataDir?: string
  readonly jobsDir?: string
  readonly sockets?: string
  readonly restart?: JobHandler['restart']
  readonly onEvent?: (event: WorkerEvent) => void
  readonly onEnd?: () => void
}

/** The jobs domain on a real database, with real runners, in a data directory with spaces and a non-ASCII letter. */
export function openHouseOfJobs({
  dataDir = temporaryData(),
  jobsDir = join(dataDir, 'jobs'),
  // A socket's path is short; a data directory's need not be.
  sockets = join(dataDir, 's'),
  restart = 'never',
  onEvent,
  onEnd,
  ...given
}: Options = {}): House {
  const db = openDatabase(join(dataDir, 'slipway.db'))
  migrate(db, [auditMigration, ...jobsMigrations])
  db.exec('CREATE TABLE IF NOT EXISTS told (n INTEGER PRIMARY KEY, job TEXT, event TEXT, data TEXT) STRICT')
  const events: ChangeEvent[] = []
  const ends: Job[] = []
  const logged: string[] = []
  const log: Log = createLog(line => void logged.push(line), { debug: true })
  const store = createStore({ db, clock: systemClock, bootId: 'test', publish: event => void events.push(event) })
  const jobs = createJobs({
    store,
    clock: systemClock,
    log,
    paths: { jobs: jobsDir, sockets },
    leases: openHouse,
    spawnRunner,
    env: process.env,
    termGraceMs: 500,
    ...given,
  })
  jobs.port.handle('evaluation', {
    restart,
    onEvent: (tx: Tx, job, event) => {
      tx.prepare('INSERT INTO told (job, event, data) VALUES (?, ?, ?)').run(job.id, event.event, JSON.stringify(event))
      onEvent?.(event)
    },
    onEnd: (tx: Tx, job) => {
      tx.prepare('INSERT INTO told (job, event, data) VALUES (?, ?, ?)').run(
        job.id,
        'END',
        JSON.stringify({ event: job.state }),
      )
      ends.push(job)
      onEnd?.()
    },
  })
  return {
    jobs,
    store,
    dataDir,
    events,
    logged,
    ends,
    told: id =>
      store.read
        .prepare<[string], { event: string; data: string }>('SELECT event, data FROM told WHERE job = ? ORDER BY n')
        .all(id)
        .map(({ event, data }) => ({ event, data: JSON.parse(data) })),
    close: () => {
      jobs.close()
      db.close()
    },
  }
}

export const temporaryData = (): string => mkdtempSync(join(tmpdir(), 'slip wäy '))
export const removeData = (dataDir: string): void => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })

export const asOwner = systemCall('test')

/** A job that runs a small Node program given as text. */
export const nodeJob = (code: string, more: Partial<JobSpec> = {}): JobSpec => ({
  kind: 'evaluation',
  name: 'a job',
  subjectId: 'eval_1',
  command: [process.execPath, '-e', code],
  politeStopMs: 300,
  ...more,
})

/** A job that runs a shell script given as text. */
export const shellJob = (script: string, more: Partial<JobSpec> = {}): JobSpec => ({
  ...nodeJob('', more),
  command: ['/bin/sh', '-c', script],
})

/** Resolves when `probe` gives something; asks again every few milliseconds, and gives up after ten seconds. */
export async function until<T>(what: string, probe: () => T | undefined | false, patienceMs = 10_000): Promise<T> {
  const startedMs = performance.now()
  for (;;) {
    const found = probe()
    if (found) return found
    if (performance.now() - startedMs > patienceMs) throw new Error(`waited in vain for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
