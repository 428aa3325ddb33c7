import { create } from 'zustand'
import type { JobKind } from '../../main/contract/jobs.ts'

/** What is worth a note to this person, kept in this browser. */
export type NotificationChoice = {
  /** Kinds of jobs whose end is not noted. */
  readonly muted: readonly JobKind[]
  /** Also as a notification of the system, while the window is in the background. */
  readonly isOutside: boolean
}

const storageKey = 'slipway.notification-choice'

function stored(): NotificationChoice {
  try {
    const { muted, isOutside } = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<NotificationChoice>
    return { muted: Array.isArray(muted) ? muted : [], isOutside: isOutside === true }
  } catch {
    // Written by hand or cut off: everything is noted, inside the window.
    return { muted: [], isOutside: false }
  }
}

export const useNotificationChoice = create<NotificationChoice>(() => stored())
useNotificationChoice.subscribe(choice => localStorage.setItem(storageKey, JSON.stringify(choice)))

/** Whether this browser knows notifications of the system at all. */
export const canNotifyOutside = typeof Notification !== 'undefined'
