import { setTimeout as sleep } from 'node:timers/promises'
import { environmentValue, jobMarker, listProcesses, type ProcessRow } from './process-table.ts'

export type Tree = {
  /** Processes with this job in their environment belong to the tree, whatever session or parent they have. */
  readonly jobId: string
  /** The child's process group, when known. */
  readonly groupId?: number
}

/**
 * Every living process of a job: its group, everything that carries its id in the environment (`setsid` and double
 * forks do not shake that off), and the descendants of both.
 */
export function membersOf({ jobId, groupId }: Tree): readonly ProcessRow[] {
  const living = listProcesses().filter(row => !row.isZombie && row.pid !== process.pid)
  const members = new Map<number, ProcessRow>()
  for (const row of living) {
    if (row.groupId === groupId || environmentValue(row.pid, jobMarker) === jobId) members.set(row.pid, row)
  }
  // Rows come in no order of birth, so repeat until a pass finds no more children.
  for (let before = -1; before !== members.size; ) {
    before = members.size
    for (const row of living) if (members.has(row.parentPid)) members.set(row.pid, row)
  }
  return [...members.values()]
}

/**
 * Kills a job's whole tree and waits until none of it is left. Returns the pids that would not die in time (a process
 * inside a wedged driver cannot be killed); empty is the rule.
 */
export async function killTree(tree: Tree, patienceMs = 10_000): Promise<readonly number[]> {
  const startedMs = performance.now()
  // One empty look is not enough: a parent may fork behind the scan and end before the scan reaches it.
  for (let emptyLooks = 0, round = 0; emptyLooks < 2; round += 1) {
    const members = membersOf(tree)
    if (members.length === 0) {
      emptyLooks += 1
      continue
    }
    emptyLooks = 0
    if (performance.now() - startedMs > patienceMs) return members.map(row => row.pid)
    for (const { pid } of members) signal(pid, 'SIGKILL')
    await sleep(Math.min(5 * (round + 1), 100))
  }
  return []
}

/** Sends a signal; false when nobody (of ours) is there to receive it. A negative number names a process group. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ESRCH' || code === 'EPERM') return false
    throw error
  }
}
