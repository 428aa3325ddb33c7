import { appendFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeTinyGguf } from '../contract/engine-tiny-gguf.ts'
import { startBackend } from '../support/backend.ts'
import { openCli } from '../support/cli.ts'

const cli = openCli()
afterAll(async () => {
  // Engines outlive the backend, and would outlive the tests.
  await cli.say('inference', 'stop', 'tiny', '--wait')
  await cli.dispose()
})

test.each([
  ['a port that is no number', 2, 'invalid_input', ['--port', 'abc']],
  ['a port that no machine has', 2, 'invalid_input', ['--port', '99999']],
  ['an unknown flag', 2, 'invalid_input', ['--everything']],
  ['an address beyond this machine', 4, 'forbidden', ['--host', '0.0.0.0']],
])('serve with %s ends with exit code %i and says why', async (_, code, kind, words) => {
  const ran = await cli.run('serve', ...words)
  expect(`${ran.code} ${ran.stderr}`).toMatch(new RegExp(`^${code} error\\[${kind}\\]: .+\\nhint: .+\\n$`))
})

test('serve takes the place of the backend that an earlier command started', async () => {
  const { pid } = (await cli.say('status', '--json')).json() as { pid: number }
  const served = await startBackend({ dataDir: cli.dataDir, port: true })
  expect(served.pid).not.toBe(pid)
  expect((await cli.say('status', '--json')).json()).toMatchObject({
    address: served.url,
    isInstalled: false,
    isOnDemand: false,
  })
  await cli.say('stop')
})

test('serve beside a backend that was started to stay, or on a port that is taken, ends with 5', async () => {
  const staying = await startBackend()
  const beside = openCli({ SLIPWAY_DATA_DIR: staying.dataDir })
  const { code: refused, stderr: why } = await beside.run('serve', '--port', '0')
  expect(`${refused} ${why}`).toMatch(/^5 error\[conflict\]: .*\nhint: .*slipway status/)
  await staying.dispose()
  const other = openCli()
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', () => resolve()))
  const address = taken.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { code, stderr } = await other.run('serve', '--port', String(port))
  await new Promise(resolve => taken.close(resolve))
  await other.dispose()
  expect(`${code} ${stderr}`).toMatch(new RegExp(`^5 error\\[conflict\\]: .*${port}`))
})

test('another workstation refuses a wrong key with 4 and a missing one before it is asked; where none answers, it is 1', async () => {
  const backend = await startBackend({ port: true })
  const list = (url: string, ...more: string[]) => cli.say('keys', 'list', '--url', url, ...more)
  try {
    const { secret } = await backend.client.keys.create({ name: 'far', scope: ['admin'] })
    expect((await list(backend.url, '--key', secret)).code).toBe(0)
    for (const key of [`${secret}0`, 'nonsense']) {
      const { code, stderr } = await list(backend.url, '--key', key)
      expect(`${code} ${stderr}`).toMatch(/^4 error\[unauthenticated\]: .*\nhint: /)
      expect(stderr).not.toContain(key)
    }
    expect((await list(backend.url)).code).toBe(4)
  } finally {
    await backend.dispose()
  }
  const gone = await list(backend.url, '--key', 'any')
  expect(`${gone.code} ${gone.stderr}`).toMatch(/^1 error\[worker_lost\]: No Slipway answers/)
})

test('a command under SLIPWAY_OFFLINE=hard works with a backend that is offline, or with none', async () => {
  const open = openCli()
  const offline = openCli({ SLIPWAY_DATA_DIR: open.dataDir, SLIPWAY_OFFLINE: 'hard' })
  try {
    const { pid } = (await open.say('status', '--json')).json() as { pid: number }
    const closed = (await offline.run('status', '--json')).json() as { pid: number; offline: boolean }
    expect(closed).toMatchObject({ offline: true })
    expect(closed.pid).not.toBe(pid)
    await offline.run('stop')
    const staying = await startBackend({ dataDir: open.dataDir })
    const { code, stderr } = await offline.run('keys', 'list')
    expect(`${code} ${stderr}`).toMatch(/^4 error\[forbidden\]: .*SLIPWAY_OFFLINE=hard.*\nhint: .*slipway stop/)
    expect((await offline.run('stop')).code, 'to stop it is what the hint says').toBe(0)
    await expect.poll(() => staying.child.exitCode).toBe(0)
  } finally {
    await open.dispose()
  }
})

test('a check that finds something wrong does not end with 0', async () => {
  expect((await cli.say('audit', 'verify')).code).toBe(0)
  expect((await cli.say('audit', 'verify', '--anchor-seq', '9999')).code).toBe(1)

  const { path } = (await cli.say('backup', 'create', '--json')).json() as { path: string }
  expect((await cli.say('backup', 'verify', path)).code).toBe(0)
  writeFileSync(join(cli.dataDir, 'empty.db'), '')
  const empty = await cli.say('backup', 'verify', join(cli.dataDir, 'empty.db'), '--json')
  expect(empty.code).toBe(1)
  expect(empty.json()).toMatchObject({ ok: false, problems: [expect.stringMatching(/not a database of Slipway/)] })
  expect((await cli.say('backup', 'verify', 'nothing.db')).code).toBe(3)

  const rows = join(cli.dataDir, 'rows.jsonl')
  writeFileSync(rows, '{"prompt":"a","response":"b"}\n')
  appendFileSync(rows, '{"prompt":"c","response":"d"}\n')
  await cli.say('datasets', 'import', rows, '--name', 'rows')
  expect((await cli.say('datasets', 'check', 'rows', '--method', 'sft')).code).toBe(0)
  const wrong = await cli.say('datasets', 'check', 'rows', '--method', 'dpo', '--json')
  expect(wrong.json()).toMatchObject({ verdict: 'refused' })
  expect(wrong.code).toBe(1)
})

test.each([
  [
    'the root of a disk',
    ['datasets', 'import', '/'],
    /^2 error\[invalid_input\]: \/ is a whole disk, not a dataset\.\nhint: Give/,
  ],
  [
    'the root of a disk',
    ['datasets', 'detect', '/'],
    /^2 error\[invalid_input\]: \/ is a whole disk, not a dataset\.\nhint: Give/,
  ],
  [
    'the root of a disk',
    ['models', 'import', '/'],
    /^2 error\[invalid_input\]: \/ is a whole disk, not a model\.\nhint: Give/,
  ],
  ['nothing', ['datasets', 'import', ''], /^2 error\[invalid_input\]: An empty path was given for path\.\nhint: /],
  ['nothing', ['models', 'import', ''], /^2 error\[invalid_input\]: An empty path was given for path\.\nhint: /],
  ['nothing', ['backup', 'create', '--path='], /^2 error\[invalid_input\]: An empty path was given for path\.\nhint: /],
])('where a path is wanted, %s is refused by what it is: %j', async (_, words, said) => {
  const { code, stderr } = await cli.say(...words)
  expect(`${code} ${stderr}`).toMatch(said)
})

test('over HTTP, an empty path is refused by its name', async () => {
  const backend = await startBackend()
  try {
    for (const path of ['/api/v1/datasets/import', '/api/v1/models']) {
      const response = await backend.fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ path: '' }),
      })
      expect(await response.json()).toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(/^path: .*empty/),
      })
    }
  } finally {
    await backend.dispose()
  }
})

test.each([
  ['training', 'run'],
  ['inference', 'deployment'],
  ['evaluation', 'evaluation'],
  ['datasets', 'dataset version'],
  ['models', 'model version'],
])('%s restore says what is not there, and which id it takes, whatever is typed', async (domain, what) => {
  for (const id of ['no such thing', 'run_1', `run_${'0'.repeat(32)}`]) {
    const { code, stderr } = await cli.say(domain, 'restore', id)
    expect(`${code} ${stderr}`).toMatch(
      new RegExp(
        `^3 error\\[not_found\\]: There is no removed ${what} with the id ${id}\\.\nhint: .*7 days, by the id of the ${what}`,
      ),
    )
  }
})

test('what was not removed cannot be restored, and that is said', async () => {
  const rows = join(cli.dataDir, 'there.jsonl')
  writeFileSync(rows, '{"prompt":"a","response":"b"}\n')
  await cli.say('datasets', 'import', rows, '--name', 'there')
  const { code, stderr } = await cli.say('datasets', 'restore', 'there')
  expect(`${code} ${stderr}`).toMatch(/^5 error\[conflict\]: The dataset version there is not removed\./)
})

test('a message that is piped into chat is answered as one that is typed, with --json as one document', async () => {
  const model = join(cli.dataDir, 'tiny.gguf')
  writeTinyGguf(model)
  expect((await cli.say('models', 'import', model, '--name', 'tiny', '--wait')).code).toBe(0)
  const deployed = await cli.say('inference', 'deploy', 'tiny', '--name', 'tiny', '--wait')
  expect(`${deployed.code} ${deployed.stderr}`).toMatch(/^0/)
  const json = await cli.pipe('hello\n', 'inference', 'chat', 'tiny', '--max-tokens', '4', '--json')
  expect(json.code).toBe(0)
  expect(json.json()).toMatchObject({ type: 'done', text: expect.any(String) })
  const events = await cli.pipe('hello\n', 'inference', 'chat', 'tiny', '--max-tokens', '4', '--watch')
  const lines = events.stdout.trim().split('\n')
  expect(lines.map(line => (JSON.parse(line) as { type: string }).type).at(-1)).toBe('done')
  expect((await cli.run('inference', 'chat', 'tiny')).code, 'nothing was piped in').toBe(2)
})
