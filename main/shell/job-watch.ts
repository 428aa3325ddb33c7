import { setTimeout as pause } from 'node:timers/promises'
import * as z from 'zod'
import type { FetchHandler } from '../platform/http/listen.ts'
import type { Log } from '../platform/log.ts'
import { eventData } from './event-lines.ts'

/** As much of a job as the tray and a notification show. */
const WatchedJob = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  state: z.string(),
  failure: z.object({ message: z.string() }).optional(),
})
export type WatchedJob = z.output<typeof WatchedJob>
const Page = z.object({ items: z.array(WatchedJob) })
const Change = z.object({ topic: z.string(), kind: z.string(), id: z.string().optional() })

const liveStates = ['queued', 'starting', 'running', 'stopping'] as const
const isLive = ({ state }: WatchedJob): boolean => (liveStates as readonly string[]).includes(state)
// Progress comes many times a second; names and states in a tray need not.
const gatherMs = 300

export type JobWatch = {
  /** What waits or runs, oldest known first. */
  readonly live: () => readonly WatchedJob[]
  /** Follows the backend's events until they end; then the backend is gone or this was closed. */
  readonly follow: () => Promise<void>
  readonly close: () => void
}

type Deps = {
  /** Requests over the backend's socket. */
  readonly fetch: FetchHandler
  readonly onChange: () => void
  readonly onEnd: (job: WatchedJob) => void
  readonly log: Log
}

/** Knows which jobs are under way, from the backend's event stream. It asks nothing while nothing changes. */
export function watchJobs({ fetch, onChange, onEnd, log }: Deps): JobWatch {
  const jobs = new Map<string, WatchedJob>()
  const changed = new Set<string>()
  const closing = new AbortController()
  let isGathering = false

  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(new Request(`http://slipway/api/v1${path}`, { signal: closing.signal }))
    const body: unknown = await response.json()
    if (response.ok) return body
    // A job whose row was deleted meanwhile: it is over.
    if (response.status === 404) return undefined
    throw new Error(`the backend answered ${response.status} to ${path}`)
  }

  const take = (id: string, job: WatchedJob | undefined) => {
    const before = jobs.get(id)
    if (job && isLive(job)) jobs.set(id, job)
    else {
      jobs.delete(id)
      if (before && job) onEnd(job)
    }
    if (before?.state !== jobs.get(id)?.state) onChange()
  }

  const takeAll = async () => {
    const pages = await Promise.all(liveStates.map(state => ask(`/jobs?state=${state}&limit=200`)))
    const found = pages.flatMap(page => Page.parse(page).items)
    const gone = [...jobs.keys()].filter(id => !found.some(job => job.id === id))
    for (const job of found) take(job.id, job)
    for (const id of gone) await takeOne(id)
  }

  const takeOne = async (id: string) => {
    const body = await ask(`/jobs/${encodeURIComponent(id)}`)
    take(id, body === undefined ? undefined : WatchedJob.parse(body))
  }

  const gather = async () => {
    if (isGathering) return
    isGathering = true
    try {
      await pause(gatherMs, undefined, { signal: closing.signal })
      const ids = [...changed]
      changed.clear()
      for (const id of ids) await takeOne(id)
    } finally {
      isGathering = false
      if (changed.size > 0 && !closing.signal.aborted) gatherSoon()
    }
  }
  const gatherSoon = () => {
    gather().catch(error => {
      if (!closing.signal.aborted) log.warn('a job could not be looked at', { error })
    })
  }

  const follow = async () => {
    const response = await fetch(new Request('http://slipway/api/v1/events?topics[]=jobs', { signal: closing.signal }))
    if (!response.ok || !response.body) throw new Error(`the backend answered ${response.status} to the event stream`)
    await takeAll()
    for await (const data of eventData(response.body)) {
      const change = Change.safeParse(JSON.parse(data))
      if (!change.success) continue
      if (change.data.topic === 'resync') await takeAll()
      else if (change.data.id !== undefined) {
        changed.add(change.data.id)
        gatherSoon()
      }
    }
  }

  return { live: () => [...jobs.values()], follow, close: () => closing.abort() }
}
