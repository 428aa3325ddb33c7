import { expect, test } from 'vitest'
import { networkState } from './network-state.ts'

const known = { isOffline: false, startedAtMs: 1_000, ownBytesOut: 7, lastBuild: undefined }
const build = (beganAtMs: number, endedAtMs: number | null) => ({ environment: 'training', beganAtMs, endedAtMs })

test('the bytes of the backend are the sum as long as no build has sent any', () => {
  expect(networkState(known)).toEqual({ state: 'open', bytesOut: 7 })
  expect(networkState({ ...known, isOffline: true, ownBytesOut: 0 })).toEqual({ state: 'offline', bytesOut: 0 })
})

test('a build that used the network makes the sum unknown while it goes on and for the backend it fell into', () => {
  expect(networkState({ ...known, lastBuild: build(500, null) }).bytesOut).toBeNull()
  expect(networkState({ ...known, lastBuild: build(500, 1_500) }).bytesOut).toBeNull()
  expect(networkState({ ...known, lastBuild: build(500, 900) })).toEqual({
    state: 'open',
    bytesOut: 7,
    lastUse: { at: '1970-01-01T00:00:00.500Z', environment: 'training' },
  })
})
