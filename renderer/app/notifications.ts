import { create } from 'zustand'
import type { JobKind, JobState } from '../../main/contract/jobs.ts'
import { client } from '../lib/client.ts'
import { onChange } from '../lib/events.ts'
import { isEnded } from '../lib/job-words.ts'

/** A job that ended while this window, or one before it, was open. */
export type Notification = {
  readonly jobId: string
  readonly kind: JobKind
  readonly name: string
  readonly subjectId: string
  readonly state: JobState
  readonly at: string
  readonly message?: string
}

type Notifications = { readonly items: readonly Notification[]; readonly seenAt: string }

const storageKey = 'slipway.notifications'
const kept = 100

function stored(): Notifications {
  try {
    const { items, seenAt } = JSON.parse(localStorage.getItem(storageKey) ?? '') as Notifications
    if (Array.isArray(items) && typeof seenAt === 'string') return { items, seenAt }
  } catch {
    // Nothing was kept yet.
  }
  return { items: [], seenAt: new Date(0).toISOString() }
}

export const useNotifications = create<Notifications>(() => stored())
useNotifications.subscribe(state => localStorage.setItem(storageKey, JSON.stringify(state)))

export const useUnread = (): number =>
  useNotifications(({ items, seenAt }) => items.filter(({ at }) => at > seenAt).length)

export const markAllSeen = (): void => useNotifications.setState({ seenAt: new Date().toISOString() })
export const clearNotifications = (): void => useNotifications.setState({ items: [] })

/** Notes every job that ends. A deployment's end is news only when nobody asked for it. */
export function noteEndedJobs(): () => void {
  const seen = new Set(useNotifications.getState().items.map(({ jobId }) => jobId))
  return onChange(({ topic, id }) => {
    if (topic !== 'jobs' || id === undefined || seen.has(id)) return
    void client.jobs.show({ id }).then(
      job => {
        if (!isEnded(job.state) || seen.has(job.id)) return
        seen.add(job.id)
        if (job.kind === 'deployment' && job.state !== 'failed' && job.state !== 'lost') return
        const { kind, name, subjectId, state, failure, endedAt } = job
        const at = endedAt ?? new Date().toISOString()
        const item = { jobId: job.id, kind, name, subjectId, state, at, ...(failure && { message: failure.message }) }
        useNotifications.setState(({ items }) => ({ items: [item, ...items].slice(0, kept) }))
      },
      // The job may be gone, or the backend; the next event asks again.
      () => undefined,
    )
  })
}
