import { afterAll, expect, test, vi } from 'vitest'

// As in a browser: the address changes at once, and who listens is told in a later task.
const told: (() => void)[] = []
vi.stubGlobal('location', { hash: '#/home' })
vi.stubGlobal('addEventListener', (_kind: string, listener: () => void) => told.push(listener))
vi.stubGlobal('history', {
  state: null,
  replaceState: (_state: unknown, _title: string, address: string) => {
    location.hash = address
  },
})
const { go, routeNow, setQuery } = await import('./route.ts')
afterAll(() => {
  vi.unstubAllGlobals()
})

test('who asks for a filter right after going somewhere gets it there, not where the window was', () => {
  go('models', { sort: 'name' })
  setQuery({ q: 'llama' })
  expect(location.hash).toBe('#/models?sort=name&q=llama')
  for (const listener of told) listener()
  expect(routeNow()).toEqual({ path: ['models'], query: { sort: 'name', q: 'llama' } })
})
