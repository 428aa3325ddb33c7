import { type ChildProcess, spawn } from 'node:child_process'

/** How much a job's processes give way, in steps of `nice`; about a third of the usual share of a busy processor. */
export const jobNiceness = 5

/**
 * The shim between a runner and its child. It leaves a watcher behind that blocks on descriptor 3, a pipe whose other
 * end only the runner holds: when the runner dies, however it dies, the pipe ends and the watcher kills the whole
 * process group. Then the shim becomes the child (`exec`: same pid). The watcher is forked twice, so that it is not a
 * child of the child and disturbs nobody's `wait`; it ignores the polite signals that are sent to the group. No core
 * dumps (they would hold the process's secrets), and the kernel's out-of-memory killer is pointed at the child rather
 * than at the backend. The child gives way to whoever answers a person: training and engines take every processor that
 * is free, and the backend, the window and the gateway still answer at once.
 */
const shim = `
( ( trap '' TERM INT HUP; exec 0</dev/null 1>/dev/null 2>/dev/null; read -r _ <&3; kill -KILL 0 ) & )
exec 3<&-
ulimit -c 0
{ echo 500 > /proc/self/oom_score_adj; } 2>/dev/null
command -v nice >/dev/null && exec nice -n ${jobNiceness} "$@"
exec "$@"
`

/** Starts a command as the leader of its own session and process group, which dies with this process. */
export function spawnContained(
  [file, ...args]: readonly [file: string, ...args: string[]],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): ChildProcess {
  if (process.platform === 'win32')
    return spawn(file, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
  return spawn('/bin/sh', ['-c', shim, 'sh', file, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  })
}
