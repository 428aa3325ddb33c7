import { request } from 'node:http'
import { getEventIteratorSchemaDetails } from '@orpc/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ListedMethod, listMethods } from '../../main/contract/walk.ts'
import { type RunningBackend, startBackend } from '../support/backend.ts'

let backend: RunningBackend
type Role = 'read' | 'write' | 'admin' | 'inference'
let keys: Record<Role, string>
/** The cookies of browsers that signed in with a key. A key that may only ask models opens none. */
let cookies: Partial<Record<Role, string>>

beforeAll(async () => {
  backend = await startBackend({ port: true })
  const make = async (scope: Role) => (await backend.client.keys.create({ name: scope, scope: [scope] })).secret
  keys = {
    read: await make('read'),
    write: await make('write'),
    admin: await make('admin'),
    inference: await make('inference'),
  }
  cookies = {
    read: cookieIn(await signIn(keys.read)),
    write: cookieIn(await signIn(keys.write)),
    admin: cookieIn(await signIn(keys.admin)),
  }
})
afterAll(() => backend.dispose())

type Answer = {
  readonly status: number
  readonly body: string
  readonly headers: Record<string, string | string[] | undefined>
}

// `fetch` hides Host and Origin from its callers; a raw request can lie about both, as an attacker would.
const raw = (
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(backend.url)
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: options.method ?? 'GET',
        headers: {
          ...options.headers,
          ...(options.body && { 'content-length': String(Buffer.byteLength(options.body)) }),
        },
      },
      incoming => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
            headers: incoming.headers,
          }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })

const ours = { 'content-type': 'application/json', 'x-slipway-request': '1' }
const signIn = (key: string, headers: Record<string, string> = ours) =>
  raw('/rpc/sessions/begin', { method: 'POST', headers, body: JSON.stringify({ json: { key } }) })
const cookieIn = ({ headers }: Answer): string => /^[^;]+/.exec(String(headers['set-cookie']))?.[0] ?? ''

/** Every kind of credential, as headers: a key, a session that a launch link began, one that a key opened. */
const credentials = (): readonly Record<string, string>[] => [
  { authorization: `Bearer ${keys.admin}` },
  { cookie: cookies.admin ?? '', 'x-slipway-request': '1' },
]

const routeOf = ({ method }: ListedMethod) => {
  const { method: verb = 'GET', path = '/' } = method['~orpc'].route
  return { verb, path: `/api/v1${path.replaceAll(/\{\w+\}/g, 'nothing-by-this-name')}` }
}
const httpMethods = listMethods().filter(({ facts }) => facts.surfaces.includes('http'))
const entrances = [
  ...httpMethods.map(routeOf),
  { verb: 'POST', path: '/rpc/keys/list' },
  { verb: 'GET', path: '/api/v1/openapi.json' },
  { verb: 'GET', path: '/api/v1/docs' },
  { verb: 'GET', path: '/metrics' },
  { verb: 'GET', path: '/v1/models' },
]
/** What lets somebody in without a credential: guarded against other sites and names like everything else. */
const doors = [
  { verb: 'POST', path: '/rpc/sessions/begin' },
  { verb: 'POST', path: '/rpc/sessions/end' },
]

const badHosts = [
  'evil.example',
  'evil.example:80',
  '127.0.0.1',
  'localhost',
  'localhost:1',
  '0.0.0.0:80',
  '127.0.0.1.evil.example',
]
const badOrigins = [
  'null',
  'http://evil.example',
  'https://localhost',
  'http://localhost',
  'file://',
  'app://slipway',
  'http://127.0.0.1:1',
]

test('no route answers a foreign Host, whatever key comes along', async () => {
  for (const { verb, path } of [...entrances, ...doors]) {
    for (const host of badHosts) {
      for (const credential of credentials()) {
        const { status } = await raw(path, { method: verb, headers: { ...credential, host } })
        expect([400, 403], `${verb} ${path} with Host "${host}"`).toContain(status)
      }
    }
  }
})

test('no route answers a page of another origin, whatever key comes along', async () => {
  for (const { verb, path } of [...entrances, ...doors]) {
    for (const origin of badOrigins) {
      for (const credential of credentials()) {
        const { status } = await raw(path, { method: verb, headers: { ...credential, origin } })
        expect(status, `${verb} ${path} from ${origin}`).toBe(403)
      }
    }
  }
})

test('a cross-site navigation is refused even without an Origin', async () => {
  expect(
    (await raw('/api/v1/keys', { headers: { 'sec-fetch-site': 'cross-site', authorization: `Bearer ${keys.admin}` } }))
      .status,
  ).toBe(403)
})

// Strangers who knock too often hear 429 instead of 401: as closed a door.
const refusals = [401, 429]

test('no route answers without a credential, or with one that is wrong, cut or in the wrong place', async () => {
  const wrong = [
    'Bearer ',
    'Bearer x',
    `Bearer ${keys.admin.slice(0, -1)}`,
    `Bearer ${keys.admin}0`,
    keys.admin,
    `Basic ${keys.admin}`,
    `bearer${keys.admin}`,
  ]
  for (const { verb, path } of entrances) {
    expect(refusals, `${verb} ${path}`).toContain((await raw(path, { method: verb })).status)
    expect(refusals, `${verb} ${path} with the key in the address`).toContain(
      (await raw(`${path}?key=${keys.admin}`, { method: verb })).status,
    )
  }
  for (const authorization of wrong)
    expect(refusals, authorization).toContain((await raw('/api/v1/keys', { headers: { authorization } })).status)
})

const allowed: Record<Role, readonly string[]> = {
  inference: ['inference'],
  read: ['read'],
  write: ['read', 'write'],
  admin: ['read', 'write', 'admin', 'inference'],
}

test('every method obeys its policy for every scope', async () => {
  for (const listed of httpMethods) {
    // Streams that never end, and what acts on the backend, the machine or the sessions of this test: only their
    // refusals are tried.
    const isStream = getEventIteratorSchemaDetails(listed.method['~orpc'].outputSchema) !== undefined
    const isDrastic =
      isStream ||
      listed.domain === 'system' ||
      listed.facts.audit === 'doctor.fix' ||
      listed.facts.audit === 'sessions.endOther'
    const { verb, path } = routeOf(listed)
    for (const scope of Object.keys(keys) as Role[]) {
      const isAllowed = allowed[scope].includes(listed.facts.policy)
      if (isAllowed && isDrastic) continue
      const cookie = cookies[scope]
      const shown: Record<string, string>[] = [
        { authorization: `Bearer ${keys[scope]}` },
        ...(cookie === undefined ? [] : [{ cookie, 'x-slipway-request': '1' }]),
      ]
      for (const credential of shown) {
        const { status } = await raw(path, {
          method: verb,
          headers: { ...credential, 'content-type': 'application/json' },
          body: verb === 'GET' ? '' : '{}',
        })
        const how = `${scope} by ${Object.keys(credential)[0]} → ${verb} ${path}`
        if (isAllowed) expect([401, 403], how).not.toContain(status)
        else expect(status, how).toBe(403)
      }
    }
  }
})

test('who may not call a method hears so before anything of the body is read', async () => {
  const commands = httpMethods.filter(({ facts }) => facts.policy !== 'read' && facts.kind === 'command')
  expect(commands.length).toBeGreaterThan(20)
  for (const listed of commands) {
    const api = routeOf(listed)
    for (const { verb, path } of [api, { verb: 'POST', path: `/rpc/${listed.domain}/${listed.verb}` }]) {
      const headers = { authorization: `Bearer ${keys.read}`, 'content-type': 'text/plain' }
      const { status, body } = await raw(path, { method: verb, headers, body: '[[[' })
      expect([status, JSON.parse(body).code], `${verb} ${path}`).toEqual([403, 'forbidden'])
    }
  }
})

test('what is no method obeys its scope as well', async () => {
  const mounts = { '/metrics': 'read', '/v1/models': 'inference' }
  for (const [path, policy] of Object.entries(mounts)) {
    for (const scope of Object.keys(keys) as Role[]) {
      const { status } = await raw(path, { headers: { authorization: `Bearer ${keys[scope]}` } })
      expect(status, `${scope} → ${path}`).toBe(allowed[scope].includes(policy) ? 200 : 403)
    }
  }
})

test('a launch code works once, and only as a link: never as a key', async () => {
  const { pathname, search, searchParams } = new URL(backend.launchUrl)
  expect((await raw('/api/v1/keys', { headers: { authorization: `Bearer ${searchParams.get('code')}` } })).status).toBe(
    401,
  )
  const first = await raw(pathname + search)
  expect(first.status).toBe(303)
  const cookie = String(first.headers['set-cookie'])
  expect(cookie).toMatch(/HttpOnly/)
  expect(cookie).toMatch(/SameSite=Strict/)
  expect((await raw(pathname + search)).status).toBe(401)

  const session = { cookie: cookie.split(';')[0] ?? '' }
  expect((await raw('/api/v1/keys', { headers: session })).status).toBe(200)
  const forged = await raw('/api/v1/keys', {
    method: 'POST',
    headers: { ...session, 'content-type': 'application/json' },
    body: '{"name":"forged"}',
  })
  expect(forged.status, 'a form post from another page carries the cookie, but not the header').toBe(403)
  const ours = await raw('/api/v1/keys', {
    method: 'POST',
    headers: { ...session, 'content-type': 'application/json', 'x-slipway-request': '1' },
    body: '{"name":"ours"}',
  })
  expect(ours.status).toBe(200)
})

test('no command answers a session without the header that another page cannot send', async () => {
  for (const { verb, path } of entrances.filter(each => each.verb !== 'GET')) {
    const { status } = await raw(path, {
      method: verb,
      headers: { cookie: cookies.admin ?? '', 'content-type': 'application/json' },
      body: '{}',
    })
    expect(status, `${verb} ${path}`).toBe(403)
  }
  for (const { verb, path } of doors) {
    const { status, headers } = await raw(path, {
      method: verb,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ json: { key: keys.admin } }),
    })
    expect(status, path).toBe(403)
    expect(headers['set-cookie'], path).toBeUndefined()
  }
})

test('a key opens a session only where it is asked for: not as a form, not by address, not on the public interface', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-slipway-request': '1' }
  const tries = [
    await raw('/rpc/sessions/begin', { method: 'POST', headers: form, body: `key=${keys.read}` }),
    await raw(`/rpc/sessions/begin?data=${encodeURIComponent(JSON.stringify({ json: { key: keys.read } }))}`),
    await raw('/api/v1/sessions', { method: 'POST', headers: ours, body: JSON.stringify({ key: keys.read }) }),
    await signIn('x'.repeat(10_000)),
  ]
  for (const { status, headers } of tries) {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(headers['set-cookie']).toBeUndefined()
  }
  const opened = await signIn(keys.read)
  expect(opened.status).toBe(200)
  expect(String(opened.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict; Path=\//)
  expect(opened.body).not.toContain(keys.read)
  expect(opened.body).not.toContain(cookieIn(opened).split('=')[1])
})

test('a session and its open streams end when the key that opened it is revoked', async () => {
  const { secret, id } = await backend.client.keys.create({ name: 'visitor', scope: ['read'] })
  const session = { cookie: cookieIn(await signIn(secret)), 'x-slipway-request': '1' }
  const bearer = { authorization: `Bearer ${secret}` }
  const streams = [session, bearer].map(headers =>
    raw('/api/v1/events', { headers }).then(
      () => 'ended',
      () => 'cut',
    ),
  )
  expect((await raw('/api/v1/system/status', { headers: session })).status).toBe(200)
  await backend.client.keys.revoke({ id })
  expect((await raw('/api/v1/system/status', { headers: session })).status).toBe(401)
  expect(await Promise.all(streams)).toEqual(['cut', 'cut'])
})

test('a revoked key stops at the next request', async () => {
  const { secret, id } = await backend.client.keys.create({ name: 'short-lived', scope: ['read'] })
  const headers = { authorization: `Bearer ${secret}` }
  expect((await raw('/api/v1/system/status', { headers })).status).toBe(200)
  await backend.client.keys.revoke({ id })
  expect((await raw('/api/v1/system/status', { headers })).status).toBe(401)
})

test('bodies are JSON, bounded and not nested without end', async () => {
  const headers = { authorization: `Bearer ${keys.admin}`, 'content-type': 'application/json' }
  const post = (body: string, more: Record<string, string> = {}) =>
    raw('/api/v1/keys', { method: 'POST', headers: { ...headers, ...more }, body })
  expect((await post(JSON.stringify({ name: 'x'.repeat(9_000_000) }))).status).toBe(413)
  expect((await post(`${'['.repeat(200_000)}`)).status).toBe(400)
  expect((await post('{"name":')).status).toBe(400)
  expect((await post('name=x', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(400)
  expect((await post('{"name":"text"}', { 'content-type': 'text/plain' })).status).toBe(400)
})

test('failures say code, message and hint, and nothing of the inside', async () => {
  const headers = { authorization: `Bearer ${keys.admin}` }
  const answers = [
    await raw('/api/v1/nothing', { headers }),
    await raw('/api/v1/audit?limit=0', { headers }),
    await raw('/%2e%2e/%2e%2e/etc/passwd', { headers }),
    await raw('/rpc/constructor', { headers, method: 'POST' }),
  ]
  for (const { status, body } of answers) {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(Object.keys(JSON.parse(body))).toEqual(expect.arrayContaining(['code', 'message']))
    expect(body).not.toMatch(/\bat .*\.(ts|mjs|js):\d+|node_modules|\/main\//)
  }
})

test('answers forbid being sniffed, framed or cached', async () => {
  const { headers } = await raw('/healthz')
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
})

test('every kind of refusal of the guards is in the audit log, with who and what', async () => {
  // A workstation of its own: in the other one strangers have knocked so often that no more is written about them.
  const calm = await startBackend({ port: true })
  try {
    const { port } = new URL(calm.url)
    const { secret, id } = await calm.client.keys.create({ name: 'reader', scope: ['read'] })
    const knock = (path: string, headers: Record<string, string>, method = 'GET') =>
      new Promise<void>((resolve, reject) => {
        const outgoing = request({ host: '127.0.0.1', port, path, method, headers }, incoming => {
          incoming.resume().on('end', () => resolve())
        })
        outgoing.on('error', reject)
        outgoing.end()
      })
    await knock('/api/v1/host', { host: 'evil.example' })
    await knock('/api/v1/origin', { origin: 'http://evil.example' })
    await knock('/api/v1/nobody', {})
    await knock('/launch?code=guessed', {})
    await knock('/api/v1/wrong', { authorization: 'Bearer nonsense' })
    await knock('/v1/models', { authorization: `Bearer ${secret}` })
    await knock('/api/v1/keys', { authorization: `Bearer ${secret}` }, 'POST')
    const { items } = await calm.client.audit.list({ limit: 50 })
    const refused = (actor: string, object: string, result: string, action = 'gateway.refuse') =>
      expect.objectContaining({ actor, object, result, action })
    expect(items).toEqual(
      expect.arrayContaining([
        refused('system:slipway', '/api/v1/host', 'forbidden'),
        refused('system:slipway', '/api/v1/origin', 'forbidden'),
        refused('system:slipway', '/api/v1/nobody', 'unauthenticated'),
        refused('system:slipway', '/launch', 'unauthenticated'),
        refused('system:slipway', '/api/v1/wrong', 'unauthenticated'),
        refused(`key:${id}`, '/v1/models', 'forbidden'),
        expect.objectContaining({ actor: `key:${id}`, action: 'keys.create', result: 'forbidden' }),
      ]),
    )
    expect(JSON.stringify(items), 'a code that somebody tries may be a right one elsewhere').not.toContain('guessed')
  } finally {
    await calm.dispose()
  }
})

test('no key, whatever it may do, makes the record say that the window refused something', async () => {
  const body = JSON.stringify({ json: { channel: 'slipway:copyText', frame: 'https://example.com/' } })
  const headers = { ...ours, authorization: `Bearer ${keys.admin}` }
  expect((await raw('/rpc/system/refusedCall', { method: 'POST', headers, body })).status).toBe(403)
  const { items } = await backend.client.audit.list({ action: 'system.refuseCall' })
  expect(items.map(({ actor, object }) => [actor.split(':')[0], object])).toEqual([['key', '']])
})
