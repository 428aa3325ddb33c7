import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { migrations } from '../../main/entry/migrations.ts'
import { createAuditChain } from '../../main/platform/db/audit-chain.ts'
import { prepareDatabase } from '../../main/platform/db/prepare.ts'
import { silentLog } from '../../main/platform/log.ts'
import { pathsOf } from '../../main/platform/paths.ts'
import { type RunningBackend, startBackend, temporaryDir } from '../support/backend.ts'
import { type Bench, type Figure, ms, quantile } from './table.ts'

const records = 500_000
const sizeBytes = 1e9

/** A data directory whose database has so many audit records, and is so large. */
function fill(dataDir: string): void {
  const paths = pathsOf(dataDir, process.env)
  const db = prepareDatabase({ paths, migrations, nowIso: new Date().toISOString(), log: silentLog })
  const chain = createAuditChain(db)
  db.transaction(() => {
    for (let n = 0; n < records; n += 1)
      chain.append({
        atMs: n,
        bootId: 'bench',
        actor: `key:key_${n % 50}`,
        source: 'tcp',
        action: 'models.update',
        object: `mdv_${n}`,
        result: 'ok',
      })
  })()
  db.exec('CREATE TABLE bench_filler (data BLOB NOT NULL) STRICT')
  const insert = db.prepare('INSERT INTO bench_filler VALUES (randomblob(1000000))')
  db.pragma('wal_checkpoint(TRUNCATE)')
  const missing = Math.ceil((sizeBytes - statSync(paths.database).size) / 1e6)
  for (let n = 0; n < missing; n += 1) insert.run()
  db.close()
}

/** Latencies of a request for nothing, one every few milliseconds, whether or not the one before was answered. */
async function latenciesWhile(backend: RunningBackend, work: () => Promise<unknown>): Promise<number[]> {
  let isOver = false
  const latencies: number[] = []
  const open = new Set<Promise<void>>()
  const ask = async () => {
    const sinceMs = performance.now()
    await (await backend.fetch('/healthz')).arrayBuffer()
    latencies.push(performance.now() - sinceMs)
  }
  const done = work().finally(() => {
    isOver = true
  })
  while (!isOver) {
    const asked = ask()
    open.add(asked)
    void asked.then(() => open.delete(asked))
    await pause(4)
  }
  await done
  await Promise.all(open)
  return latencies
}

export const bench: Bench = {
  name: 'walks',
  run: async () => {
    const dataDir = temporaryDir('walks')
    fill(dataDir)
    const backend = await startBackend({ dataDir })
    const figures: Figure[] = []
    try {
      const backup = join(dataDir, 'copy.db')
      const idle = quantile(await latenciesWhile(backend, () => pause(3_000)), 0.95)
      const measure = async (name: string, work: () => Promise<unknown>) => {
        const sinceMs = performance.now()
        const latencies = await latenciesWhile(backend, work)
        const p95 = quantile(latencies, 0.95)
        figures.push({
          name: `a request for nothing while ${name}, p95`,
          value: ms(p95),
          bar: '≤ 20 ms',
          isReached: p95 <= 20,
          note: `${ms(idle)} without; longest ${ms(Math.max(...latencies))}; the walk took ${ms(performance.now() - sinceMs)}`,
        })
      }
      await measure('1 GB is backed up', () => backend.client.backup.create({ path: backup }))
      await measure('a backup of 1 GB is checked', () => backend.client.backup.verify({ path: backup }))
      await measure('500,000 audit records are checked', () => backend.client.audit.verify({}))
      await measure('500,000 audit records are exported', () =>
        backend.client.audit.export({ path: join(dataDir, 'audit.jsonl') }),
      )
    } finally {
      await backend.dispose()
      rmSync(dataDir, { recursive: true, force: true })
    }
    return figures
  },
}
