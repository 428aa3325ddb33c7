import { create } from 'zustand'
import type { Job, JobKind, JobState } from '../../main/contract/jobs.ts'
import { said } from '../lib/backend-words.ts'
import { client } from '../lib/client.ts'
import { desktop } from '../lib/desktop.ts'
import { onChange } from '../lib/events.ts'
import { textOf } from '../lib/i18n.ts'
import { isEnded, jobKindText, jobName, jobStateText } from '../lib/job-words.ts'
import { named } from '../lib/marks.ts'
import { canNotifyOutside, useNotificationChoice } from '../lib/notification-choice.ts'
import { useView } from '../lib/view.ts'

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

/** Also what ended later than the clock says now: it may have been set back. */
export const markAllSeen = (): void =>
  useNotifications.setState(({ items }) => ({
    seenAt: [new Date().toISOString(), ...items.map(({ at }) => at)].sort().at(-1) ?? '',
  }))

/** Returns how to bring them back, under what was noted since. */
export function clearNotifications(): () => void {
  const { items } = useNotifications.getState()
  useNotifications.setState({ items: [] })
  return () => useNotifications.setState(state => ({ items: [...state.items, ...items].slice(0, kept) }))
}

const patienceMs = 300

/**
 * Notes every job that ends, of the kinds that this person wants to hear of. A deployment's end is news only when nobody
 * asked for it.
 */
export function noteEndedJobs(): () => void {
  const seen = new Set(useNotifications.getState().items.map(({ jobId }) => jobId))
  const changed = new Set<string>()
  // Their end may come while nobody listens, such as while the backend is started anew.
  const alive = new Set<string>()
  let timer: number | undefined
  const note = (job: Job) => {
    if (seen.has(job.id)) return
    if (!isEnded(job.state)) return void alive.add(job.id)
    alive.delete(job.id)
    seen.add(job.id)
    const { kind, name, subjectId, state, failure, endedAt } = job
    if (kind === 'deployment' && state !== 'failed' && state !== 'lost') return
    if (useNotificationChoice.getState().muted.includes(kind)) return
    const at = endedAt ?? new Date().toISOString()
    const item = { jobId: job.id, kind, name, subjectId, state, at, ...(failure && { message: failure.message }) }
    useNotifications.setState(({ items }) => ({ items: [item, ...items].slice(0, kept) }))
    tellOutside(item)
  }
  const look = () => {
    timer = undefined
    const ids = [...changed]
    changed.clear()
    for (const id of ids) {
      // The job may be gone, or the backend: it is asked about again once that is back.
      void client.jobs.show({ id }).then(note, () => alive.add(id))
    }
  }
  const stop = onChange(({ topic, id }) => {
    if (topic === 'resync') for (const each of alive) changed.add(each)
    else if (topic === 'jobs' && id !== undefined && !seen.has(id)) changed.add(id)
    else return
    // A job at work changes several times a second; its end can wait a moment to be noticed.
    timer ??= window.setTimeout(look, patienceMs)
  })
  return () => {
    stop()
    window.clearTimeout(timer)
  }
}

/** A notification of the system, for a person who is not looking at this window and asked for it. */
function tellOutside({ kind, name, state, message }: Notification): void {
  // The desktop window's shell tells by itself, also when no window is open.
  if (desktop || !canNotifyOutside || !document.hidden || !useNotificationChoice.getState().isOutside) return
  if (globalThis.Notification.permission !== 'granted') return
  const { language } = useView.getState()
  const title = named(textOf(jobKindText, language)[kind], textOf(jobStateText, language)[state])
  const called = jobName({ kind, name }, said)
  new globalThis.Notification(title, { body: message === undefined ? called : `${called}\n${said(message)}` })
}
