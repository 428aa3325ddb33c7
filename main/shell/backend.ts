import type { ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { AppError, toAppError } from '../contract/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { FetchHandler } from '../platform/http/listen.ts'
import type { Log } from '../platform/log.ts'

export type BackendState =
  | { readonly state: 'starting' }
  /** `isOurs`: this shell started it, and ends it when it quits. */
  | { readonly state: 'ready'; readonly isOurs: boolean }
  /** It ended and is started again after a pause. */
  | { readonly state: 'waiting'; readonly failure: AppError }
  /** It is not started again by itself: a person decides. */
  | { readonly state: 'failed'; readonly failure: AppError }
  | { readonly state: 'stopped' }

export type Supervisor = {
  readonly current: () => BackendState
  readonly onChange: (callback: (state: BackendState) => void) => void
  /** Resolves once it is known whether the backend can be used: `ready`, `failed` or `stopped`. */
  readonly settled: () => Promise<BackendState>
  /** Finds or starts the backend for the first time. */
  readonly begin: () => void
  /** A request failed or the event stream ended: looks whether a backend that is not ours is still there. */
  readonly lost: () => void
  /** A person asks for another try: forgets what failed before. */
  readonly retry: () => void
  /** Ends a backend that this shell started; jobs go on. One that was there before stays. */
  readonly stop: () => Promise<void>
}

type Deps = {
  /** The version of this program: a backend of another one, such as from before an update, is replaced by ours. */
  readonly version: string
  /** Starts the backend program. */
  readonly start: () => ChildProcess
  /** Why the last start ended, from what the program printed. */
  readonly startFailure: () => AppError
  /** Requests over the backend's socket. */
  readonly fetch: FetchHandler
  readonly clock: Clock
  readonly log: Log
  /** The pauses before the first, second … restart within ten minutes; after the last one a person decides. */
  readonly pausesMs?: readonly number[]
  /** How long a start may take. */
  readonly startLimitMs?: number
  /** How long a backend may take to end in order before it is killed; its jobs go on either way. */
  readonly stopGraceMs?: number
}

const healthyAgainMs = 10 * 60_000
const lookAgainMs = 20
const askLimitMs = 2_000
const stopRequest = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }

/**
 * Keeps a backend answering on the socket of a data directory: uses the one that is there, else starts one, and starts
 * another when it ends, after pauses that grow and stop. A backend that says why it cannot start (a damaged database, a
 * full disk) is not started again by itself, because that would not mend it.
 */
export function superviseBackend({
  version,
  start,
  startFailure,
  fetch,
  clock,
  log,
  pausesMs = [200, 1_000, 2_000, 5_000, 15_000],
  startLimitMs = 60_000,
  stopGraceMs = 5_000,
}: Deps): Supervisor {
  const listeners = new Set<(state: BackendState) => void>()
  let now: BackendState = { state: 'starting' }
  let child: ChildProcess | undefined
  let failuresAtMs: number[] = []
  let isBringing = false

  const become = (state: BackendState) => {
    now = state
    for (const listener of [...listeners]) listener(state)
  }

  const ask = async (path: string, init: RequestInit = {}): Promise<Record<string, unknown> | undefined> => {
    try {
      const response = await fetch(
        new Request(`http://slipway${path}`, { ...init, signal: AbortSignal.timeout(askLimitMs) }),
      )
      const body: unknown = await response.json()
      return response.ok && typeof body === 'object' && body !== null ? { ...body } : undefined
    } catch {
      // Nobody listens, or not yet: that is what was asked.
      return undefined
    }
  }
  const healthy = async (): Promise<boolean> => (await ask('/healthz')) !== undefined

  /** Whether one answers that can be used: of this version, or with a listener that somebody else relies on. */
  const findUsable = async (): Promise<boolean> => {
    const found = await ask('/healthz')
    if (found === undefined) return false
    if (found.version === version) return true
    const status = await ask('/api/v1/system/status')
    log.warn('a backend of another version answers', { version: found.version, address: status?.address })
    if (status?.address !== undefined) return true
    await ask('/api/v1/system/stop', stopRequest)
    for (let tries = 0; tries < 500 && (await healthy()); tries++) await pause(lookAgainMs)
    return healthy()
  }

  const bring = async (): Promise<void> => {
    if (isBringing || now.state === 'stopped') return
    isBringing = true
    try {
      become({ state: 'starting' })
      const failure = (await findUsable()) ? undefined : await startOnce()
      // Stopped meanwhile: whatever came of it is of no use any more.
      if (now.state !== 'starting') return
      if (failure) failed(failure)
      else become({ state: 'ready', isOurs: child !== undefined })
    } finally {
      isBringing = false
    }
  }

  /** @returns why it did not start; undefined when a backend answers, even another one than this. */
  const startOnce = async (): Promise<AppError | undefined> => {
    const started = start()
    child = started
    const ended = new Promise<AppError>(resolve => {
      started.once('error', cause =>
        resolve(new AppError('internal', 'The backend could not be started.', { cause, hint: cause.message })),
      )
      started.once('exit', () => resolve(startFailure()))
    })
    void ended.then(() => onEnd(started))
    const stopAtMs = clock.monotonicMs() + startLimitMs
    while (clock.monotonicMs() < stopAtMs) {
      if (await healthy()) return undefined
      const failure = await Promise.race([ended, pause(lookAgainMs, undefined)])
      if (failure) return (await healthy()) ? undefined : failure
    }
    started.kill('SIGKILL')
    return new AppError('internal', `The backend did not answer within ${startLimitMs / 1000} seconds.`, {
      hint: 'Another program may keep the machine busy. Try again.',
    })
  }

  const onEnd = (ended: ChildProcess) => {
    if (child === ended) child = undefined
    if (now.state !== 'ready') return
    log.warn('the backend ended', { exitCode: ended.exitCode, signal: ended.signalCode })
    failed(new AppError('worker_lost', 'The backend ended unexpectedly.', { hint: 'It is started again.' }))
  }

  const failed = (failure: AppError): void => {
    log.error('the backend does not run', { error: failure })
    const sinceMs = clock.monotonicMs() - healthyAgainMs
    failuresAtMs = [...failuresAtMs.filter(atMs => atMs > sinceMs), clock.monotonicMs()]
    // One that worked and fell is worth many tries; one that does not even start, one more.
    const isFall = failure.code === 'worker_lost'
    const pauseMs = isFall || failuresAtMs.length === 1 ? pausesMs[failuresAtMs.length - 1] : undefined
    if (pauseMs === undefined || (!isFall && failure.code !== 'internal')) {
      become({ state: 'failed', failure })
      return
    }
    become({ state: 'waiting', failure })
    setTimeout(() => {
      if (now.state === 'waiting') ensure()
    }, pauseMs)
  }

  const ensure = () => {
    void bring().catch(error => become({ state: 'failed', failure: toAppError(error) }))
  }

  return {
    current: () => now,
    onChange: callback => void listeners.add(callback),
    settled: () =>
      new Promise(resolve => {
        const look = (state: BackendState) => {
          if (state.state === 'starting' || state.state === 'waiting') return
          listeners.delete(look)
          resolve(state)
        }
        listeners.add(look)
        look(now)
      }),
    begin: ensure,
    // The end of a backend of ours is seen at its process, and counted there.
    lost: () => {
      if (child === undefined && now.state === 'ready') ensure()
    },
    retry: () => {
      failuresAtMs = []
      ensure()
    },
    stop: async () => {
      become({ state: 'stopped' })
      if (child) await stopped(child, fetch, stopGraceMs)
    },
  }
}

/** Asks through the backend's own door, so that it ends in order on every system; insists after a while. */
async function stopped(child: ChildProcess, fetch: FetchHandler, graceMs: number): Promise<void> {
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const ask = fetch(new Request('http://slipway/api/v1/system/stop', stopRequest))
  const gone = new AbortController()
  const tooLong = pause(graceMs, undefined, { signal: gone.signal }).then(
    () => void child.kill('SIGKILL'),
    () => undefined,
  )
  await Promise.race([Promise.allSettled([ask]).then(() => ended), tooLong.then(() => ended)])
  gone.abort()
}
