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

/** Reads where the window is now. The browser tells of a new address only in a task of its own: too late for who asks next. */
function follow(): void {
  if (location.hash === hash) return
  hash = location.hash
  current = parse(hash)
  for (const changed of listeners) changed()
}

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

/** Goes somewhere; Back returns. */
export const go = (...parts: readonly (string | Query)[]): void => {
  location.hash = hrefTo(...parts)
  follow()
}

/** Goes somewhere without a step in the history: a choice that follows the arrow keys would bury where Back leads. */
export function goInstead(...parts: readonly (string | Query)[]): void {
  history.replaceState(history.state, '', hrefTo(...parts))
  follow()
}

/** Changes the query of the present address without a step in the history: filters and tabs live in the address. */
export const setQuery = (change: Query): void => goInstead(...current.path, { ...current.query, ...change })
