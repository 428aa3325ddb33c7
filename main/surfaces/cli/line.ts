import { AppError } from '../../contract/errors.ts'
import type { Migration } from '../../platform/db/migrate.ts'
import { defaultDataDir, pathsOf } from '../../platform/paths.ts'
import type { Output } from './follow.ts'
import { overview } from './help.ts'
import { doctorCommand, restoreCommand, serveCommand, statusCommand, stopCommand } from './local.ts'
import { printFailure, runCommand, splitGlobalFlags } from './run.ts'

/** What a command line takes from the program that it was typed to. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Of the terminal, in characters. */
  readonly width: number
  readonly output: Output
  /** Every domain's steps: too much to load for commands that have no use for them. */
  readonly migrations: () => Promise<readonly Migration[]>
}

/** Runs the words after `slipway` and returns the exit code. Failures are printed, never thrown. */
export async function runLine(words: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    return await dispatch(words, surroundings)
  } catch (error) {
    return printFailure(
      error instanceof Error ? error : new AppError('internal', 'The command failed.', { cause: error }),
      { json: words.includes('--json') },
      surroundings.output,
    )
  }
}

function dispatch(words: readonly string[], { env, migrations, ...shown }: Surroundings): Promise<number> | number {
  const { flags, rest } = splitGlobalFlags(words, env)
  const deps = { paths: pathsOf(flags.dataDir ?? defaultDataDir(env), env), ...shown }
  const [first, second] = rest
  if (first === undefined && flags.help) {
    shown.output.out(overview())
    return 0
  }
  if (first === 'serve') return serveCommand(rest.slice(1), flags, deps)
  if (first === 'status') return statusCommand(flags, deps)
  if (first === 'doctor') return doctorCommand(rest.slice(1), flags, deps)
  if (first === 'stop') return stopCommand(flags, deps)
  if (first === 'backup' && second === 'restore') return restoreCommand(rest.slice(2), flags, { ...deps, migrations })
  return runCommand(rest, flags, deps)
}
