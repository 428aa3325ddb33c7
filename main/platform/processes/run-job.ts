import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { findExecutable } from './child-environment.ts'
import { spawnContained } from './contained-spawn.ts'
import { type ControlServer, openControlServer, type RunnerCommand } from './control-socket.ts'
import { createEventBudget } from './event-budget.ts'
import { journalFile, logFolder, type RunnerSpec } from './job-folder.ts'
import { createJournal, type EndFacts } from './journal.ts'
import { killTree, signal } from './kill-tree.ts'
import { createLineSplitter, type SplitLine } from './line-splitter.ts'
import { createLogWriter } from './log-file.ts'
import { oomKillCount, treeMemoryBytes } from './memory-of.ts'
import { identityOf } from './process-table.ts'
import { createSilenceWatch } from './silence-watch.ts'

type Deps = {
  readonly nowMs: () => number
  readonly monotonicMs: () => number
  /** The control socket listens and the journal exists: a backend may connect. */
  readonly onReady: () => void
  /** The machine wants this runner to end (SIGTERM at shutdown or logout). */
  readonly onTermination: (stop: () => void) => void
}

const maxEventBytes = 1 << 20
const maxLogLineBytes = 16 << 10
const memoryEveryMs = 1_000
const openBrace = 0x7b

/**
 * Runs one job to its end: starts the child, writes what it says into the journal and the log, passes commands on,
 * stops it when asked, and leaves nothing behind. Resolves after the end is on disk. It needs no backend.
 */
export async function runJob(folder: string, spec: RunnerSpec, deps: Deps): Promise<void> {
  const { nowMs, monotonicMs } = deps
  let control: ControlServer | undefined
  let logCount = 0
  const poke = () => control?.poke()
  const journal = createJournal(journalFile(folder, spec.attempt), nowMs, poke)
  const log = createLogWriter(logFolder(folder), nowMs, {
    budget: createEventBudget({ bytesPerSecond: 4 << 20, burstBytes: 16 << 20, nowMs: monotonicMs }),
  })
  const note = (text: string) => {
    log.write('runner', [text])
    logCount += 1
    poke()
  }
  const { jobId, attempt } = spec
  journal.append(
    `"type":"runner","jobId":${JSON.stringify(jobId)},"attempt":${attempt},"runner":${JSON.stringify(identityOf(process.pid))}`,
  )

  let child: ChildProcess | undefined
  let stopReason: EndFacts['stop']
  let rung: EndFacts['rung']
  let wantsSave = false
  let escalation: NodeJS.Timeout | undefined
  const oomKillsBefore = oomKillCount()
  let peakMemoryBytes = 0

  const groupOf = () => child?.pid

  const kill = (): void => {
    rung = 'SIGKILL'
    note('it did not end after the signal: killing its whole process tree')
    const groupId = groupOf()
    // The child's exit continues from here; only what will not die needs a word.
    void killTree({ jobId, ...(groupId !== undefined && { groupId }) }).then(left => {
      if (left.length > 0) note(`these processes cannot be killed, perhaps a driver holds them: ${left.join(', ')}`)
    })
  }

  const terminate = (): void => {
    const pid = groupOf()
    if (pid === undefined) return
    rung = 'SIGTERM'
    note('sending SIGTERM')
    signal(process.platform === 'win32' ? pid : -pid, 'SIGTERM')
    escalation = setTimeout(kill, spec.termGraceMs)
  }

  const stop = (reason: NonNullable<EndFacts['stop']>, save: boolean): void => {
    if (stopReason !== undefined) {
      // Asked again, now without saving: the wait for the checkpoint is over.
      if (rung === 'polite' && wantsSave && !save) {
        wantsSave = false
        clearTimeout(escalation)
        terminate()
      }
      return
    }
    stopReason = reason
    rung = 'polite'
    wantsSave = save
    sendLine({ command: 'stop', save })
    escalation = setTimeout(terminate, spec.politeStopMs)
  }

  const sendLine = (line: Readonly<Record<string, unknown>>): void => {
    const stdin = child?.stdin
    if (!stdin?.writable) return
    if (stdin.writableLength > maxEventBytes) note('a command was dropped: the child does not read them')
    else stdin.write(`${JSON.stringify(line)}\n`)
  }

  const onCommand = (command: RunnerCommand): void => {
    if (command.do === 'stop') stop('asked', command.save)
    else sendLine(command.line)
  }

  const end = async (facts: Partial<EndFacts>, leftovers: readonly number[]): Promise<void> => {
    clearTimeout(escalation)
    log.flush()
    const whole: EndFacts = {
      exitCode: null,
      signal: null,
      ...(stopReason !== undefined && { stop: stopReason }),
      ...(rung !== undefined && { rung }),
      peakMemoryBytes,
      oomKills: oomKillCount() - oomKillsBefore,
      leftovers,
      ...facts,
    }
    journal.append(`"type":"end",${JSON.stringify(whole).slice(1, -1)}`)
    await journal.flush()
    control?.close()
  }

  control = await openControlServer(
    spec.socketPath,
    () => ({ journalBytes: journal.bytes(), logCount }),
    { jobId, attempt },
    onCommand,
  )
  deps.onReady()
  deps.onTermination(() => stop('runner_signalled', true))

  const [file, ...args] = spec.command
  const executable = findExecutable(file, { cwd: folder, path: spec.env.PATH })
  if ('code' in executable) {
    const why = executable.code === 'ENOENT' ? 'does not exist' : 'may not be executed'
    return end({ spawnError: { code: executable.code, message: `${file} ${why}.` } }, [])
  }
  // A stop that came before the child: there is nothing to stop, and nothing will be started.
  if (stopReason !== undefined) return end({}, [])

  const started = spawnContained([executable.found, ...args], { cwd: folder, env: spec.env })
  child = started
  const spawnError = await new Promise<Error | undefined>(resolve => {
    started.once('spawn', () => resolve(undefined))
    started.once('error', resolve)
  })
  const pid = started.pid
  if (spawnError || pid === undefined) {
    const code = (spawnError as NodeJS.ErrnoException | undefined)?.code ?? 'UNKNOWN'
    return end({ spawnError: { code, message: spawnError?.message ?? 'it could not be started' } }, [])
  }
  const exited = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>(resolve => {
    started.once('exit', (exitCode, byWhat) => resolve({ exitCode, signal: byWhat }))
  })
  const closed = new Promise<void>(resolve => started.once('close', () => resolve()))
  // A child that closes its stdin is free to do so; writing to it then fails here and nowhere else.
  started.stdin?.on('error', () => undefined)
  journal.append(`"type":"child","child":${JSON.stringify(identityOf(pid) ?? { pid, startTime: '', bootId: '' })}`)

  const silence = createSilenceWatch({ heartbeatMs: spec.heartbeatMs, nowMs: monotonicMs })
  const budget = createEventBudget({ bytesPerSecond: 1 << 20, burstBytes: 16 << 20, nowMs: monotonicMs })
  const health = (change: 'ok' | 'unresponsive' | undefined) => {
    if (change) journal.append(`"type":"health","health":"${change}"`)
  }

  const timers = [
    setInterval(() => health(silence.check()), silence.checkEveryMs),
    setInterval(log.flush, 1_000),
    setInterval(() => {
      const bytes = treeMemoryBytes(pid)
      peakMemoryBytes = Math.max(peakMemoryBytes, bytes)
      const limit = spec.memoryLimitBytes
      if (limit === undefined || bytes <= limit || stopReason === 'memory_limit') return
      // Forked workers share pages that RSS counts several times: look closer before a kill.
      if (treeMemoryBytes(pid, { exact: true }) <= limit) return
      clearTimeout(escalation)
      stopReason = 'memory_limit'
      note(`using ${bytes} bytes of memory, more than its limit of ${limit}: killing it`)
      kill()
    }, memoryEveryMs),
  ]

  let waitMs = 0
  const onEventLine = ({ bytes, cutBytes }: SplitLine, other: (text: string) => void): void => {
    // Cheap first: most of what is no event does not even begin like one.
    const text = cutBytes === 0 && bytes[0] === openBrace ? bytes.toString('utf8') : ''
    const name = eventName(text)
    if (name === undefined) {
      other(textOf(shortened({ bytes, cutBytes })))
      return
    }
    journal.append(`"type":"event","event":${text}`)
    health(silence.heard(name === 'heartbeat'))
    waitMs = Math.max(waitMs, budget.spend(bytes.length))
    if (journal.bytes() > spec.journalLimitBytes) stop('journal_limit', true)
  }

  consume(started.stdout, { maxLineBytes: maxEventBytes }, 'stdout', onEventLine)
  consume(started.stderr, { maxLineBytes: maxLogLineBytes, breakAtReturn: true }, 'stderr', (line, other) =>
    other(textOf(line)),
  )

  // One chunk at a time, written before the next is read: what the child says faster than that stays in its own pipe.
  function consume(
    source: Readable | null,
    limits: { maxLineBytes: number; breakAtReturn?: boolean },
    stream: 'stdout' | 'stderr',
    onLine: (line: SplitLine, other: (text: string) => void) => void,
  ): void {
    if (!source) return
    let texts: string[] = []
    const splitter = createLineSplitter(limits, line => onLine(line, text => void texts.push(text)))
    const flush = () => {
      if (texts.length > 0) {
        log.write(stream, texts)
        logCount += texts.length
        texts = []
        poke()
      }
    }
    const resumeSoon = (afterMs: number) => {
      source.pause()
      setTimeout(() => (journal.isBlocked() ? resumeSoon(100) : source.resume()), afterMs)
    }
    source.on('data', (chunk: Buffer) => {
      splitter.push(chunk)
      flush()
      if (stream === 'stdout' && (waitMs > 0 || journal.isBlocked())) resumeSoon(waitMs)
      waitMs = 0
    })
    source.on('end', () => {
      splitter.end()
      flush()
    })
    // A pipe that breaks has ended; the exit of the child tells the rest.
    source.on('error', () => undefined)
  }

  const exit = await exited
  for (const timer of timers) clearInterval(timer)
  clearTimeout(escalation)
  const leftovers = await killTree({ jobId, groupId: pid })
  // With the tree gone its pipes end; only a process that cannot be killed could hold them open.
  if (leftovers.length === 0) await closed
  return end(exit, leftovers)
}

const shortened = ({ bytes, cutBytes }: SplitLine): SplitLine => ({
  bytes: bytes.subarray(0, maxLogLineBytes),
  cutBytes: cutBytes + Math.max(0, bytes.length - maxLogLineBytes),
})

const textOf = ({ bytes, cutBytes }: SplitLine): string =>
  cutBytes === 0 ? bytes.toString('utf8') : `${bytes.toString('utf8')} … (${cutBytes} bytes cut)`

/** The name of a wire event, or undefined for any other text. */
function eventName(text: string): string | undefined {
  if (text === '') return undefined
  try {
    const value: unknown = JSON.parse(text)
    const isEvent = typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string'
    return isEvent ? (value.event as string) : undefined
  } catch {
    return undefined
  }
}
