import { useSyncExternalStore } from 'react'

/** Where the window is: `#/models/llama@2?tab=files` is path ['models', 'llama@2'] and query {tab: 'files'}. */
export type Route = { readonly path: readonly string[]; readonly query: Readonly<Record<string, string>> }

function parse(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const parts = path.split('/').filter(Boolean).map(decoded)
  return { path: parts.length > 0 ? parts : ['home'], query: Object.fromEntries(new URLSearchParams(query)) }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A stray percent sign in an address typed by hand.
    return part
  }
}

let hash = location.hash
let current = parse(hash)
const listeners = new Set<() => void>()
addEventListener('hashchange', follow)
addEventListener('popstate', arrive)
addEventListener('click', followLink)

/** Reads where the window is now. The browser tells of a new address only in a task of its own: too late for who asks next. */
function follow(): void {
  if (location.hash === hash) return
  hash = location.hash
  current = parse(hash)
  for (const changed of listeners) changed()
}

/** What waits for a step back that the browser is still taking: it would be undone, or be taken from another place. */
let waiting: (() => void)[] | undefined

function arrive(): void {
  const acts = waiting ?? []
  waiting = undefined
  follow()
  for (const act of acts) onceArrived(act)
}

const onceArrived = (act: () => void): void => void (waiting ? waiting.push(act) : act())

export const routeNow = (): Route => current

export const useRoute = (): Route =>
  useSyncExternalStore(
    changed => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    () => current,
  )

export type Query = Readonly<Record<string, string | undefined>>

/** What the address says, where it is one of the keys that there are: it may have been typed by hand. */
export const oneOf = <T extends string>(
  known: Readonly<Record<T, unknown>>,
  said: string | undefined,
): T | undefined => (said !== undefined && Object.hasOwn(known, said) ? (said as T) : undefined)

/** An address within the workstation, for links: `hrefTo('models', id)`, `hrefTo('models', id, { tab: 'files' })`. */
export function hrefTo(...parts: readonly (string | Query)[]): string {
  const path = parts.filter(part => typeof part === 'string').map(encodeURIComponent)
  const pairs = parts
    .filter(part => typeof part !== 'string')
    .flatMap(query => Object.entries(query))
    .filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '')
  const query = new URLSearchParams(pairs).toString()
  return `#/${path.join('/')}${query ? `?${query}` : ''}`
}

/** The state of an entry that was opened over the one before it: a dialog, closed by going back there. */
const over = { isOver: true }
const isOver = (): boolean => (history.state as Partial<typeof over> | null)?.isOver === true

const hasDialog = (query: Query): boolean => query.dialog !== undefined || query.import !== undefined
const withoutDialog: Query = { dialog: undefined, import: undefined }

function put(how: 'pushState' | 'replaceState', address: string, state: unknown): void {
  history[how](state, '', address)
  follow()
}

/**
 * Goes somewhere; Back returns. A dialog is left behind for good: Back leads to the page that it was opened over. One that
 * is opened over the present page closes with Back.
 */
export const go = (...parts: readonly (string | Query)[]): void => goTo(hrefTo(...parts))

const goTo = (address: string): void =>
  onceArrived(() => {
    if (address === location.hash) return
    const { path, query } = parse(address)
    const state = hasDialog(query) && path.join('/') === current.path.join('/') ? over : null
    if (!hasDialog(current.query)) return put('pushState', address, state)
    if (isOver()) return put('replaceState', address, state)
    put('replaceState', hrefTo(...current.path, { ...current.query, ...withoutDialog }), null)
    put('pushState', address, state)
  })

/**
 * A link within the workstation goes as `go` does: the browser would leave the dialog that it stands in behind in the
 * history. What opens in another tab or is saved is the browser's, and so is a click that something else has answered.
 */
function followLink(event: MouseEvent): void {
  const { target, button, ctrlKey, metaKey, shiftKey, altKey } = event
  if (event.defaultPrevented || button !== 0 || ctrlKey || metaKey || shiftKey || altKey) return
  const link = target instanceof Element ? target.closest('a') : null
  const address = link?.getAttribute('href')
  if (!link || !address?.startsWith('#/') || link.hasAttribute('target') || link.hasAttribute('download')) return
  event.preventDefault()
  goTo(address)
}

/** Goes somewhere without a step in the history: a choice that follows the arrow keys would bury where Back leads. */
export const goInstead = (...parts: readonly (string | Query)[]): void =>
  onceArrived(() => put('replaceState', hrefTo(...parts), history.state))

/**
 * Changes the query of the present address. Filters and tabs live there without a step in the history. A dialog that opens
 * is a step: Back closes it, and so does taking it out of the query, wherever it was opened over this page. One that an
 * address from elsewhere opened is closed in its place: the entry before is another page.
 */
export const setQuery = (change: Query): void =>
  onceArrived(() => {
    const query = { ...current.query, ...change }
    const address = hrefTo(...current.path, query)
    if (!hasDialog(current.query) && hasDialog(query)) return put('pushState', address, over)
    if (!hasDialog(current.query) || hasDialog(query) || !isOver()) return put('replaceState', address, history.state)
    waiting = [() => setQuery(change)]
    history.back()
  })
