import { isAlive } from './is-alive.ts'

/** Resolves once a process is gone, or after `patienceMs` all the same; tells which. */
export async function untilGone(pid: number, patienceMs = 15_000): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pollMs) {
    if (!isAlive(pid)) return true
    await new Promise(resolve => setTimeout(resolve, pollMs))
  }
  return !isAlive(pid)
}

const pollMs = 50
