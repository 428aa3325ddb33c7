import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A process and everything below it, by the kernel's own list (Linux). */
export function processTree(rootPid: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const parent = parentOf(pid)
    if (parent !== undefined) parents.set(pid, parent)
  }
  const tree = [rootPid]
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child)
  return tree
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1])
  } catch {
    // It ended between our two looks.
    return undefined
  }
}

/** Local addresses on which any of these processes accepts TCP connections, as the kernel writes them. */
export function listeningTcp(pids: readonly number[]): readonly string[] {
  const inodes = new Set(pids.flatMap(socketInodes))
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(file =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(1)
      .map(line => line.trim().split(/\s+/))
      // Column 3 is the state: 0A is LISTEN. Column 9 is the socket's inode.
      .filter(columns => columns[3] === '0A' && inodes.has(columns[9] ?? ''))
      .map(columns => columns[1] ?? ''),
  )
}

const socketInodes = (pid: number): readonly string[] =>
  openFiles(pid).flatMap(path => (path.startsWith('socket:[') ? [path.slice('socket:['.length, -1)] : []))

/** How many sockets a process holds. */
export const openSockets = (pid: number): number => socketInodes(pid).length

/** What a process has open, as the kernel names it. */
export function openFiles(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(fd => readlinkSync(`/proc/${pid}/fd/${fd}`))
  } catch {
    // It ended, or closed a file between our two looks.
    return []
  }
}

/** Every file that a process has in its memory: its program and libraries. */
export function mappedFiles(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8')
      .split('\n')
      .flatMap(line => line.split(/\s+/)[5] ?? [])
  } catch {
    // It ended between our two looks.
    return []
  }
}

/** The file that a process runs; undefined when it has ended. */
export function programOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return undefined
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
