import { useLayoutEffect, useState, useSyncExternalStore } from 'react'

const subscribe = (changed: () => void): (() => void) => {
  addEventListener('resize', changed)
  return () => removeEventListener('resize', changed)
}

/** The window's width in CSS pixels: tables drop columns by it, type never shrinks. */
export const useWidth = (): number => useSyncExternalStore(subscribe, () => innerWidth)

/** The width of an element in CSS pixels, known before it is painted; 0 while it is not there. */
export function useElementWidth(): readonly [ref: (element: HTMLElement | null) => void, widthPx: number] {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [widthPx, setWidthPx] = useState(0)
  useLayoutEffect(() => {
    if (!element) return
    const read = () => setWidthPx(element.clientWidth)
    read()
    const watch = new ResizeObserver(read)
    watch.observe(element)
    return () => watch.disconnect()
  }, [element])
  return [setElement, widthPx]
}
