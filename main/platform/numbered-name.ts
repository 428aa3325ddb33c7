const longestName = 300

/** `name`, or the first of `name-2`, `name-3` … that is free; at most 300 characters. */
export function numberedName(name: string, isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? '' : `-${number}`
    // A cut must not leave half a character behind.
    const start = name.slice(0, longestName - ending.length).replace(/[\uD800-\uDBFF]$/, '')
    const candidate = `${start}${ending}`
    if (!isTaken(candidate)) return candidate
  }
}
