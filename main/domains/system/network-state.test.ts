import { expect, test } from 'vitest'
import { networkState } from './network-state.ts'

const known = { isOffline: false, ownBytesOut: 7, builds: [], latest: [] }
const build = (bytesOut: number | null) => ({ environment: 'training', beganAtMs: 500, endedAtMs: 900, bytesOut })

test('the bytes of the backend are the sum as long as no build has sent any', () => {
  expect(networkState(known)).toEqual({ state: 'open', bytesOut: 7, uses: [] })
  expect(networkState({ ...known, isOffline: true, ownBytesOut: 0 })).toEqual({
    state: 'offline',
    bytesOut: 0,
    uses: [],
  })
})

test('builds of this life are added, and the latest of all are named', () => {
  expect(
    networkState({ ...known, builds: [build(100), build(0)], latest: [{ ...build(null), endedAtMs: null }, build(0)] }),
  ).toEqual({
    state: 'open',
    bytesOut: 107,
    uses: [
      { at: '1970-01-01T00:00:00.500Z', environment: 'training', isOver: false, bytesOut: null },
      { at: '1970-01-01T00:00:00.500Z', environment: 'training', isOver: true, bytesOut: 0 },
    ],
  })
})

test('one build that was not counted leaves no sum', () => {
  expect(networkState({ ...known, builds: [build(100), build(null)] }).bytesOut).toBeNull()
  expect(networkState({ ...known, latest: [build(null)] }).bytesOut).toBe(7)
})
