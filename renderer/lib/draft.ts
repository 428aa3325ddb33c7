import { useCallback, useEffect, useState } from 'react'

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

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(prefix + key, JSON.stringify(value))
  } catch {
    // More than a browser stores, such as a pasted book: the form goes on with it, and only a reload would lose it.
    localStorage.removeItem(prefix + key)
  }
}

/** Leaves a draft for a form that is about to be opened, unless somebody has begun to write one there. */
export function offerDraft(key: string, value: unknown): void {
  const before = localStorage.getItem(prefix + key)
  if (before === null || before === JSON.stringify('')) write(key, value)
}

/** Forgets the draft of a form that is not open. */
export const forgetDraft = (key: string): void => localStorage.removeItem(prefix + key)

/** The shape of a draft that is one text. */
export const isText = (value: unknown): value is string => typeof value === 'string'

/** The shape of a draft whose fields are of the same types as those of `sample`; the others may be anything. */
export const isLike =
  <T extends object>(sample: T) =>
  (value: unknown): value is T =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(sample).every(([field, like]) => {
      const found = (value as Record<string, unknown>)[field]
      return typeof found === typeof like && Array.isArray(found) === Array.isArray(like)
    })

/** `isTheirs`: a person wrote it, so it is worth keeping. */
type Kept<T> = { readonly key: string; readonly value: T; readonly isTheirs: boolean }

/**
 * State of a form that survives reload and crash. `clear` forgets it, once the form was sent or given up.
 * @param key names the form, and the thing that it changes where there are several: `training.new`, `models.edit.ID`
 */
export function useDraft<T>(
  key: string,
  initial: T,
  isValid: (value: unknown) => value is T,
): readonly [value: T, set: (next: T | ((before: T) => T)) => void, clear: () => void] {
  const begin = (): Kept<T> => ({ key, value: read(key, isValid) ?? initial, isTheirs: false })
  const [kept, setKept] = useState(begin)
  let shown = kept
  if (kept.key !== key) {
    // The same form, now of another thing: nothing of the last one may get into it.
    shown = begin()
    setKept(shown)
  }
  useEffect(() => {
    if (kept.isTheirs) write(kept.key, kept.value)
  }, [kept])
  const set = useCallback(
    (next: T | ((before: T) => T)) =>
      setKept(before => {
        const value = next instanceof Function ? next(before.value) : next
        return Object.is(value, before.value) ? before : { key: before.key, value, isTheirs: true }
      }),
    [],
  )
  const clear = useCallback(() => {
    localStorage.removeItem(prefix + key)
    setKept({ key, value: initial, isTheirs: false })
  }, [key, initial])
  return [shown.value, set, clear]
}
