export type Remembered = {
  /** What was worked out for the key since the last change, or `compute`d now. */
  readonly get: <T>(key: unknown, compute: () => T) => T
  /** The models have changed: everything is worked out again. */
  readonly forget: () => void
}

/** Keeps the last few answers until something changes: a person who ticks boxes or scrolls asks the same again and again. */
export function createRemembered(limit = 16): Remembered {
  const answers = new Map<string, unknown>()
  return {
    get: <T>(key: unknown, compute: () => T): T => {
      const name = JSON.stringify(key)
      if (answers.has(name)) return answers.get(name) as T // under one key there is one kind of answer
      const answer = compute()
      if (answers.size >= limit) answers.delete(answers.keys().next().value ?? '')
      answers.set(name, answer)
      return answer
    },
    forget: () => answers.clear(),
  }
}
