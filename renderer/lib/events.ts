import { getEventMeta } from '@orpc/client'
import type { QueryKey } from '@tanstack/react-query'
import type { ChangeEvent, Topic } from '../../main/contract/events.ts'
import { api, client, queries } from './client.ts'
import { useConnection } from './connection.ts'
import { failureOf } from './failure.ts'
import { answered, lastHeardMs, NoAnswer, noteHeard, watchPulse } from './pulse.ts'

/** A graph tells of things of every kind. */
const graphs: readonly QueryKey[] = [api.models.graph.key(), api.datasets.graph.key()]

/** Things of every kind are removed, and taken back. */
const removed: QueryKey = api.storage.removed.key()

/** Which cached answers an event of a topic makes stale. Metrics and log lines carry their own data instead. */
const staleBy: Partial<Record<Topic, readonly QueryKey[]>> = {
  // Looking through folders, and reading or checking rows, which never change, is not done again for every event.
  models: [api.models.list.key(), api.models.facets.key(), api.models.show.key(), removed, ...graphs],
  datasets: [api.datasets.list.key(), api.datasets.show.key(), api.datasets.issues.key(), removed, ...graphs],
  // Curves grow by the points that events carry, and what a method takes does not change: neither is read again.
  runs: [
    api.training.list.key(),
    api.training.show.key(),
    api.training.compare.key(),
    api.training.plan.key(),
    api.models.show.key(),
    removed,
    ...graphs,
  ],
  evaluations: [api.evaluation.key(), removed, ...graphs],
  deployments: [api.inference.key(), removed, ...graphs],
  // Building one is what uses the network: what was sent stands in the status.
  environments: [api.environments.key(), api.doctor.key(), api.system.key()],
  jobs: [api.jobs.key()],
  resources: [api.resources.key()],
  // The folder is walked anew only when its screen asks: see features/settings/storage.
  storage: [api.storage.report.key()],
  // Sessions come and go with keys, and apart from them.
  keys: [api.keys.key(), api.sessions.list.key()],
  settings: [api.system.key(), api.settings.key()],
  audit: [api.audit.key()],
}

type Listener = (event: ChangeEvent) => void
const listeners = new Set<Listener>()

/** Hears every change as it happens, such as the points of a live curve. Returns how to stop listening. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

// A busy job announces many changes a second; a screen needs to follow them only as fast as a person can look.
const refreshMs = 200
const stale = new Set<QueryKey>()
let timer: number | undefined

function markStale(keys: readonly QueryKey[]): void {
  for (const key of keys) stale.add(key)
  if (timer !== undefined) return
  timer = window.setTimeout(() => {
    timer = undefined
    const now = [...stale]
    stale.clear()
    for (const queryKey of now) void queries.invalidateQueries({ queryKey })
  }, refreshMs)
}

function take(event: ChangeEvent): void {
  noteHeard()
  if (event.topic === 'resync') void queries.invalidateQueries()
  else markStale(staleBy[event.topic] ?? [])
  for (const listener of listeners) listener(event)
}

const firstRetryMs = 250
const longestRetryMs = 5_000

/** Follows the backend's changes for as long as the window lives, and says when it is gone or silent, and when it is back. */
export async function followChanges(signal: AbortSignal): Promise<void> {
  let lastEventId: string | undefined
  let retryMs = firstRetryMs
  let version: string | undefined
  let unansweredSinceMs: number | undefined
  while (!signal.aborted) {
    const following = new AbortController()
    const stop = () => following.abort()
    signal.addEventListener('abort', stop)
    let isSilent = false
    unansweredSinceMs ??= performance.now()
    let endPulse: (() => void) | undefined
    try {
      const status = await answered(asked => client.system.status({}, { signal: asked }))
      version ??= status.version
      if (version !== status.version) return useConnection.setState({ state: 'outdated' }, true)
      endPulse = watchPulse(() => {
        isSilent = true
        unansweredSinceMs = lastHeardMs()
        stop()
      })
      const since = lastEventId === undefined ? {} : { lastEventId }
      const stream = await client.events.subscribe({}, { signal: following.signal, ...since })
      await becomeLive()
      retryMs = firstRetryMs
      unansweredSinceMs = undefined
      for await (const event of stream) {
        lastEventId = getEventMeta(event)?.id ?? lastEventId
        take(event)
      }
    } catch (error) {
      if (signal.aborted) return
      if (failureOf(error).code === 'unauthenticated') return useConnection.setState({ state: 'refused' }, true)
      isSilent ||= error instanceof NoAnswer
    } finally {
      endPulse?.()
      signal.removeEventListener('abort', stop)
    }
    useConnection.setState(
      isSilent ? { state: 'silent', sinceMs: unansweredSinceMs ?? performance.now() } : { state: 'lost' },
      true,
    )
    await new Promise(resolve => window.setTimeout(resolve, retryMs))
    retryMs = Math.min(longestRetryMs, retryMs * 2)
  }
}

/** Cheap to read again. What checks environments and files takes its time, and its jobs tell of it when they end. */
const { environments: _checked, storage: _walked, ...cheap } = staleBy
const readBeforeLive = [...new Set(Object.values(cheap).flat())]

async function becomeLive(): Promise<void> {
  const before = useConnection.getState().state
  useConnection.setState({ state: 'live' }, true)
  // What was asked of a backend that was silent may never be answered: it is asked again.
  if (before === 'silent') await queries.cancelQueries()
  if (before !== 'connecting') void queries.invalidateQueries()
  // What changed after the first screen was read and before changes were heard of was told to nobody.
  else markStale(readBeforeLive)
}
