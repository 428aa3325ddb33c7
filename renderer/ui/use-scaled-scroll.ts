import { type RefObject, useEffect } from 'react'

const arrowPx = 40
/** A page leaves a little of the one before in view. */
const pageShare = 0.875

const pixelsOfKey = (key: string, heightPx: number): number | undefined =>
  ({ ArrowDown: arrowPx, ArrowUp: -arrowPx, PageDown: heightPx * pageShare, PageUp: -heightPx * pageShare })[key]

/**
 * A list that is drawn smaller than it is would pass dozens of rows unseen with each notch of a wheel and each arrow key:
 * here both go as far as in a list that fits. Only the scroll bar moves by shares of the whole.
 * @param scale how many pixels of the true list each drawn one stands for; with 1 nothing is done
 * @param hasChoice where rows are chosen, keys move the choice and scroll nothing
 */
export function useScaledScroll(box: RefObject<HTMLElement | null>, scale: number, hasChoice: boolean): void {
  useEffect(() => {
    const element = box.current
    if (!element || scale === 1) return
    // What did not make up a whole pixel yet: a touch pad moves by very little at a time.
    let rest = 0
    const scrollBy = (truePx: number) => {
      const wanted = rest + truePx / scale
      const whole = Math.trunc(wanted)
      rest = wanted - whole
      element.scrollTop += whole
    }
    const onWheel = (event: WheelEvent) => {
      // Across, or to zoom the page.
      if (event.ctrlKey || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return
      event.preventDefault()
      scrollBy(event.deltaY)
    }
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return
      const truePx = pixelsOfKey(event.key, element.clientHeight)
      if (truePx === undefined) return
      event.preventDefault()
      scrollBy(truePx)
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    if (!hasChoice) element.addEventListener('keydown', onKeyDown)
    return () => {
      element.removeEventListener('wheel', onWheel)
      element.removeEventListener('keydown', onKeyDown)
    }
  }, [box, scale, hasChoice])
}
