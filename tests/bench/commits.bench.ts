import { rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { systemCall } from '../../main/contract/call.ts'
import { auditListMigrations } from '../../main/domains/audit/migrations.ts'
import { systemClock } from '../../main/platform/clock.ts'
import { auditMigration } from '../../main/platform/db/audit-chain.ts'
import { migrate } from '../../main/platform/db/migrate.ts'
import { openDatabase } from '../../main/platform/db/open.ts'
import { createStore } from '../../main/platform/db/store.ts'
import { type RunningBackend, startBackend, temporaryDir } from '../support/backend.ts'
import { type Bench, median } from './table.ts'

const rounds = 7
const perRound = 500
const clients = 16
const table = 'CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL) STRICT'
const insertion = 'INSERT INTO notes (id, text) VALUES (?, ?)'

/** Commits per second of `commit`, called one after the other. */
function rateOf(commit: (n: number) => void): number {
  const sinceMs = performance.now()
  for (let n = 0; n < perRound; n += 1) commit(n)
  return perRound / ((performance.now() - sinceMs) / 1_000)
}

/** The limit: better-sqlite3 alone, each row in a transaction of its own, on disk before it returns. */
function openBare(dir: string) {
  const db = new Database(join(dir, 'bare.db'))
  db.pragma('journal_mode = WAL')
  db.exec(table)
  db.pragma('synchronous = FULL')
  const insert = db.prepare<[string, string]>(insertion)
  return { commit: (id: string) => void insert.run(id, 'text'), close: () => db.close() }
}

/** The same row through the one way to write that Slipway has: with its record in the audit chain. */
function openOurs(dir: string) {
  const db = openDatabase(join(dir, 'ours.db'))
  migrate(db, [auditMigration, ...auditListMigrations, { version: 20, name: 'notes', up: fresh => fresh.exec(table) }])
  const store = createStore({ db, clock: systemClock, bootId: 'bench', publish: () => undefined })
  const call = systemCall('notes.create')
  return {
    commit: (id: string) => store.commit(call, id, tx => void tx.prepare(insertion).run(id, 'text')),
    close: () => db.close(),
  }
}

async function overHttp(backend: RunningBackend, round: number): Promise<number> {
  let next = 0
  const client = async () => {
    while (next < perRound) {
      next += 1
      const response = await backend.fetch('/api/v1/keys', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"name":"commit-${round}-${next}"}`,
      })
      if (!response.ok) throw new Error(`a commit was refused: ${await response.text()}`)
      await response.arrayBuffer()
    }
  }
  const sinceMs = performance.now()
  await Promise.all(Array.from({ length: clients }, client))
  return perRound / ((performance.now() - sinceMs) / 1_000)
}

export const bench: Bench = {
  name: 'commits',
  run: async () => {
    const dataDir = temporaryDir('commits')
    const backend = await startBackend({ dataDir })
    const [bare, ours] = [openBare(dataDir), openOurs(dataDir)]
    const rates: { bare: number; ours: number; http: number }[] = []
    try {
      // By turns, so that what else the disk does meets all three.
      for (let round = 0; round < rounds; round += 1)
        rates.push({
          bare: rateOf(n => bare.commit(`${round}-${n}`)),
          ours: rateOf(n => ours.commit(`${round}-${n}`)),
          http: await overHttp(backend, round),
        })
    } finally {
      bare.close()
      ours.close()
      await backend.dispose()
      rmSync(dataDir, { recursive: true, force: true })
    }
    const [limit, audited, acknowledged] = [
      median(rates.map(rate => rate.bare)),
      median(rates.map(rate => rate.ours)),
      median(rates.map(rate => rate.http)),
    ]
    const inProcess = median(rates.map(rate => rate.ours / rate.bare))
    const outside = median(rates.map(rate => rate.http / rate.bare))
    const limitNote = `bare better-sqlite3, synchronous=FULL, one transaction per row, same disk and run: ${limit.toFixed(0)} per second`
    return [
      {
        name: 'commits acknowledged durably, per second',
        value: acknowledged.toFixed(0),
        bar: '≥ 1,000',
        isReached: acknowledged >= 1_000,
        note: `${clients} clients over HTTP; each commit flushed by itself (no group commit) before its answer`,
      },
      {
        name: 'the same, of bare better-sqlite3',
        value: `${outside.toFixed(2)} ×`,
        bar: '-',
        isReached: true,
        note: `${limitNote}; ours are HTTP requests of ${clients} clients in one other process`,
      },
      {
        name: 'one audited commit in the backend, of bare better-sqlite3',
        value: `${inProcess.toFixed(2)} ×`,
        bar: '≥ 0.5 ×',
        isReached: inProcess >= 0.5,
        note: `${audited.toFixed(0)} per second: the row and its record in the audit chain with their indexes, one flush, no group commit`,
      },
    ]
  },
}
