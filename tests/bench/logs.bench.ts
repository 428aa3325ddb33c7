import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { JobId } from '../../main/contract/jobs.ts'
import { insertJob } from '../../main/domains/jobs/repo.ts'
import { migrations } from '../../main/entry/migrations.ts'
import { systemClock } from '../../main/platform/clock.ts'
import { prepareDatabase } from '../../main/platform/db/prepare.ts'
import { createStore } from '../../main/platform/db/store.ts'
import { newId } from '../../main/platform/ids.ts'
import { silentLog } from '../../main/platform/log.ts'
import { pathsOf } from '../../main/platform/paths.ts'
import { logFolder } from '../../main/platform/processes/job-folder.ts'
import { createLogWriter } from '../../main/platform/processes/log-file.ts'
import { type RunningBackend, startBackend, temporaryDir } from '../support/backend.ts'
import { type Bench, type Figure, ms, quantile } from './table.ts'

const lineCount = 10_000_000
const batch = 1_000
const repeats = 40

/** A data directory with one ended job that has said so many lines, written as a runner writes them. */
function jobWithLog(): { dataDir: string; id: string } {
  const dataDir = temporaryDir('bench')
  const paths = pathsOf(dataDir, process.env)
  for (const dir of [paths.dataDir, paths.backups, paths.logs]) mkdirSync(dir, { recursive: true })
  const db = prepareDatabase({ paths, migrations, nowIso: new Date().toISOString(), log: silentLog })
  const store = createStore({ db, clock: systemClock, bootId: 'bench', publish: () => undefined })
  const id = JobId.parse(newId('job', Date.now()))
  store.record(tx =>
    insertJob(tx, {
      ...{ id, kind: 'training', name: 'long', subjectId: 'run_1', state: 'done', health: 'ok', priority: 'normal' },
      spec: { kind: 'training', name: 'long', subjectId: 'run_1', command: ['true'] },
      ...{ granted: null, attempt: 1, journalPosition: 0, runner: null, childPid: null, progress: null, failure: null },
      ...{ workerFailure: null, lastEvent: null, stop: null, restarts: [], nextStartAtMs: null },
      ...{ createdAtMs: 1, startedAtMs: 1, endedAtMs: 2 },
    }),
  )
  db.close()
  const folder = logFolder(join(paths.jobs, id))
  mkdirSync(folder, { recursive: true })
  const log = createLogWriter(folder, () => 1_700_000_000_000)
  for (let n = 0; n < lineCount; n += batch)
    log.write(
      'stdout',
      Array.from({ length: batch }, (_, i) => `step ${n + i} loss ${((n + i) % 977) / 977} lr 2e-4`),
    )
  return { dataDir, id }
}

async function timesOf(backend: RunningBackend, path: (i: number) => string): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < repeats; i += 1) {
    const sinceMs = performance.now()
    const response = await backend.fetch(`/api/v1/${path(i)}`)
    await response.text()
    times.push(performance.now() - sinceMs)
    if (!response.ok) throw new Error(path(i))
  }
  return times
}

export const bench: Bench = {
  name: 'logs',
  run: async () => {
    const { dataDir, id } = jobWithLog()
    try {
      const backend = await startBackend({ dataDir })
      const somewhere = (i: number) => ((i * 2_654_435_761) >>> 0) % lineCount
      const questions: Readonly<Record<string, (i: number) => string>> = {
        'the last 200 lines': () => `jobs/${id}/logs?limit=200`,
        '200 lines after any line': i => `jobs/${id}/logs?limit=200&after=${somewhere(i)}`,
        '200 lines before any line': i => `jobs/${id}/logs?limit=200&before=${somewhere(i)}`,
      }
      const figures: Figure[] = []
      for (const [name, path] of Object.entries(questions)) {
        const p95 = quantile(await timesOf(backend, path), 0.95)
        figures.push({
          name: `${name} of 10,000,000, p95`,
          value: ms(p95),
          bar: '≤ 50 ms',
          isReached: p95 <= 50,
        })
      }
      const sinceMs = performance.now()
      let pages = 0
      for (let after: number | undefined = -1; after !== undefined; pages += 1) {
        const search: string = `jobs/${id}/logs?limit=200&after=${after}&search=step+9999998`
        after = ((await (await backend.fetch(`/api/v1/${search}`)).json()) as { next?: number }).next
      }
      const tookMs = performance.now() - sinceMs
      figures.push({
        name: 'search all of it for a rare word',
        value: ms(tookMs),
        bar: '≤ 10 s',
        isReached: tookMs <= 10_000,
        note: `${pages} answers, each within its time`,
      })
      await backend.dispose()
      return figures
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  },
}
