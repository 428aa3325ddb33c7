import type { ChildProcess } from 'node:child_process'
import { findExecutable } from './child-environment.ts'
import { followOutput } from './child-output.ts'
import { spawnContained } from './contained-spawn.ts'
import { type ControlServer, openControlServer, type RunnerCommand } from './control-socket.ts'
import { createEventBudget } from './event-budget.ts'
import { journalFile, logFolder, type RunnerSpec } from './job-folder.ts'
import { createJournal, type EndFacts, type JournalWriter } from './journal.ts'
import { killTree, signal } from './kill-tree.ts'
import { createLogWriter, type LogWriter } from './log-file.ts'
import { oomKillCount } from './memory-of.ts'
import { watchMemory } from './memory-watch.ts'
import { identityOf } from './process-table.ts'
import { createSilenceWatch } from './silence-watch.ts'
import { createStopLadder, type StopLadder } from './stop-ladder.ts'

type Deps = {
  readonly nowMs: () => number
  readonly monotonicMs: () => number
  /** The control socket listens and the journal exists: a backend may connect. */
  readonly onReady: () => void
  /** The machine wants this runner to end (SIGTERM at shutdown or logout). */
  readonly onTermination: (stop: () => void) => void
}

const journalBudget = { bytesPerSecond: 1 << 20, burstBytes: 16 << 20 }
const logBudget = { bytesPerSecond: 4 << 20, burstBytes: 16 << 20 }
const logFlushMs = 1_000
const pipePatienceMs = 5_000
const maxPendingCommandBytes = 1 << 20

/**
 * Runs one job to its end: starts the child, writes what it says into the journal and the log, passes commands on,
 * stops it when asked, and leaves nothing behind. Resolves after the end is on disk. It needs no backend.
 */
export async function runJob(folder: string, spec: RunnerSpec, deps: Deps): Promise<void> {
  const { nowMs, monotonicMs } = deps
  const { jobId, attempt } = spec
  let control: ControlServer | undefined
  let logCount = 0
  const poke = () => control?.poke()
  const journal = createJournal(journalFile(folder, attempt), nowMs, poke)
  const fileLog = createLogWriter(logFolder(folder), nowMs, {
    budget: createEventBudget({ ...logBudget, nowMs: monotonicMs }),
  })
  const log: LogWriter = {
    ...fileLog,
    write: (stream, lines) => {
      fileLog.write(stream, lines)
      logCount += lines.length
      poke()
    },
  }
  const note = (text: string) => log.write('runner', [text])
  journal.append(
    `"type":"runner","jobId":${JSON.stringify(jobId)},"attempt":${attempt},"runner":${JSON.stringify(identityOf(process.pid))}`,
  )

  let child: ChildProcess | undefined
  const ladder = createStopLadder({
    politeStopMs: spec.politeStopMs,
    termGraceMs: spec.termGraceMs,
    note,
    ask: save => send({ command: 'stop', save }),
    terminate: () => {
      if (child?.pid !== undefined) signal(process.platform === 'win32' ? child.pid : -child.pid, 'SIGTERM')
    },
    kill: () => {
      // The child's exit continues the work; only what will not die needs a word.
      void killTree({ jobId, ...(child?.pid !== undefined && { groupId: child.pid }) }).then(left => {
        if (left.length > 0) note(`these processes cannot be killed, perhaps a driver holds them: ${left.join(', ')}`)
      })
    },
  })

  const send = (line: Readonly<Record<string, unknown>>): void => {
    const stdin = child?.stdin
    if (!stdin?.writable) return
    if (stdin.writableLength > maxPendingCommandBytes) note('a command was dropped: the child does not read them')
    else stdin.write(`${JSON.stringify(line)}\n`)
  }

  const onCommand = (command: RunnerCommand): void => {
    if (command.do === 'stop') ladder.stop('asked', command.save)
    else send(command.line)
  }

  control = await openControlServer(
    spec.socketPath,
    () => ({ journalBytes: journal.bytes(), logCount }),
    { jobId, attempt },
    onCommand,
  )
  deps.onReady()
  deps.onTermination(() => ladder.stop('runner_signalled', true))

  const facts = await runChild(folder, spec, monotonicMs, { journal, log, note, ladder, hold: held => (child = held) })
  ladder.clear()
  log.flush()
  journal.append(`"type":"end",${JSON.stringify(facts).slice(1, -1)}`)
  await journal.flush()
  control.close()
}

type Desk = {
  readonly journal: JournalWriter
  readonly log: LogWriter
  readonly note: (text: string) => void
  readonly ladder: StopLadder
  /** Hands the child to whoever sends to it and signals it. */
  readonly hold: (child: ChildProcess) => void
}

/** From the start of the child until nothing of its tree is left. */
async function runChild(folder: string, spec: RunnerSpec, monotonicMs: () => number, desk: Desk): Promise<EndFacts> {
  const { journal, log, note, ladder, hold } = desk
  const oomKillsBefore = oomKillCount()
  const withoutChild: EndFacts = { exitCode: null, signal: null, peakMemoryBytes: 0, oomKills: 0, leftovers: [] }

  const [file, ...args] = spec.command
  const executable = findExecutable(file, { cwd: folder, path: spec.env.PATH })
  if ('code' in executable) {
    const message = executable.code === 'ENOENT' ? `${file} does not exist.` : `${file} may not be executed.`
    return { ...withoutChild, spawnError: { code: executable.code, message } }
  }
  // A stop that came before the child: there is nothing to stop, and nothing will be started.
  if (ladder.facts().stop !== undefined) return { ...withoutChild, ...ladder.facts() }

  const child = spawnContained([executable.found, ...args], { cwd: folder, env: spec.env })
  hold(child)
  const exited = new Promise<Pick<EndFacts, 'exitCode' | 'signal'>>(resolve => {
    child.once('exit', (exitCode, byWhat) => resolve({ exitCode, signal: byWhat }))
  })
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()))
  const spawnError = await new Promise<NodeJS.ErrnoException | undefined>(resolve => {
    child.once('spawn', () => resolve(undefined))
    child.once('error', resolve)
  })
  const { pid } = child
  if (spawnError || pid === undefined) {
    const message = spawnError?.message ?? 'it could not be started'
    return { ...withoutChild, spawnError: { code: spawnError?.code ?? 'UNKNOWN', message } }
  }
  // A child that closes its stdin is free to do so; writing to it then fails here and nowhere else.
  child.stdin?.on('error', () => undefined)
  journal.append(`"type":"child","child":${JSON.stringify(identityOf(pid) ?? { pid, startTime: '', bootId: '' })}`)

  const silence = createSilenceWatch({ heartbeatMs: spec.heartbeatMs, nowMs: monotonicMs })
  const health = (change: 'ok' | 'unresponsive' | undefined) => {
    if (change) journal.append(`"type":"health","health":"${change}"`)
  }
  const silenceTimer = setInterval(() => health(silence.check()), silence.checkEveryMs)
  const logTimer = setInterval(log.flush, logFlushMs)
  const memory = watchMemory(pid, spec.memoryLimitBytes, bytes => {
    note(`using ${bytes} bytes of memory, more than its limit of ${spec.memoryLimitBytes}`)
    ladder.killFor('memory_limit')
  })

  const budget = createEventBudget({ ...journalBudget, nowMs: monotonicMs })
  followOutput(child.stdout, child.stderr, {
    isBlocked: journal.isBlocked,
    onLines: log.write,
    onEvent: (name, text) => {
      journal.append(`"type":"event","event":${text}`)
      health(silence.heard(name === 'heartbeat'))
      if (journal.bytes() > spec.journalLimitBytes) ladder.stop('journal_limit', true)
      return budget.spend(text.length)
    },
  })

  const exit = await exited
  ladder.clear()
  memory.stop()
  clearInterval(silenceTimer)
  clearInterval(logTimer)
  const leftovers = await killTree({ jobId: spec.jobId, groupId: pid })
  // With the tree gone its pipes end. What left the group, the session and its own environment could still hold them.
  if (leftovers.length === 0 && !(await endsWithin(closed, pipePatienceMs)))
    note('a process that is no longer part of this job still holds its output open')
  return {
    ...exit,
    ...ladder.facts(),
    peakMemoryBytes: memory.peakBytes(),
    oomKills: oomKillCount() - oomKillsBefore,
    leftovers,
  }
}

const endsWithin = (ended: Promise<void>, ms: number): Promise<boolean> =>
  new Promise(resolve => {
    const timer = setTimeout(() => resolve(false), ms)
    void ended.then(() => {
      clearTimeout(timer)
      resolve(true)
    })
  })
