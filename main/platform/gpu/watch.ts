import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { GpuReading } from './sample.ts'

/**
 * What is known of the GPUs. `detecting`: the first answer is on its way; `stale`: the driver has not answered for some
 * seconds, the figures are the last ones.
 */
export type GpuState = {
  readonly status: 'none' | 'detecting' | 'live' | 'stale' | 'failed'
  readonly reading: GpuReading
}

export type GpuWatch = {
  readonly state: () => GpuState
  /** Resolves when the first answer is there, or when it is clear that none comes soon. */
  readonly ready: Promise<void>
  readonly start: () => void
  readonly close: () => void
  /** Called after each new reading, and when it is clear that none comes. */
  readonly onReading: (listener: () => void) => void
}

const probeFile = fileURLToPath(new URL('../../entry/gpu-probe.ts', import.meta.url))
const staleAfterMs = 5_000
const firstAnswerMs = 3_000
// The first call into a driver that is not kept loaded can take many seconds on a machine with many GPUs.
const giveUpMs = 20_000
const restartMs = 60_000
const nothing: GpuReading = { driver: null, gpus: [] }
const silent: GpuReading = {
  ...nothing,
  trouble: {
    message: 'The GPU driver does not answer.',
    hint: 'Check that its own tool answers (nvidia-smi, rocm-smi); if not, restart the machine.',
  },
}

type Deps = {
  readonly likely: 'nvidia' | 'amd' | 'none'
  readonly clock: Clock
  readonly log: Log
  /** Starts the probe; tests pass their own. */
  readonly spawnProbe?: (vendor: 'nvidia' | 'amd') => ChildProcess
}

const spawnRealProbe = (vendor: 'nvidia' | 'amd'): ChildProcess =>
  spawn(process.execPath, [probeFile, vendor], { stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true })

/**
 * Follows the GPUs once a second in a process of its own: a driver that hangs blocks that process and nothing else.
 * Without a GPU no process is started at all.
 */
export function createGpuWatch({ likely, clock, log, spawnProbe = spawnRealProbe }: Deps): GpuWatch {
  const listeners = new Set<() => void>()
  let reading = nothing
  let readAtMs: number | undefined
  let hasFailed = false
  let probe: ChildProcess | undefined
  let restart: NodeJS.Timeout | undefined
  let isClosed = false
  let giveUp: NodeJS.Timeout | undefined
  let settle: () => void = () => undefined
  const ready = new Promise<void>(resolve => {
    settle = resolve
  })
  if (likely === 'none') settle()

  const take = (line: string): void => {
    reading = JSON.parse(line) as GpuReading // our own probe
    readAtMs = clock.monotonicMs()
    hasFailed = false
    settle()
    tell()
  }

  const tell = (): void => {
    for (const listener of listeners) listener()
  }

  const fail = (): void => {
    hasFailed = true
    settle()
    tell()
  }

  const run = (vendor: 'nvidia' | 'amd'): void => {
    if (isClosed) return
    probe = spawnProbe(vendor)
    if (probe.stdout) createInterface({ input: probe.stdout }).on('line', take)
    // The probe ends with its standard input, that is, with this process.
    probe.stdin?.on('error', () => undefined)
    probe.once('error', error => log.warn('the GPU probe could not be started', { error }))
    probe.once('close', code => {
      if (isClosed) return
      fail()
      log.warn('the GPU probe has ended', { code })
      restart = setTimeout(() => run(vendor), restartMs)
      restart.unref()
    })
  }

  return {
    state: () => {
      if (likely === 'none') return { status: 'none', reading }
      if (readAtMs === undefined)
        return hasFailed ? { status: 'failed', reading: silent } : { status: 'detecting', reading }
      return { status: clock.monotonicMs() - readAtMs > staleAfterMs ? 'stale' : 'live', reading }
    },
    ready,
    start: () => {
      if (likely === 'none') return
      run(likely)
      setTimeout(settle, firstAnswerMs).unref()
      giveUp = setTimeout(() => {
        if (readAtMs === undefined) fail()
      }, giveUpMs)
      giveUp.unref()
    },
    close: () => {
      isClosed = true
      clearTimeout(restart)
      clearTimeout(giveUp)
      probe?.stdin?.end()
      // A probe that hangs in the driver cannot even be killed; it ends when the driver answers.
      probe?.kill('SIGKILL')
    },
    onReading: listener => void listeners.add(listener),
  }
}
