import { mkdirSync } from 'node:fs'
import { JobId } from '../../../main/contract/jobs.ts'
import { insertJob } from '../../../main/domains/jobs/repo.ts'
import { migrations } from '../../../main/entry/migrations.ts'
import { systemClock } from '../../../main/platform/clock.ts'
import { prepareDatabase } from '../../../main/platform/db/prepare.ts'
import { createStore } from '../../../main/platform/db/store.ts'
import { newId } from '../../../main/platform/ids.ts'
import { silentLog } from '../../../main/platform/log.ts'
import { pathsOf } from '../../../main/platform/paths.ts'
import { temporaryDir } from '../../support/backend.ts'

const dayMs = 86_400_000

/** A data directory in which so many jobs have ended, all of them newer than whatever a test starts now. */
export function dataDirWithEndedJobs(count: number): string {
  const dataDir = temporaryDir('ended jobs')
  const paths = pathsOf(dataDir, process.env)
  for (const dir of [paths.dataDir, paths.backups, paths.logs]) mkdirSync(dir, { recursive: true })
  const db = prepareDatabase({ paths, migrations, nowIso: new Date().toISOString(), log: silentLog })
  const store = createStore({ db, clock: systemClock, bootId: 'test', publish: () => undefined })
  const atMs = Date.now() + dayMs
  store.record(tx => {
    for (let i = 0; i < count; i += 1)
      insertJob(tx, {
        ...{ id: JobId.parse(newId('job', atMs + i)), kind: 'import', name: `import ${i}`, subjectId: `dver_${i}` },
        ...{ state: 'done', health: 'ok', priority: 'normal' },
        spec: { kind: 'import', name: `import ${i}`, subjectId: `dver_${i}`, command: ['true'] },
        ...{ granted: null, attempt: 1, journalPosition: 0, runner: null, childPid: null, progress: null },
        ...{ failure: null, workerFailure: null, lastEvent: null, stop: null, restarts: [], nextStartAtMs: null },
        ...{ createdAtMs: atMs + i, startedAtMs: atMs + i, endedAtMs: atMs + i },
      })
  })
  db.close()
  return dataDir
}
