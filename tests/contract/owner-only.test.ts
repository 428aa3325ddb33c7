import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningBackend, startBackend } from '../support/backend.ts'

/** On the desktop a file's mode is the whole guard: whoever may open the socket is its owner. */

const isUnix = process.platform !== 'win32'
const stranger = 65_534
/** Leaves a database as an older Slipway had it: the next start copies it before it brings the schema up to date. */
function forgetOneStep(dataDir: string): void {
  const db = new Database(join(dataDir, 'slipway.db'))
  db.exec('DROP INDEX dataset_versions_importing; DELETE FROM schema_steps WHERE version = 420')
  db.close()
}

const canBeAnother = isUnix && process.getuid?.() === 0

describe.skipIf(!isUnix)(
  'what a backend opens is for its own user alone, whatever the mask of files (not on Windows)',
  () => {
    let backend: RunningBackend
    beforeAll(async () => {
      const earlier = await startBackend()
      const { dataDir } = earlier
      await earlier.kill('SIGTERM')
      forgetOneStep(dataDir)
      backend = await startBackend({ dataDir, prefix: ['/bin/sh', '-c', 'umask 000; exec "$@"', 'sh'] })
      await backend.client.keys.create({ name: 'written' })
      await backend.client.backup.create({})
    })
    afterAll(() => backend.dispose())

    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

    test('its socket, the folder of its sockets, its data directory and what lies in it', () => {
      const { socketPath, dataDir } = backend
      expect([modeOf(socketPath), modeOf(dirname(socketPath)), modeOf(dataDir)]).toEqual(['600', '700', '700'])
      const open = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter(
        name => (statSync(join(dataDir, name)).mode & 0o077) !== 0,
      )
      expect(open).toEqual([])
      // SQLite itself makes this one, by the mask alone.
      expect(readdirSync(join(dataDir, 'backups'))).toContainEqual(expect.stringMatching(/^before-migration-/))
      expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['slipway.db', 'slipway.db-wal', 'backups']))
    })

    // One guard alone must hold, should somebody open the folder around it.
    test.skipIf(!canBeAnother)('another user can neither connect nor read (needs root, to become another user)', () => {
      // Node is started before it becomes another: the checkout may lie where others cannot go.
      const tries = `
      process.setgroups([])
      process.setgid(${stranger})
      process.setuid(${stranger})
      const { connect } = require('node:net')
      const { readFileSync } = require('node:fs')
      const [socket, ...files] = process.argv.slice(1)
      const said = files.map(file => { try { readFileSync(file); return 'read' } catch (error) { return error.code } })
      connect(socket).once('connect', () => { console.log([...said, 'connected'].join()); process.exit() })
        .once('error', error => console.log([...said, error.code].join()))`
      const files = ['slipway.db', 'slipway.db-wal', join('logs', 'backend.log')].map(name =>
        join(backend.dataDir, name),
      )
      const { stdout, stderr } = spawnSync(process.execPath, ['-e', tries, backend.socketPath, ...files], {
        encoding: 'utf8',
        cwd: '/',
        env: {},
      })
      expect(stdout.trim(), stderr).toBe('EACCES,EACCES,EACCES,EACCES')
    })
  },
)
