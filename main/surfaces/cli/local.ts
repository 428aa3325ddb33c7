import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../contract/errors.ts'
import type { Migration } from '../../platform/db/migrate.ts'
import type { Paths } from '../../platform/paths.ts'
import { untilGone } from '../../platform/processes/until-gone.ts'
import { connectIfRunning } from './connect.ts'
import type { Output } from './follow.ts'
import { localCommands } from './help.ts'
import { harmless, pretty } from './print.ts'
import { restore } from './restore.ts'
import { clientFor, type GlobalFlags, printFailure } from './run.ts'

type Deps = { readonly paths: Paths; readonly cwd: string; readonly width: number; readonly output: Output }

const backendFile = fileURLToPath(new URL('../../entry/backend.ts', import.meta.url))

const helped = (name: keyof typeof localCommands, flags: GlobalFlags, { output }: Deps): boolean => {
  if (!flags.help) return false
  const { usage, description, example } = localCommands[name]
  output.out(`${description}\n\n  ${usage}\n\nExample:\n  ${example}\n`)
  return true
}

/** `slipway serve`: the backend in the foreground, with its listener on. */
export async function serveCommand(words: readonly string[], flags: GlobalFlags, deps: Deps): Promise<number> {
  if (helped('serve', flags, deps)) return 0
  const hasPort = words.some(word => word === '--port' || word.startsWith('--port='))
  const args = [backendFile, '--data-dir', deps.paths.dataDir, ...(hasPort ? [] : ['--port', '0']), ...words]
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal)
    process.on(signal, () => child.kill(signal))
  }
  return new Promise(done => child.once('exit', (code, signal) => done(code ?? (signal === 'SIGINT' ? 130 : 1))))
}

/** `slipway status`. */
export async function statusCommand(flags: GlobalFlags, deps: Deps): Promise<number> {
  if (helped('status', flags, deps)) return 0
  return shown(flags, deps, async () => (await clientFor(flags, deps.paths)).system.status({}))
}

/** `slipway doctor [--fix]`: exit 1 while something fails. */
export async function doctorCommand(words: readonly string[], flags: GlobalFlags, deps: Deps): Promise<number> {
  if (helped('doctor', flags, deps)) return 0
  const unknown = words.find(word => word !== '--fix')
  if (unknown !== undefined)
    throw new AppError('invalid_input', `There is no flag ${unknown}.`, { hint: localCommands.doctor.usage })
  try {
    const client = await clientFor(flags, deps.paths)
    const report = words.includes('--fix') ? await client.doctor.fix({}) : await client.doctor.check({})
    if (flags.json) deps.output.out(JSON.stringify(report))
    else
      for (const { name, status, cause, remedy } of report.checks)
        deps.output.out(
          harmless(`${marks[status]} ${name}: ${cause}${remedy === undefined ? '' : `\n       → ${remedy}`}`),
        )
    return report.ok ? 0 : 1
  } catch (error) {
    return printFailure(error, flags, deps.output)
  }
}
const marks = { ok: '  ok ', warn: 'warn ', fail: 'FAIL ' } as const

/** `slipway stop`. */
export async function stopCommand(flags: GlobalFlags, deps: Deps): Promise<number> {
  if (helped('stop', flags, deps)) return 0
  return shown(flags, deps, async () => {
    // None is started only to be stopped, and one that may use the network can be stopped by whoever forbids it.
    const client = flags.url === undefined ? await connectIfRunning(deps.paths) : await clientFor(flags, deps.paths)
    if (!client) return { stopped: false, message: 'No backend runs on this data directory.' }
    const { pid } = await client.system.status({})
    await client.system.stop({})
    // The prompt comes back when it is gone, so that the next command does not meet it on its way out.
    if (flags.url === undefined) await untilGone(pid)
    return { stopped: true, pid }
  })
}

/** `slipway backup restore PATH`: needs the backend stopped, because it replaces the file that the backend holds. */
export async function restoreCommand(
  words: readonly string[],
  flags: GlobalFlags,
  deps: Deps & { readonly migrations: () => Promise<readonly Migration[]> },
): Promise<number> {
  if (helped('backup restore', flags, deps)) return 0
  return shown(flags, deps, async () => {
    const restored = await restore(words, flags, deps)
    return flags.watch ? { event: 'finished', ...restored } : restored
  })
}

async function shown(flags: GlobalFlags, deps: Deps, work: () => Promise<unknown>): Promise<number> {
  try {
    const answer = await work()
    deps.output.out(flags.json || flags.watch ? JSON.stringify(answer) : pretty(answer, deps.width))
    return 0
  } catch (error) {
    return printFailure(error, flags, deps.output)
  }
}
