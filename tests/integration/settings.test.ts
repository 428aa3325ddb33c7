import { afterEach, expect, test } from 'vitest'
import { clientError } from '../../main/surfaces/rpc/client.ts'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { holdPort, twoFreePorts } from '../support/free-ports.ts'

const cleanUps: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const opened = async (options: Parameters<typeof startBackend>[0] = {}): Promise<RunningBackend> => {
  const backend = await startBackend(options)
  cleanUps.push(backend.dispose)
  return backend
}

/** Has a port until the test is over, as another program would. */
async function take(port: number): Promise<void> {
  const server = await holdPort(port)
  cleanUps.push(() => new Promise(done => server.close(() => done())))
}

const refusal = (promise: Promise<unknown>) => promise.then(() => undefined, clientError)
const answers = (url: string) =>
  fetch(`${url}/healthz`).then(
    response => response.ok,
    () => false,
  )

test('settings have defaults, are kept, and are audited without being repeated there', async () => {
  const { client } = await opened()
  expect(await client.settings.get({})).toEqual({
    settings: {
      apiListener: false,
      apiPort: 8787,
    },
    listener: { state: 'off' },
  })
  const events = await client.events.subscribe({ topics: ['settings'] })
  const { settings } = await client.settings.update({ apiPort: 8899 })
  expect(settings).toEqual({ apiListener: false, apiPort: 8899 })
  expect((await events.next()).value).toMatchObject({ topic: 'settings', kind: 'changed' })
  await events.return(undefined)
  expect((await client.audit.list({ action: 'settings.update' })).items).toMatchObject([
    { object: 'apiPort', result: 'ok' },
  ])
})

test('the API opens on the chosen port, moves to another and closes, while the backend runs', async () => {
  const [first, second] = await twoFreePorts()
  const { client } = await opened()
  const at = (port: number) => `http://127.0.0.1:${port}`
  expect(await answers(at(first))).toBe(false)

  expect(await client.settings.update({ apiListener: true, apiPort: first })).toMatchObject({
    listener: { state: 'on', address: at(first), port: first, isFixed: false },
  })
  expect(await answers(at(first))).toBe(true)
  expect((await client.system.status({})).address).toBe(at(first))

  await client.settings.update({ apiPort: second })
  expect(await answers(at(second))).toBe(true)
  await expect.poll(() => answers(at(first))).toBe(false)

  expect((await client.settings.update({ apiListener: false })).listener).toEqual({ state: 'off' })
  await expect.poll(() => answers(at(second))).toBe(false)
  expect((await client.system.status({})).address).toBeUndefined()
})

test('the API asks for a key, and only under its own names', async () => {
  const [port] = await twoFreePorts()
  const { client } = await opened()
  await client.settings.update({ apiListener: true, apiPort: port })
  const url = `http://127.0.0.1:${port}/api/v1/settings`
  expect((await fetch(url)).status).toBe(401)
  const { secret } = await client.keys.create({ name: 'reader', scope: ['read'] })
  const authorization = `Bearer ${secret}`
  expect((await fetch(url, { headers: { authorization } })).status).toBe(200)
  expect((await fetch(url, { headers: { authorization, origin: 'http://evil.example' } })).status).toBe(403)
  const write = { method: 'PATCH', body: '{"apiListener":false}' }
  const headers = { authorization, 'content-type': 'application/json' }
  expect((await fetch(url, { ...write, headers })).status, 'a key that reads may not close a port').toBe(403)
})

test('a port that another program has is named, and nothing is changed', async () => {
  const [good, taken] = await twoFreePorts()
  await take(taken)
  const { client } = await opened()
  await client.settings.update({ apiListener: true, apiPort: good })
  expect(await refusal(client.settings.update({ apiPort: taken }))).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`Port ${taken}`),
    hint: expect.stringContaining('another port'),
  })
  expect(await client.settings.get({})).toMatchObject({
    settings: { apiListener: true, apiPort: good },
    listener: { state: 'on', port: good },
  })
})

test('the next start opens the port again; if it is taken by then, the rest works and the settings say why', async () => {
  const [port] = await twoFreePorts()
  const first = await startBackend()
  const { dataDir } = first
  await first.client.settings.update({ apiListener: true, apiPort: port })
  await first.kill('SIGTERM')

  const second = await startBackend({ dataDir })
  expect((await second.client.settings.get({})).listener).toMatchObject({ state: 'on', port })
  await second.kill('SIGTERM')

  await take(port)
  const third = await opened({ dataDir })
  expect(await third.client.settings.get({})).toMatchObject({
    settings: { apiListener: true },
    listener: { state: 'failed', code: 'conflict', message: expect.stringContaining(String(port)) },
  })
})

test('a port that was given at the start stays, whatever the settings say', async () => {
  const { client, url } = await opened({ port: true })
  expect((await client.settings.get({})).listener).toMatchObject({ state: 'on', address: url, isFixed: true })
  await client.settings.update({ apiListener: true })
  expect((await client.settings.update({ apiListener: false })).listener).toMatchObject({ state: 'on', address: url })
  expect(await answers(url)).toBe(true)
})

test('a launch link opens one session, once; without a port there is none', async () => {
  const [port] = await twoFreePorts()
  const { client } = await opened()
  expect(await refusal(client.system.launchLink({}))).toMatchObject({
    code: 'missing_requirement',
    hint: expect.stringContaining('--api-listener'),
  })
  await client.settings.update({ apiListener: true, apiPort: port })
  const { url, expiresAt } = await client.system.launchLink({})
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now())
  const open = () => fetch(url, { redirect: 'manual' })
  const [first, again] = [await open(), await open()]
  expect([first.status, again.status]).toEqual([303, 401])
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
  expect((await fetch(`http://127.0.0.1:${port}/api/v1/settings`, { headers: { cookie } })).status).toBe(200)
  const { items } = await client.audit.list({ action: 'system.launchLink' })
  expect(items.map(item => item.result)).toEqual(['ok', 'missing_requirement'])
  expect(JSON.stringify(items)).not.toContain(new URL(url).searchParams.get('code'))
})
