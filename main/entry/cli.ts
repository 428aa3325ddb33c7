/**
 * The command line: `slipway <domain> <verb> …`, generated from the contract. It talks to the running backend, or
 * starts one for the call.
 */
import '../platform/network/unless-offline.ts'

import { enableCompileCache } from 'node:module'
import { AppError } from '../contract/errors.ts'
import { defaultDataDir, pathsOf } from '../platform/paths.ts'
import { overview } from '../surfaces/cli/help.ts'
import { doctorCommand, restoreCommand, serveCommand, statusCommand, stopCommand } from '../surfaces/cli/local.ts'
import { printFailure, runCommand, splitGlobalFlags } from '../surfaces/cli/run.ts'

enableCompileCache()

const output = {
  out: (text: string) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
  write: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(`${text}\n`),
}

async function main(argv: readonly string[]): Promise<number> {
  const { flags, rest } = splitGlobalFlags(argv, process.env)
  const dataDir = flags.dataDir ?? defaultDataDir(process.env)
  const deps = {
    paths: pathsOf(dataDir, process.env),
    cwd: process.cwd(),
    width: process.stdout.columns ?? 160,
    output,
  }
  const [first, second] = rest
  if (first === undefined && flags.help) {
    output.out(overview())
    return 0
  }
  if (first === 'serve') return serveCommand(rest.slice(1), flags, deps)
  if (first === 'status') return statusCommand(flags, deps)
  if (first === 'doctor') return doctorCommand(rest.slice(1), flags, deps)
  if (first === 'stop') return stopCommand(flags, deps)
  if (first === 'backup' && second === 'restore') {
    // Every domain's steps: too much to load for commands that have no use for them.
    const steps = async () => (await import('./migrations.ts')).migrations
    return restoreCommand(rest.slice(2), flags, { ...deps, migrations: steps })
  }
  return runCommand(rest, flags, deps)
}

process.on('SIGINT', () => process.exit(130))
// `slipway … | head` closes the pipe early: that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.exitCode = printFailure(
    error instanceof Error ? error : new AppError('internal', 'The command failed.', { cause: error }),
    { json: process.argv.includes('--json') },
    output,
  )
}
