import { useEffect, useState } from 'react'

/**
 * What a person asks for before it can be done, such as Enter before the list has followed the letters: it waits until it
 * can be done, and then is done once, as things are by then.
 */
export function useOnceReady(isReady: boolean, act: () => void) {
  const [isWaiting, setWaiting] = useState(false)
  useEffect(() => {
    if (!isWaiting || !isReady) return
    setWaiting(false)
    act()
  })
  return {
    isWaiting,
    /** Does it, now or as soon as it can be done. */
    ask: (): void => (isReady ? act() : setWaiting(true)),
    /** Nobody wants it any more. */
    forget: (): void => setWaiting(false),
  }
}
