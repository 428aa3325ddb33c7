import { useSyncExternalStore } from 'react'

/** The present minute, for "4 min ago": one timer for the whole window, stopped while nobody looks. */
let nowMs = Date.now()
let timer: number | undefined
const listeners = new Set<() => void>()

const tick = () => {
  nowMs = Date.now()
  for (const changed of listeners) changed()
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  if (timer === undefined) {
    // Nobody has looked for a while: what is shown first is not the minute of then.
    nowMs = Date.now()
    timer = window.setInterval(tick, 15_000)
  }
  return () => {
    listeners.delete(changed)
    if (listeners.size > 0) return
    window.clearInterval(timer)
    timer = undefined
  }
}

export const useNow = (): number => useSyncExternalStore(subscribe, () => nowMs)
