import { treeMemoryBytes } from './memory-of.ts'

const everyMs = 1_000

/** Measures a process tree once a second, and tells once it is over its limit. */
export function watchMemory(
  rootPid: number,
  limitBytes: number | undefined,
  onOverLimit: (bytes: number) => void,
): { readonly peakBytes: () => number; readonly stop: () => void } {
  let peakBytes = 0
  const timer = setInterval(() => {
    const bytes = treeMemoryBytes(rootPid)
    peakBytes = Math.max(peakBytes, bytes)
    if (limitBytes === undefined || bytes <= limitBytes) return
    // Forked workers share pages that the cheap figure counts several times: look closer before a kill.
    if (treeMemoryBytes(rootPid, { exact: true }) > limitBytes) onOverLimit(bytes)
  }, everyMs)
  return { peakBytes: () => peakBytes, stop: () => clearInterval(timer) }
}
