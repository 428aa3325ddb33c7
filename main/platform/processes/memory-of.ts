import { readFileSync } from 'node:fs'

/**
 * Resident memory of a process tree in bytes, found by walking down from its root. Shared pages are counted once per
 * process (RSS) unless `exact` asks for the proportional share (PSS), which costs the kernel a walk over the pages.
 * 0 where the system does not tell.
 */
export function treeMemoryBytes(rootPid: number, { exact = false } = {}): number {
  if (process.platform !== 'linux') return 0
  let bytes = 0
  const seen = new Set<number>()
  for (const queue = [rootPid]; queue.length > 0; ) {
    const pid = queue.pop()
    if (pid === undefined || seen.has(pid)) continue
    seen.add(pid)
    bytes += exact ? fieldKib(`/proc/${pid}/smaps_rollup`, 'Pss:') : fieldKib(`/proc/${pid}/status`, 'VmRSS:')
    queue.push(...childrenOf(pid))
  }
  return bytes * 1024
}

/** Processes that the kernel's out-of-memory killer ended since boot, machine-wide (control groups included). */
export function oomKillCount(): number {
  return Number(/^oom_kill (\d+)$/m.exec(textOf('/proc/vmstat'))?.[1] ?? 0)
}

const childrenOf = (pid: number): number[] =>
  textOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)

function fieldKib(path: string, name: string): number {
  const text = textOf(path)
  const at = text.indexOf(name)
  return at === -1 ? 0 : Number.parseInt(text.slice(at + name.length), 10)
}

// Processes come and go while we look; what is gone uses nothing.
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
