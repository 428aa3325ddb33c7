import { useSyncExternalStore } from 'react'

const subscribe = (changed: () => void): (() => void) => {
  addEventListener('resize', changed)
  return () => removeEventListener('resize', changed)
}

/** The window's width in CSS pixels: tables drop columns by it, type never shrinks. */
export const useWidth = (): number => useSyncExternalStore(subscribe, () => innerWidth)
