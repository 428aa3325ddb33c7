import { useEffect, useState } from 'react'

/**
 * A value that follows once nothing has changed for a while: what costs a call is not asked at every key.
 * Values are compared by their JSON.
 */
export function useDebounced<T>(value: T, delayMs: number): T {
  const [settled, setSettled] = useState(value)
  const text = JSON.stringify(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the value.
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), delayMs)
    return () => window.clearTimeout(timer)
  }, [text, delayMs])
  return settled
}
