import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const detachMs = 2_000

/** What a disk refuses: system calls that only ever concern files, so that no socket or pipe is hit. */
export type DiskCall = 'pwrite64' | 'fsync' | 'fdatasync' | 'rename' | 'link' | 'ftruncate'
export type Fault = { readonly calls: readonly DiskCall[]; readonly error: 'EIO' | 'ENOSPC'; readonly at: number }

/** Faults are injected by the kernel's tracer: Linux, as root, with strace 5 or newer. */
export const canInjectFaults =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('strace', ['-qq', '-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO:when=1', 'true']).status === 0

/**
 * Lets the disk refuse the `at`-th of each of these calls, counted in every thread of a process and of those that it
 * starts, while `work` goes on. Answers what `work` did, and how many calls were refused.
 */
export async function withDiskFault<T>(
  pid: number,
  { calls, error, at }: Fault,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly refused: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway strace '))
  const trace = join(folder, 'trace')
  const list = calls.join(',')
  const strace = spawn(
    'strace',
    ['-f', '-o', trace, '-p', String(pid), '-e', `trace=${list}`, '-e', `inject=${list}:error=${error}:when=${at}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  try {
    await untilAttached(strace)
    const result = await work()
    await detached(strace)
    return { result, refused: readFileSync(trace, 'utf8').split('(INJECTED)').length - 1 }
  } finally {
    strace.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What was traced goes on by itself. */
async function detached(strace: ChildProcess): Promise<void> {
  if (strace.exitCode !== null || strace.signalCode !== null) return
  const exit = once(strace, 'exit')
  strace.kill('SIGTERM')
  // It waits for each thread to stop before it lets go of it, and for ever for one that ended just then. What it has seen is
  // in its file by now; the kernel lets go of the others.
  const timer = setTimeout(() => strace.kill('SIGKILL'), detachMs)
  await exit
  clearTimeout(timer)
}

function untilAttached(strace: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    strace.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (/Process \d+ attached/.test(said)) resolve()
    })
    strace.once('exit', code => reject(new Error(`strace ended with ${code}: ${said}`)))
  })
}
