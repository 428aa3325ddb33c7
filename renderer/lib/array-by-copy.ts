/**
 * The array methods of 2023 that copy, for Chromium 108: the contract uses `toSorted`, and the oldest Electron that the
 * page is tested in does not know it. Import it first. Newer browsers keep their own.
 */
const copying: Readonly<Record<string, (this: unknown[], ...args: never[]) => unknown>> = {
  toSorted(compare?: (a: unknown, b: unknown) => number) {
    return [...this].sort(compare)
  },
  toReversed() {
    return [...this].reverse()
  },
}

for (const [name, value] of Object.entries(copying)) {
  if (!(name in Array.prototype)) {
    Object.defineProperty(Array.prototype, name, { value, configurable: true, writable: true })
  }
}
