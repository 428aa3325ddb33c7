import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBackend } from '../support/backend.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Parts of the backend's process, not programs. */
const modules = ['compose.ts', 'compose-gateway.ts', 'from-root.ts', 'migrations.ts', 'run-backend.ts']
/** May use the network when the user wishes so: a backend, what builds environments, what talks to another workstation. */
const byWish = [
  'backend.ts',
  'build-environment.ts',
  'cli.ts',
  'electron-releases.ts',
  'electron.ts',
  'generate.ts',
  'lock-environments.ts',
  'package.ts',
  'tour.ts',
]

const programs = readdirSync(join(root, 'main', 'entry'))
  .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts') && !modules.includes(name))
  .map(name => join('main', 'entry', name))
const threads = readdirSync(join(root, 'main'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('-worker.ts'))
  .map(name => join('main', name))

let folder: string
let probe: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-guards-'))
  probe = join(folder, 'probe.mjs')
  // Loaded before a program's own first line; when the program ends, it says whether the way out was closed.
  writeFileSync(
    probe,
    `import { appendFileSync } from 'node:fs'
     import { Socket } from 'node:net'
     const original = Socket.prototype.connect
     process.on('exit', () => appendFileSync(process.env.PROBE_FILE, Socket.prototype.connect === original ? 'open ' : 'guarded '))`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const probing = (name: string) => {
  const file = join(folder, `${name}.txt`)
  return {
    env: { NODE_OPTIONS: `--import=${pathToFileURL(probe).href}`, PROBE_FILE: file },
    said: () => readFileSync(file, 'utf8').trim(),
  }
}

test('every process and every thread is guarded by its first import, and only the known ones by wish', () => {
  expect(threads.length).toBeGreaterThanOrEqual(3)
  for (const path of [...programs, ...threads]) {
    const [first] = /^import .*$/m.exec(readFileSync(join(root, path), 'utf8')) ?? []
    const guard = byWish.includes(basename(path)) ? 'unless-offline' : 'never'
    expect(first, `the first import of ${path}`).toMatch(
      new RegExp(`^import '[./]+/(platform/)?network/${guard}\\.ts'$`),
    )
  }
})

/** Runs a program with nothing to do, to its end. */
async function run(path: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  const probed = probing(basename(path))
  const child = spawn(process.execPath, [join(root, path), ...args], {
    cwd: folder,
    env: { ...process.env, ...probed.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  await once(child, 'exit')
  return probed.said()
}

// One program after the other, each from its start to its end.
test('what works on files and models is guarded when it runs, whatever is set', { timeout: 240_000 }, async () => {
  for (const path of programs.filter(each => !byWish.includes(basename(each))))
    expect(await run(path, ['nothing.json'], { SLIPWAY_OFFLINE: '' }), path).toBe('guarded')
})

test('the command line and the builder are guarded by SLIPWAY_OFFLINE=hard, and only by it', async () => {
  for (const [path, args] of [
    [join('main', 'entry', 'cli.ts'), ['--help']],
    [join('main', 'entry', 'build-environment.ts'), ['nothing.json']],
  ] as const) {
    expect(await run(path, args, { SLIPWAY_OFFLINE: 'hard' }), path).toBe('guarded')
    expect(await run(path, args, { SLIPWAY_OFFLINE: '' }), path).toContain('open')
  }
})

test('a backend in hard offline mode is guarded, says so, and serves all the same', async () => {
  const probed = probing('backend')
  const backend = await startBackend({ port: true, env: { ...probed.env, SLIPWAY_OFFLINE: 'hard' } })
  try {
    expect((await fetch(`${backend.url}/healthz`)).status).toBe(200)
    expect(await backend.client.system.status({})).toMatchObject({
      offline: true,
      network: { state: 'offline', bytesOut: 0 },
    })
  } finally {
    await backend.dispose()
  }
  expect(probed.said()).toBe('guarded')
})

/** Builds from an index where nothing listens: what counts is that somebody was asked. */
async function buildAsking(env: Record<string, string>) {
  const backend = await startBackend({
    env: { XDG_CACHE_HOME: join(folder, 'cache'), PIP_RETRIES: '0', UV_HTTP_RETRIES: '0', ...env },
  })
  try {
    expect((await backend.client.system.status({})).network).toEqual({ state: 'open', bytesOut: 0, uses: [] })
    const { id } = await backend.client.environments.build({
      name: 'training',
      backend: 'cpu',
      index: 'http://127.0.0.1:9/simple',
    })
    expect((await backend.client.jobs.wait({ id, timeoutMs: 50_000 })).state).toBe('failed')
    return (await backend.client.system.status({})).network
  } finally {
    await backend.dispose()
  }
}

test('a build that asks an index on this machine is told as a use of the network by which no byte left', async () => {
  expect(await buildAsking({})).toEqual({
    state: 'open',
    bytesOut: 0,
    uses: [{ at: expect.any(String), environment: 'training', isOver: true, bytesOut: 0 }],
  })
})

test('a build through a proxy of the user makes the bytes that left unknown, never a zero', async () => {
  expect(await buildAsking({ HTTP_PROXY: 'http://127.0.0.1:9' })).toEqual({
    state: 'open',
    bytesOut: null,
    uses: [{ at: expect.any(String), environment: 'training', isOver: true, bytesOut: null }],
  })
})

test('in hard offline mode a build from an index is refused, and no byte has left', async () => {
  const backend = await startBackend({ env: { XDG_CACHE_HOME: join(folder, 'offline'), SLIPWAY_OFFLINE: 'hard' } })
  try {
    const { id } = await backend.client.environments.build({ name: 'training', backend: 'cpu' })
    expect(await backend.client.jobs.wait({ id, timeoutMs: 50_000 })).toMatchObject({
      state: 'failed',
      failure: { code: 'forbidden' },
    })
    expect((await backend.client.system.status({})).network).toEqual({ state: 'offline', bytesOut: 0, uses: [] })
  } finally {
    await backend.dispose()
  }
})
