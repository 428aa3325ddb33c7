import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { AppError, isErrorCode } from '../../../contract/errors.ts'

/** One process of a conversion, as the step that starts it sees it. */
export type Program = {
  readonly command: readonly [file: string, ...args: string[]]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Every JSON line that it prints. */
  readonly onEvent: (event: Readonly<Record<string, unknown>>) => void
  /** Every line of its log; the log itself goes on to ours. */
  readonly onLog?: (line: string) => void
}

export type Children = {
  /** Resolves once the program has ended well. Throws what it said of its failure, else how it ended. */
  readonly run: (program: Program) => Promise<void>
  /** Kills what runs and resolves when it is gone: then nothing writes any more. */
  readonly kill: () => Promise<void>
}

/** The processes that a conversion runs, one after the other. Their standard input stays open: its end ends them. */
export function createChildren(): Children {
  const live = new Map<ChildProcess, Promise<void>>()

  const run = async ({ command: [file, ...args], env, cwd, onEvent, onLog }: Program): Promise<void> => {
    const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdin.on('error', () => undefined) // it has ended; its exit says how
    const closed = new Promise<void>(resolve => child.once('close', () => resolve()))
    live.set(child, closed)
    let failure: AppError | undefined
    createInterface({ input: child.stdout }).on('line', line => {
      const event = parse(line)
      if (event?.event === 'failed') failure = failureOf(event)
      if (event) onEvent(event)
    })
    createInterface({ input: child.stderr }).on('line', line => {
      process.stderr.write(`${line}\n`)
      onLog?.(line)
    })
    const spawned = new Promise<never>((_, reject) =>
      child.once('error', cause =>
        reject(
          new AppError('missing_requirement', `${file} cannot be started.`, {
            cause,
            hint: 'It may have been moved or removed since: slipway doctor checks the environments.',
          }),
        ),
      ),
    )
    await Promise.race([closed, spawned]).finally(() => live.delete(child))
    if (failure) throw failure
    if (child.exitCode !== 0) throw endOf(child)
  }

  const kill = async (): Promise<void> => {
    for (const child of live.keys()) child.kill('SIGKILL')
    await Promise.all(live.values())
  }
  return { run, kill }
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined // a library printed something of its own: not an event
  }
}

const failureOf = ({ code, message, hint, details }: Readonly<Record<string, unknown>>): AppError =>
  new AppError(isErrorCode(code) ? code : 'worker_failed', typeof message === 'string' ? message : 'A step failed.', {
    ...(typeof hint === 'string' && { hint }),
    ...(typeof details === 'object' && details !== null && { details: details as Record<string, unknown> }),
  })

const endOf = ({ exitCode, signalCode }: ChildProcess): AppError =>
  signalCode === 'SIGKILL'
    ? new AppError('worker_failed', 'A step of the conversion was killed, most likely because memory ran out.', {
        hint: 'Close other programs, or convert on a machine with more memory.',
      })
    : new AppError('worker_failed', `A step of the conversion ended with ${signalCode ?? `exit code ${exitCode}`}.`, {
        hint: 'The log of this job has its last words.',
      })
