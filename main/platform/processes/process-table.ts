import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** One process, as the system lists it. `startTime` is opaque: equal pid and equal start time mean the same process. */
export type ProcessRow = {
  readonly pid: number
  readonly parentPid: number
  readonly groupId: number
  /** Dead already, only not yet collected by its parent. */
  readonly isZombie: boolean
  readonly startTime: string
}

/** What a process is known by. A pid alone is never enough: the system gives it to somebody else later. */
export type ProcessIdentity = { readonly pid: number; readonly startTime: string; readonly bootId: string }

/** The environment variable that every process of a job inherits; the sweep finds escapees by it. */
export const jobMarker = 'SLIPWAY_JOB_ID'

/** Marks a runner (never its child), so that the backend can tell its own from a stranger with the same pid. */
export const runnerMarker = 'SLIPWAY_RUNNER_OF'

/** Names this boot of the machine; the empty string where the system does not say. */
export function bootId(): string {
  return process.platform === 'linux' ? readText('/proc/sys/kernel/random/boot_id').trim() : ''
}

/** The identity of a process that lives now, or undefined. Zombies do not live. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const row = process.platform === 'linux' ? rowFromProc(pid) : listProcesses().find(each => each.pid === pid)
  return row && !row.isZombie ? { pid, startTime: row.startTime, bootId: bootId() } : undefined
}

/** Whether exactly this process still lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid)
  return now?.startTime === identity.startTime && now.bootId === identity.bootId
}

/** Every process of the machine that we may see. */
export function listProcesses(): readonly ProcessRow[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .flatMap(name => rowFromProc(Number(name)) ?? [])
  }
  if (process.platform === 'win32') return []
  const text = execFileSync('ps', ['-axo', 'pid=,ppid=,pgid=,state=,lstart='], {
    encoding: 'utf8',
    env: { LC_ALL: 'C' },
  })
  return text.split('\n').flatMap(line => {
    const [pid, parentPid, groupId, state, ...start] = line.trim().split(/\s+/)
    if (!pid || !state) return []
    return {
      pid: Number(pid),
      parentPid: Number(parentPid),
      groupId: Number(groupId),
      isZombie: state.startsWith('Z'),
      startTime: start.join(' '),
    }
  })
}

/** The value of a variable in the environment that a process was started with; undefined when absent or not ours to read. */
export function environmentValue(pid: number, name: string): string | undefined {
  if (process.platform !== 'linux') return undefined
  const prefix = `${name}=`
  const entry = readText(`/proc/${pid}/environ`)
    .split('\0')
    .find(each => each.startsWith(prefix))
  return entry?.slice(prefix.length)
}

// proc(5): `pid (name) state ppid pgrp … starttime(22)`. The name may hold spaces and parentheses, so count from its end.
function rowFromProc(pid: number): ProcessRow | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, parentPid, groupId] = fields
  const startTime = fields[19]
  if (!state || startTime === undefined) return undefined
  return {
    pid,
    parentPid: Number(parentPid),
    groupId: Number(groupId),
    isZombie: state === 'Z' || state === 'X',
    startTime,
  }
}

// A process may end between listing and reading, and other users' environments are closed: both read as nothing.
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return ''
    throw error
  }
}
