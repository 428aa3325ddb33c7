import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Scratch, scratch } from './import/test-import.ts'

const program = fileURLToPath(new URL('../../entry/import-dataset.ts', import.meta.url))
const row = '{"prompt":"a","response":"b"}\n'

let at: Scratch
beforeEach(() => {
  at = scratch()
})
afterEach(() => at.remove())

const start = (path: string, limit = ''): ChildProcess => {
  writeFileSync(join(at.dir, 'config.json'), JSON.stringify({ path, outDir: at.out, blobsRoot: join(at.dir, 'blobs') }))
  const child = spawn('/bin/sh', ['-c', `${limit}exec "$0" "$1" config.json`, process.execPath, program], {
    cwd: at.dir,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  // A child that has ended reads nothing more: what it said and its exit code are what counts.
  child.stdin?.on('error', () => undefined)
  return child
}
const finish = async (child: ChildProcess, onLine?: (event: Record<string, unknown>) => void) => {
  const events: Record<string, unknown>[] = []
  let rest = ''
  child.stdout?.on('data', chunk => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const event = JSON.parse(line) as Record<string, unknown>
      events.push(event)
      onLine?.(event)
    }
  })
  const [code] = await once(child, 'close')
  return { code, events, last: events.at(-1) }
}
const blobs = () =>
  readdirSync(join(at.dir, 'blobs'), { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())

describe.skipIf(process.platform === 'win32')('the import process', () => {
  test('says how far it is, then what it made, and leaves only the blob', async () => {
    const { code, events, last } = await finish(start(at.file('a.jsonl', `${row}{\n`)))
    expect(code).toBe(0)
    expect(events.map(event => event.event)).toContain('progress')
    expect(last).toMatchObject({
      event: 'finished',
      rows: 1,
      badRows: 1,
      files: [{ rows: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    })
    expect(blobs()).toHaveLength(1)
    expect(at.left()).toEqual([])
  })

  test('a file that may not grow as a full disk ends in storage_full, with nothing half-made', async () => {
    // The limit counts blocks of 512 bytes; the rows take more, like a disk that is full halfway.
    const { code, last } = await finish(
      start(at.file('a.json', `[${row.repeat(60_000).trim().replaceAll('\n', ',')}]`), 'ulimit -f 1000; '),
    )
    expect(code).toBe(1)
    expect(last).toMatchObject({ event: 'failed', code: 'storage_full', hint: expect.any(String) })
    expect(at.left()).toEqual([])
    expect(readdirSync(at.dir)).not.toContain('blobs')
  })

  test('it stops when it is asked to, and when its owner is gone, and asking until it has ended changes nothing', async () => {
    const path = at.file('a.json', `[${row.repeat(600_000).trim().replaceAll('\n', ',')}]`)
    for (const stop of [
      (child: ChildProcess) => child.stdin?.write('{"command":"stop"}\n'),
      (child: ChildProcess) => child.stdin?.end(),
      (child: ChildProcess) => child.kill('SIGTERM'),
    ]) {
      const child = start(path)
      let asking: NodeJS.Timeout | undefined
      const { code, last } = await finish(child, () => {
        stop(child)
        // The last moments of a process count too: its signal handlers must hold until nothing is left to be killed.
        asking ??= setInterval(() => stop(child), 1)
      })
      clearInterval(asking)
      expect(last).toMatchObject({ event: 'failed', code: 'cancelled' })
      expect(code).toBe(130)
      expect(at.left()).toEqual([])
    }
  })

  test('a failure carries its code, message and hint', async () => {
    const { code, last } = await finish(start(join(at.dir, 'none.jsonl')))
    expect(code).toBe(1)
    expect(last).toMatchObject({ event: 'failed', code: 'not_found', hint: expect.any(String) })
  })
})
