import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { startBackend, temporaryDir } from '../support/backend.ts'

const kills = Number(process.env.SLIPWAY_TEST_KILLS ?? 100)

test(`${kills} × SIGKILL under load: no acknowledged write is lost, no write is there in part`, {
  timeout: 600_000,
}, async () => {
  const dataDir = temporaryDir('kills')
  const acknowledged: string[] = []
  for (let round = 0; round < kills; round += 1) {
    const backend = await startBackend({ dataDir })
    let alive = true
    const write = async (worker: number) => {
      for (let i = 0; alive; i += 1) {
        const name = `r${round}-w${worker}-${i}`
        try {
          const response = await backend.fetch('/api/v1/keys', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ name }),
          })
          if (response.status === 200) acknowledged.push(((await response.json()) as { id: string }).id)
        } catch {
          return // the kill cut the connection: this write was never acknowledged
        }
      }
    }
    const writers = [0, 1, 2].map(write)
    // Kill at a moment that depends on the work, not on a timer: after some acknowledged writes of this round.
    const target = acknowledged.length + 1 + ((round * 7) % 23)
    while (acknowledged.length < target) await new Promise(resolve => setImmediate(resolve))
    await backend.kill('SIGKILL')
    alive = false
    await Promise.all(writers)
  }
  // The oracle is this process; what counts is what the file holds now.
  const db = new Database(join(dataDir, 'slipway.db'))
  const stored = new Set(
    db
      .prepare<[], { id: string }>('SELECT id FROM api_keys')
      .all()
      .map(row => row.id),
  )
  const audited = new Set(
    db
      .prepare<[], { object: string }>("SELECT object FROM audit_log WHERE action = 'keys.create' AND result = 'ok'")
      .all()
      .map(row => row.object),
  )
  expect(acknowledged.filter(id => !stored.has(id))).toEqual([])
  expect(
    [...stored].filter(id => !audited.has(id)),
    'changes without their audit record',
  ).toEqual([])
  expect(
    [...audited].filter(id => !stored.has(id)),
    'audit records without their change',
  ).toEqual([])
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
  const backend = await startBackend({ dataDir })
  expect((await backend.client.audit.verify({})).verdict).toBe('intact')
  await backend.dispose()
  expect(acknowledged.length).toBeGreaterThan(kills)
})

const hasStrace = spawnSync('strace', ['-V']).status === 0

test.skipIf(!hasStrace)(
  'the log is flushed to disk before an answer leaves (strace; skipped where strace is not installed)',
  async () => {
    const trace = join(temporaryDir('strace'), 'trace')
    const backend = await startBackend({
      prefix: [
        'strace',
        '-f',
        '-y',
        '-s',
        '200',
        '-e',
        'trace=fsync,fdatasync,write,writev,pwrite64,sendto,sendmsg',
        '-o',
        trace,
      ],
    })
    const writes = 25
    for (let i = 0; i < writes; i += 1) await backend.client.keys.create({ name: `flushed-${i}` })
    await backend.dispose()
    const lines = readFileSync(trace, 'utf8').split('\n')
    let isDirty = false
    let answers = 0
    const unflushed: string[] = []
    for (const line of lines) {
      if (/pwrite64\(\d+<[^>]*slipway\.db-wal>/.test(line)) isDirty = true
      if (/(fsync|fdatasync)\(\d+<[^>]*slipway\.db-wal>/.test(line)) isDirty = false
      if (/(write|writev|sendto|sendmsg)\(\d+<(socket|UNIX)/.test(line) && line.includes('HTTP/1.1 200')) {
        answers += 1
        if (isDirty) unflushed.push(line)
      }
    }
    expect(answers).toBeGreaterThanOrEqual(writes)
    expect(unflushed).toEqual([])
    if (existsSync(trace)) rmSync(trace)
  },
)
