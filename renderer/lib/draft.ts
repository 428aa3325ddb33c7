import { useCallback, useEffect, useRef, useState } from 'react'

const prefix = 'slipway.draft.'

/** Reads a draft that an earlier window left, if it still has the shape that this version writes. */
function read<T>(key: string, isValid: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(prefix + key) ?? 'null')
    return isValid(value) ? value : undefined
  } catch {
    // Cut off by a crash in the middle of a write: the form starts empty, as without a draft.
    return undefined
  }
}

/** Leaves a draft for a form that is about to be opened, unless somebody has begun to write one there. */
export function offerDraft(key: string, value: unknown): void {
  const before = localStorage.getItem(prefix + key)
  if (before === null || before === JSON.stringify('')) localStorage.setItem(prefix + key, JSON.stringify(value))
}

/**
 * State of a form that survives reload and crash. `clear` forgets it, once the form was sent.
 * @param key names the form, such as `training.new`
 */
export function useDraft<T>(
  key: string,
  initial: T,
  isValid: (value: unknown) => value is T,
): readonly [value: T, set: (next: T | ((before: T) => T)) => void, clear: () => void] {
  const [value, set] = useState<T>(() => read(key, isValid) ?? initial)
  const isFirst = useRef(true)
  useEffect(() => {
    if (isFirst.current) isFirst.current = false
    else localStorage.setItem(prefix + key, JSON.stringify(value))
  }, [key, value])
  const clear = useCallback(() => {
    isFirst.current = true
    localStorage.removeItem(prefix + key)
    set(initial)
  }, [key, initial])
  return [value, set, clear]
}
