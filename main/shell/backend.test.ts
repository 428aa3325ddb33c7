import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppError } from '../contract/errors.ts'
import { systemClock } from '../platform/clock.ts'
import { socketFetch } from '../platform/http/socket-fetch.ts'
import { silentLog } from '../platform/log.ts'
import { type BackendState, type Supervisor, superviseBackend } from './backend.ts'

let folder: string
let socket: string
let started: ChildProcess[]
let supervisor: Supervisor | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway shell '))
  socket = join(folder, 'b.sock')
  started = []
  supervisor = undefined
})
afterEach(async () => {
  await supervisor?.stop()
  for (const child of started) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A program that listens as the backend does: alive, and willing to stop when it is asked. */
const serving = `
const http = require('node:http'), fs = require('node:fs')
fs.rmSync(process.argv[2], { force: true })
const server = http.createServer((request, response) => {
  response.end(JSON.stringify({ version: process.argv[3], address: process.argv[4] }))
  if (request.url === '/api/v1/system/stop') setTimeout(() => process.exit(0), 10)
})
server.listen(process.argv[2])`

function launch(script: string, version = '1.0.0', ...address: string[]): ChildProcess {
  const file = join(folder, `program-${started.length}.cjs`)
  writeFileSync(file, script)
  const child = spawn(process.execPath, [file, socket, version, ...address], { stdio: 'ignore' })
  started.push(child)
  return child
}

// Longer than a program takes on a busy machine: only who tests that a limit is kept makes it short.
const patienceMs = 60_000

function supervise(
  scripts: readonly string[],
  failure = new AppError('internal', 'It fell over.'),
  { stopGraceMs = patienceMs } = {},
) {
  const states: BackendState[] = []
  let next = 0
  const made = superviseBackend({
    version: '1.0.0',
    start: () => launch(scripts[Math.min(next++, scripts.length - 1)] ?? ''),
    startFailure: () => failure,
    fetch: socketFetch(socket),
    clock: systemClock,
    log: silentLog,
    pausesMs: [10, 20, 40],
    startLimitMs: patienceMs,
    stopGraceMs,
  })
  made.onChange(state => void states.push(state))
  supervisor = made
  return { made, states: () => states.map(({ state }) => state) }
}
const crash = 'process.exit(3)'
const answering = () =>
  expect
    .poll(() =>
      socketFetch(socket)(new Request('http://x/healthz')).then(
        response => response.ok,
        () => false,
      ),
    )
    .toBe(true)

test('one that answers already is used, and left alone when the shell goes', async () => {
  const other = launch(serving)
  await answering()
  const { made } = supervise([crash])
  made.begin()
  expect(await made.settled()).toEqual({ state: 'ready', isOurs: false })
  await made.stop()
  expect(other.exitCode).toBeNull()
})

test('else one is started, and ended in order when the shell goes', async () => {
  const { made } = supervise([serving])
  made.begin()
  expect(await made.settled()).toEqual({ state: 'ready', isOurs: true })
  await made.stop()
  expect(started[0]?.exitCode).toBe(0)
  expect(made.current()).toEqual({ state: 'stopped' })
})

test('one that does not stop when asked is killed', async () => {
  const deaf = serving.replace("if (request.url === '/api/v1/system/stop') setTimeout(() => process.exit(0), 10)", '')
  const { made } = supervise([deaf], undefined, { stopGraceMs: 300 })
  made.begin()
  await made.settled()
  await made.stop()
  expect(started[0]?.signalCode).toBe('SIGKILL')
})

test('one that falls is started again, as often as there are pauses; then a person decides', async () => {
  const { made, states } = supervise([serving])
  made.begin()
  for (let fall = 1; fall <= 4; fall++) {
    expect(await made.settled()).toMatchObject({ state: 'ready' })
    started.at(-1)?.kill('SIGKILL')
    await expect.poll(() => states().filter(state => state === 'waiting' || state === 'failed').length).toBe(fall)
  }
  expect(made.current()).toMatchObject({ state: 'failed', failure: { code: 'worker_lost' } })
  expect(started).toHaveLength(4)

  made.retry()
  expect(await made.settled()).toEqual({ state: 'ready', isOurs: true })
})

test('one that does not even start is tried once more, not for ever', async () => {
  const { made } = supervise([crash])
  made.begin()
  expect(await made.settled()).toMatchObject({ state: 'failed', failure: { message: 'It fell over.' } })
  expect(started).toHaveLength(2)
})

test('one that says what is wrong is not tried again: that would not mend it', async () => {
  const { made } = supervise([crash], new AppError('storage_damaged', 'The database is damaged.'))
  made.begin()
  expect(await made.settled()).toMatchObject({ state: 'failed', failure: { code: 'storage_damaged' } })
  expect(started).toHaveLength(1)
})

test('a program that is not there is a failure with its cause', async () => {
  const missing = superviseBackend({
    version: '1.0.0',
    start: () => spawn(join(folder, 'no such node'), []),
    startFailure: () => new AppError('internal', 'unseen'),
    fetch: socketFetch(socket),
    clock: systemClock,
    log: silentLog,
    pausesMs: [1],
  })
  missing.begin()
  expect(await missing.settled()).toMatchObject({
    state: 'failed',
    failure: { hint: expect.stringContaining('ENOENT') },
  })
})

test('two tries at once start one program', async () => {
  const { made } = supervise([serving])
  made.begin()
  made.begin()
  made.retry()
  await made.settled()
  expect(started).toHaveLength(1)
})

test('when one that was there before goes, its own is started', async () => {
  const other = launch(serving)
  await answering()
  const { made } = supervise([serving])
  made.begin()
  await made.settled()
  const gone = new Promise(resolve => other.once('exit', resolve))
  other.kill('SIGKILL')
  await gone
  made.lost()
  expect(await made.settled()).toEqual({ state: 'ready', isOurs: true })
})

test('one of another version, as after an update, is ended in order and replaced', async () => {
  const older = launch(serving, '0.9.0')
  await answering()
  const gone = new Promise<number | null>(resolve => older.once('exit', resolve))
  const { made } = supervise([serving])
  made.begin()
  expect(await made.settled()).toEqual({ state: 'ready', isOurs: true })
  expect(await gone).toBe(0)
})

test('unless somebody relies on its listener: then it is used as it is', async () => {
  const served = launch(serving, '0.9.0', 'http://127.0.0.1:1')
  await answering()
  const { made } = supervise([crash])
  made.begin()
  expect(await made.settled()).toEqual({ state: 'ready', isOurs: false })
  expect(served.exitCode).toBeNull()
})
