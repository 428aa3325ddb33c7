import { afterAll, beforeEach, expect, test, vi } from 'vitest'

type Entry = { readonly hash: string; readonly state: unknown }

// As in a browser: a new address is there at once, a step back only in a later task, and who listens is told then.
let entries: Entry[] = [{ hash: '#/home', state: null }]
let at = 0
type Listener = (event?: unknown) => void
const told: Record<'hashchange' | 'popstate' | 'click', Listener[]> = { hashchange: [], popstate: [], click: [] }
const tell = (kind: keyof typeof told, event?: unknown) => {
  for (const listener of told[kind]) listener(event)
}
const move = (to: number) => {
  at = to
  tell('popstate')
  tell('hashchange')
}
vi.stubGlobal('location', {
  get hash() {
    return entries[at]?.hash ?? ''
  },
})
vi.stubGlobal('addEventListener', (kind: keyof typeof told, listener: Listener) => told[kind].push(listener))
vi.stubGlobal('history', {
  get state() {
    return entries[at]?.state
  },
  pushState: (state: unknown, _title: string, hash: string) => {
    entries = [...entries.slice(0, at + 1), { hash, state }]
    at += 1
  },
  replaceState: (state: unknown, _title: string, hash: string) => {
    entries[at] = { hash, state }
  },
  back: () => setTimeout(() => move(at - 1), 0),
})
/** A link of the page, or something within it that a person can hit. */
class Link {
  readonly attributes: Readonly<Record<string, string>>
  constructor(attributes: Readonly<Record<string, string>>) {
    this.attributes = attributes
  }
  closest = (selector: string) => (selector === 'a' ? this : null)
  getAttribute = (name: string) => this.attributes[name] ?? null
  hasAttribute = (name: string) => Object.hasOwn(this.attributes, name)
}
vi.stubGlobal('Element', Link)
const { go, goInstead, routeNow, setQuery } = await import('./route.ts')
afterAll(() => {
  vi.unstubAllGlobals()
})

/** The window as if it had been opened at these addresses, one after the other, by links or by hand. */
const openedAt = (...hashes: readonly string[]) => {
  entries = hashes.map(hash => ({ hash, state: null }))
  move(entries.length - 1)
}
/** Clicks a link. Tells whether it was followed here, without the browser. */
const click = (attributes: Readonly<Record<string, string>>, how: Readonly<Record<string, unknown>> = {}): boolean => {
  const preventDefault = vi.fn()
  tell('click', { target: new Link(attributes), button: 0, defaultPrevented: false, preventDefault, ...how })
  return preventDefault.mock.calls.length > 0
}
const arrived = () => new Promise(resolve => setTimeout(resolve, 0))
const back = () => move(at - 1)
const trail = () => entries.slice(0, at + 1).map(({ hash }) => hash)

beforeEach(() => openedAt('#/home'))

test('who asks for a filter right after going somewhere gets it there, not where the window was', () => {
  go('models', { sort: 'name' })
  setQuery({ q: 'llama' })
  expect(location.hash).toBe('#/models?sort=name&q=llama')
  tell('hashchange')
  expect(routeNow()).toEqual({ path: ['models'], query: { sort: 'name', q: 'llama' } })
  expect(trail()).toEqual(['#/home', '#/models?sort=name&q=llama'])
})

test('a dialog is a step: Back closes it, and filters go on being none', () => {
  go('models')
  setQuery({ q: 'llama' })
  setQuery({ dialog: 'import' })
  expect(trail()).toEqual(['#/home', '#/models?q=llama', '#/models?q=llama&dialog=import'])
  back()
  expect(routeNow().query).toEqual({ q: 'llama' })
})

test('closing a dialog goes back to where it was opened, and leaves no entry that Back would stop at', async () => {
  go('models')
  setQuery({ dialog: 'find' })
  setQuery({ dialog: 'import' })
  setQuery({ dialog: undefined, import: undefined })
  await arrived()
  expect(trail()).toEqual(['#/home', '#/models'])
  expect(routeNow()).toEqual({ path: ['models'], query: {} })
  setQuery({ dialog: undefined })
  expect(trail()).toEqual(['#/home', '#/models'])
})

test('what is asked for while a dialog closes happens after it, in order', async () => {
  go('models')
  setQuery({ dialog: 'import' })
  setQuery({ dialog: undefined, tab: 'files' })
  setQuery({ q: 'llama' })
  go('training', 'new')
  await arrived()
  expect(trail()).toEqual(['#/home', '#/models?tab=files&q=llama', '#/training/new'])
})

test('a dialog that an address from elsewhere opened is closed in its place', async () => {
  go('evaluations', { dialog: 'new', model: 'mdv_1' })
  setQuery({ model: undefined })
  setQuery({ dialog: undefined })
  await arrived()
  expect(trail()).toEqual(['#/home', '#/evaluations'])
  openedAt('#/models?import=%2Fdata&q=llama')
  setQuery({ dialog: undefined, import: undefined })
  await arrived()
  expect(trail()).toEqual(['#/models?q=llama'])
})

test('a dialog opened by a command over its own page closes with Back, and the page keeps its filters', async () => {
  go('models', { q: 'llama' })
  go('models', { dialog: 'import' })
  setQuery({ dialog: undefined })
  await arrived()
  expect(trail()).toEqual(['#/home', '#/models?q=llama'])
})

test('who goes on from a dialog comes back to the page, not to the dialog', () => {
  go('deployments')
  setQuery({ dialog: 'new' })
  go('deployments', 'dep_1')
  expect(trail()).toEqual(['#/home', '#/deployments', '#/deployments/dep_1'])
  setQuery({ dialog: 'update' })
  back()
  expect(location.hash).toBe('#/deployments/dep_1')

  openedAt('#/home', '#/deployments?dialog=new')
  go('deployments', 'dep_1')
  expect(trail()).toEqual(['#/home', '#/deployments', '#/deployments/dep_1'])
})

test('a link in a dialog leaves the dialog behind for good, and one that opens a dialog is closed by Back', async () => {
  go('models')
  setQuery({ dialog: 'find' })
  expect(click({ href: '#/models/heron?q=a+b' })).toBe(true)
  expect(trail()).toEqual(['#/home', '#/models', '#/models/heron?q=a+b'])
  expect(routeNow()).toEqual({ path: ['models', 'heron'], query: { q: 'a b' } })
  click({ href: '#/models/heron?dialog=edit' })
  setQuery({ dialog: undefined })
  await arrived()
  expect(location.hash).toBe('#/models/heron?q=a+b')
})

test('a link that closes its dialog first goes on from the page below', async () => {
  go('models')
  setQuery({ dialog: 'find' })
  setQuery({ dialog: undefined })
  click({ href: '#/keys' })
  await arrived()
  expect(trail()).toEqual(['#/home', '#/models', '#/keys'])
})

test.each([
  ['with Ctrl', {}, { ctrlKey: true }],
  ['with Cmd', {}, { metaKey: true }],
  ['with Shift', {}, { shiftKey: true }],
  ['with Alt', {}, { altKey: true }],
  ['of the middle button', {}, { button: 1 }],
  ['that something answered', {}, { defaultPrevented: true }],
  ['on a link for another tab', { target: '_blank' }, {}],
  ['on a link that saves', { download: 'report' }, {}],
  ['on a link out of the workstation', { href: 'https://example.com/#/models' }, {}],
  ['on a part of the page', { href: '#main' }, {}],
])('a click %s is left to the browser', (_name, attributes, how) => {
  expect(click({ href: '#/models', ...attributes }, how)).toBe(false)
  expect(trail()).toEqual(['#/home'])
})

test('an address that is corrected under a dialog still closes with Back', async () => {
  openedAt('#/models/llama')
  setQuery({ dialog: 'edit' })
  goInstead('models', 'mdv_1', routeNow().query)
  setQuery({ dialog: undefined })
  await arrived()
  expect(trail()).toEqual(['#/models/llama'])
})
