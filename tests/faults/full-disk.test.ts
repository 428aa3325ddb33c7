import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { startBackend } from '../support/backend.ts'
import { openCli } from '../support/cli.ts'
import { canMount, fill, mountSmallDisk } from '../support/small-disk.ts'

const cleanUps: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway disk '))
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function smallDisk(): string {
  const { folder, remove } = mountSmallDisk(4)
  cleanUps.push(remove)
  return folder
}

describe.skipIf(!canMount)('a data directory on a full disk (needs root: it mounts a small tmpfs)', () => {
  test('refuses every change with the cause, keeps reading, loses nothing, and goes on once there is room', async () => {
    const disk = smallDisk()
    const backend = await startBackend({ dataDir: join(disk, 'data') })
    cleanUps.push(() => backend.dispose())
    const { client } = backend
    await client.keys.create({ name: 'before' })
    writeFileSync(join(disk, 'rows.jsonl'), '{"prompt":"a","response":"b"}\n')
    fill(join(disk, 'filler'))

    const full = expect.objectContaining({ code: 'storage_full' })
    const refused = async (change: () => Promise<unknown>) => {
      const failure = await change().then(
        () => 'accepted',
        (error: { code: string; data?: { hint?: string } }) => ({ code: error.code, hint: error.data?.hint }),
      )
      expect(failure).toEqual({ code: 'storage_full', hint: expect.stringMatching(/Free some space/) })
    }
    await refused(async () => {
      // The log may still have room for a few small records in pages that it has already.
      for (let n = 0; n < 2_000; n += 1) await client.keys.create({ name: `while-full-${n}` })
    })
    await refused(() => client.backup.create({}))
    await refused(() => client.datasets.import({ path: join(disk, 'rows.jsonl'), name: 'rows' }))
    await expect(client.keys.create({ name: 'again' })).rejects.toEqual(full)
    const names = (await client.keys.list({})).items.map(key => key.name)
    expect(names).toContain('before')
    expect(names).not.toContain('again')

    rmSync(join(disk, 'filler'))
    await client.keys.create({ name: 'after' })
    expect((await client.keys.list({})).items.map(key => key.name)).toEqual(expect.arrayContaining(['before', 'after']))
    expect((await client.audit.verify({})).verdict).toBe('intact')
    expect(await client.backup.create({})).toMatchObject({ sizeBytes: expect.any(Number) })
  })

  test('does not keep the backend from stopping', async () => {
    const disk = smallDisk()
    const backend = await startBackend({ dataDir: join(disk, 'data') })
    cleanUps.push(() => backend.dispose())
    const { client, child } = backend
    const ended = new Promise(resolve => child.once('exit', resolve))
    fill(join(disk, 'filler'))
    const untilFull = async () => {
      for (let n = 0; n < 2_000; n += 1) await client.keys.create({ name: `while-full-${n}` })
    }
    await expect(untilFull()).rejects.toMatchObject({ code: 'storage_full' })
    expect(await client.system.stop({})).toEqual({ stopping: true })
    expect(await ended).toBe(0)
  })

  test('that has no room for a database says so', async () => {
    const disk = smallDisk()
    fill(join(disk, 'filler'))
    const cli = openCli({ SLIPWAY_DATA_DIR: join(disk, 'data') })
    cleanUps.push(() => cli.dispose())
    const { code, stderr } = await cli.run('status')
    expect(`${code} ${stderr}`).toMatch(/^6 error\[storage_full\]/)
    expect(stderr).toMatch(/^hint: Free some space/m)
  })
})

test('a data directory where a file is in the way is named, with what to do', async () => {
  const file = join(temporary(), 'a file')
  writeFileSync(file, '')
  const cli = openCli({ SLIPWAY_DATA_DIR: join(file, 'data') })
  for (const words of [['status'], ['serve'], ['keys', 'list']]) {
    const { code, stderr } = await cli.run(...words)
    expect(`${code} ${stderr}`).toMatch(/^2 error\[invalid_input\]: .*a file is in the way/)
    expect(stderr).toMatch(/^hint: Move the file away/m)
  }
})

test.skipIf(process.platform !== 'linux')(
  'a data directory in a file system that takes no folders is named at once (Linux: needs /proc)',
  async () => {
    const cli = openCli({ SLIPWAY_DATA_DIR: '/proc/slipway' })
    for (const words of [['status'], ['serve'], ['keys', 'list'], ['datasets', 'list', '--data-dir', '/proc/1/data']]) {
      const { code, stderr } = await cli.run(...words)
      expect(`${code} ${stderr}`).toMatch(/^4 error\[forbidden\]: \/proc\/.* takes no new folders/)
      expect(stderr).toMatch(/^hint: .*--data-dir/m)
    }
  },
)

test.skipIf(process.platform !== 'linux')(
  'a cache in such a file system costs time at a start, and nothing else that does not need it (Linux: needs /proc)',
  async () => {
    const cli = openCli({ XDG_CACHE_HOME: '/proc/slipway' })
    cleanUps.push(() => cli.dispose())
    const rows = join(temporary(), 'rows.jsonl')
    writeFileSync(rows, '{"prompt":"a","response":"b"}\n')
    expect((await cli.run('datasets', 'import', rows, '--name', 'rows')).code).toBe(0)
    const { code, stderr } = await cli.run('environments', 'build', 'training', '--wait')
    expect(`${code} ${stderr}`).toMatch(
      /^4 .*error\[forbidden\]: \/proc\/.* takes no new folders.*\nhint: .*XDG_CACHE_HOME/s,
    )
  },
)

test.skipIf(!canMount)(
  'a read-only data directory is named, with what to do (needs root: it mounts a tmpfs)',
  async () => {
    const disk = smallDisk()
    for (const folder of ['never-used', 'used']) mkdirSync(join(disk, folder), { mode: 0o700 })
    const used = openCli({ SLIPWAY_DATA_DIR: join(disk, 'used') })
    expect((await used.run('keys', 'create', 'before')).code).toBe(0)
    await used.run('stop')
    execFileSync('mount', ['-o', 'remount,ro', disk])
    for (const cli of [used, openCli({ SLIPWAY_DATA_DIR: join(disk, 'never-used') })]) {
      for (const words of [['status'], ['serve'], ['keys', 'list']]) {
        const { code, stderr } = await cli.run(...words)
        expect(`${code} ${stderr}`).toMatch(/^4 error\[forbidden\]: .* cannot be written/)
        expect(stderr).toMatch(/^hint: /m)
      }
    }
  },
)
