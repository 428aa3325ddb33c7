import { expect, test } from 'vitest'
import type { CountingProxy } from '../network/counting-proxy.ts'
import { createWayOut } from './way-out.ts'

/** A way out whose counter is started only when it is needed, and says what the test lets it say. */
function openWay() {
  const state = { starts: 0, uses: 0, sent: 0 }
  const proxy: CountingProxy = {
    url: 'http://slipway:secret@127.0.0.1:1',
    bytesOut: () => state.sent,
    close: () => undefined,
  }
  const way = createWayOut(
    () => {
      state.uses += 1
    },
    async () => {
      state.starts += 1
      return proxy
    },
  )
  return { way, state }
}

test('programs go out through one counter, and no exception leads past it', async () => {
  const { way, state } = openWay()
  expect(way.bytesOut()).toBe(0)
  const env = await way.through({ PATH: '/bin', NO_PROXY: '*', no_proxy: 'mirror' })
  expect(env).toEqual({
    PATH: '/bin',
    HTTP_PROXY: 'http://slipway:secret@127.0.0.1:1',
    HTTPS_PROXY: 'http://slipway:secret@127.0.0.1:1',
    http_proxy: 'http://slipway:secret@127.0.0.1:1',
    https_proxy: 'http://slipway:secret@127.0.0.1:1',
  })
  await way.through({})
  expect([state.starts, state.uses]).toEqual([1, 1])
  state.sent = 42
  expect(way.bytesOut()).toBe(42)
})

test.each(['HTTPS_PROXY', 'http_proxy', 'ALL_PROXY'])(
  'a proxy of the user in %s is left alone, and makes the sum unknown',
  async name => {
    const { way, state } = openWay()
    const env = { [name]: 'http://proxy.example:3128', NO_PROXY: 'intranet' }
    expect(await way.through(env)).toEqual(env)
    expect(way.bytesOut()).toBeNull()
    expect([state.starts, state.uses]).toEqual([0, 1])
  },
)

test('a proxy that only the program itself knows of does so as well, for all that follows', async () => {
  const { way } = openWay()
  await way.through({})
  expect(way.bytesOut()).toBe(0)
  expect(await way.through({ PATH: '/bin' }, true)).toEqual({ PATH: '/bin' })
  expect(way.bytesOut()).toBeNull()
})
