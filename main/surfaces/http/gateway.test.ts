import { expect, test } from 'vitest'
import type { Caller } from '../../contract/call.ts'
import type { ErrorBody } from '../../contract/errors.ts'
import { perimeterOf } from '../../platform/http/guard.ts'
import { silentLog } from '../../platform/log.ts'
import { createGateway, forbidden, type Mount } from './gateway.ts'
import { createSessionCookie } from './session-cookie.ts'

const port = 7878
const reader: Caller = { kind: 'key', id: 'key_reader', scopes: ['read'], source: 'tcp' }
const visitor: Caller = { kind: 'session', id: 'visitor', scopes: ['read'], source: 'tcp' }

/** The guards alone, before a mount of each kind, with a clock that the test moves. */
function openGate() {
  const time = { ms: 0 }
  const held: (() => void)[] = []
  const refusals: string[] = []
  const handled: string[] = []
  const mount = (prefix: Mount['prefix'], policy: Mount['policy'], handle: Mount['handle']): Mount => ({
    prefix,
    policy,
    maxBodyBytes: 100,
    handle: (request, caller, body) => {
      handled.push(prefix)
      return handle(request, caller, body)
    },
  })
  const gate = createGateway({
    mounts: [
      mount('/read', 'read', () => Response.json({})),
      mount('/write', 'write', () => Response.json({})),
      {
        ...mount('/method', 'by-method', () => Response.json({})),
        refusal: () => ({ error: forbidden('admin'), record: () => void refusals.push('/method forbidden') }),
      },
      mount('/door', 'public', () => Response.json({})),
      mount('/long', 'read', () => new Promise(resolve => held.push(() => resolve(Response.json({}))))),
    ],
    callerOfKey: secret => (secret === 'reader' ? reader : undefined),
    callerOfSession: token => (token === 'visitor' ? visitor : undefined),
    isSessionLive: () => true,
    startSession: () => undefined,
    sessionCookie: createSessionCookie('session'),
    refused: (_caller, path, { code }) => void refusals.push(`${path} ${code}`),
    answered: () => undefined,
    clock: { nowMs: () => time.ms, monotonicMs: () => time.ms },
    log: silentLog,
  })({ kind: 'tcp', perimeter: perimeterOf(port) })
  const ask = async (path: string, headers: Record<string, string> = {}, body?: string) =>
    gate(
      new Request(`http://127.0.0.1:${port}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { host: `127.0.0.1:${port}`, ...headers },
        ...(body !== undefined && { body }),
      }),
    )
  const codeOf = async (response: Promise<Response>) => {
    const answer = await response
    // A request is over once its answer was read.
    const body = (await answer.json()) as Partial<ErrorBody>
    return answer.ok ? 'ok' : body.code
  }
  return { time, held, refusals, handled, ask, codeOf }
}

const key = { authorization: 'Bearer reader' }
const json = { 'content-type': 'application/json' }
const tooLarge = 'x'.repeat(101)

test('of several things that are wrong with a request the first of the chain is told, and nothing after it happens', async () => {
  const { ask, handled } = openGate()
  const wrong = {
    host: { host: 'evil.example' },
    origin: { origin: 'http://evil.example' },
    credential: { authorization: 'Bearer unknown' },
    session: { cookie: 'session=visitor' },
  }
  const saidOf = async (headers: Record<string, string>, path = '/write') => {
    const response = await ask(path, { 'content-type': 'text/plain', ...headers }, tooLarge)
    return ((await response.json()) as ErrorBody).message
  }
  const { host, origin, credential, session } = wrong
  expect(await saidOf({ ...host, ...origin, ...credential })).toMatch(/does not belong to this Slipway/)
  expect(await saidOf({ ...origin, ...credential })).toMatch(/another origin/)
  expect(await saidOf(credential)).toMatch(/key is unknown/)
  expect(await saidOf(session)).toMatch(/X-Slipway-Request/)
  expect(await saidOf({ ...session, 'x-slipway-request': '1' })).toMatch(/needs the scope "write"/)
  expect(await saidOf(key)).toMatch(/needs the scope "write"/)
  expect(await saidOf(key, '/read')).toMatch(/are JSON/)
  expect(await saidOf({ ...key, ...json }, '/read')).toMatch(/larger than 100 bytes/)
  expect(handled).toEqual([])
})

test('a caller who asks too fast is told to wait, and heard again after a while', async () => {
  const { ask, codeOf, time } = openGate()
  const codes = new Map<string, number>()
  for (let n = 0; n < 2_010; n += 1) {
    const code = String(await codeOf(ask('/read', key)))
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  expect(Object.fromEntries(codes)).toEqual({ ok: 2_000, busy: 10 })
  expect(await codeOf(ask('/read', { cookie: 'session=visitor' })), 'somebody else').toBe('ok')
  time.ms += 1_000
  expect(await codeOf(ask('/read', key))).toBe('ok')
})

test.each(['/write', '/method'])(
  'a caller who asks for what is not theirs is refused each time, and recorded as often as others may ask: %s',
  async path => {
    const { ask, codeOf, refusals, handled } = openGate()
    for (let n = 0; n < 2_010; n += 1) expect(await codeOf(ask(path, key))).toBe('forbidden')
    expect(refusals).toHaveLength(2_000)
    expect(handled).toEqual([])
  },
)

test('only so many requests of one caller are answered at once', async () => {
  const { ask, codeOf, held } = openGate()
  const open = Array.from({ length: 256 }, () => codeOf(ask('/long', key)))
  await expect.poll(() => held.length).toBe(256)
  expect(await codeOf(ask('/read', key))).toBe('busy')
  expect(await codeOf(ask('/read', { cookie: 'session=visitor' })), 'somebody else').toBe('ok')
  for (const end of held) end()
  expect(new Set(await Promise.all(open))).toEqual(new Set(['ok']))
  expect(await codeOf(ask('/read', key))).toBe('ok')
})

test.each([
  ['with wrong keys', { authorization: 'Bearer unknown' }, '/read'],
  ['without a credential', {}, '/read'],
  ['with guessed launch codes', {}, '/launch?code=guess'],
])(
  'strangers who knock without end %s are turned away, and no more is written about them',
  async (_, headers, path) => {
    const { ask, codeOf, refusals, time } = openGate()
    const codes: (string | undefined)[] = []
    for (let n = 0; n < 150; n += 1) codes.push(await codeOf(ask(path, headers)))
    expect(codes.filter(code => code === 'unauthenticated')).toHaveLength(100)
    expect(codes.filter(code => code === 'busy')).toHaveLength(50)
    expect(refusals).toHaveLength(100)
    time.ms += 1_000
    expect(await codeOf(ask(path, headers))).toBe('unauthenticated')
  },
)

test('a page of another origin that knocks without end is refused each time, and recorded only so often', async () => {
  const { ask, codeOf, refusals } = openGate()
  for (let n = 0; n < 150; n += 1)
    expect(await codeOf(ask('/read', { ...key, origin: 'http://evil.example' }))).toBe('forbidden')
  expect(refusals).toHaveLength(100)
})

test('a form that another page posts to an open door is refused each time, and recorded only so often', async () => {
  const { ask, codeOf, refusals } = openGate()
  for (let n = 0; n < 150; n += 1) expect(await codeOf(ask('/door', json, '{}'))).toBe('forbidden')
  expect(refusals).toHaveLength(100)
  expect(await codeOf(ask('/door', { ...json, 'x-slipway-request': '1' }, '{}'))).toBe('ok')
})
