import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { AppError } from '../../contract/errors.ts'

export type RunOptions = {
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What the child reads on standard input; nothing by default. */
  readonly input?: string
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
}
export type RunResult = { readonly code: number; readonly stdout: string; readonly stderr: string }
/** Runs a program to its end. Effects come in as this, so that tests can answer for a driver or an index. */
export type Run = (command: readonly [file: string, ...args: string[]], options: RunOptions) => Promise<RunResult>

const keptBytes = 1024 * 1024
const killAfterMs = 3_000

/**
 * Runs a program and collects what it prints (the last megabyte of each stream). Resolves with its exit code, 128 for a
 * signal; throws `cancelled` after an abort, `not_found` when the program is not there, `worker_failed` after the timeout.
 */
export const run: Run = ([file, ...args], { env, cwd, input, signal, timeoutMs, onLine }) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
    // A child that ends before it has read its input is no news: its exit code says what happened.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input ?? '')
    const kept = { stdout: '', stderr: '' }
    let ended: AppError | undefined
    let killer: NodeJS.Timeout | undefined
    const stop = (why: AppError) => {
      ended ??= why
      child.kill('SIGTERM')
      killer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    }
    const onAbort = () => stop(new AppError('cancelled', `${file} was stopped.`))
    const timer = timeoutMs
      ? setTimeout(() => stop(new AppError('worker_failed', `${file} did not end within ${timeoutMs} ms.`)), timeoutMs)
      : undefined
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    for (const stream of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[stream], crlfDelay: Number.POSITIVE_INFINITY }).on('line', line => {
        kept[stream] = `${kept[stream]}${line}\n`.slice(-keptBytes)
        onLine?.(line, stream)
      })
    }
    const settle = (act: () => void) => {
      clearTimeout(timer)
      clearTimeout(killer)
      signal?.removeEventListener('abort', onAbort)
      act()
    }
    child.on('error', error =>
      settle(() => reject(new AppError('not_found', `${file} cannot be run: ${error.message}`, { cause: error }))),
    )
    child.on('close', code => settle(() => (ended ? reject(ended) : resolve({ code: code ?? 128, ...kept }))))
  })
