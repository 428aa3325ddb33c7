import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { backendOptions } from '../platform/backend-options.ts'
import { systemClock } from '../platform/clock.ts'
import { createApiListener } from '../platform/http/api-listener.ts'
import { hostAndPort, perimeterOf } from '../platform/http/guard.ts'
import { type FetchHandler, type Listener, listenOnSocket } from '../platform/http/listen.ts'
import { afterBody } from '../platform/http/web-stream.ts'
import { openLogFile } from '../platform/log.ts'
import { makeFolder } from '../platform/make-folder.ts'
import { defaultDataDir, pathsOf } from '../platform/paths.ts'
import { composeBackend } from './compose.ts'

/** Runs the backend until it is told to stop; resolves once it is ready. */
export async function runBackend(argv: readonly string[]): Promise<void> {
  const options = backendOptions(argv)
  process.umask(0o077)
  const paths = pathsOf(options.dataDir ?? defaultDataDir(process.env), process.env)
  makeFolder(paths.dataDir)
  const logFile = join(paths.logs, 'backend.log')
  const log = openLogFile(logFile, { debug: process.env.SLIPWAY_LOG === 'debug' })
  // Whoever started us may be gone, and its pipe with it: what we print is then read by nobody, which is no failure.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  // A defect: its traces go to the log, and the process ends. Jobs go on, and the next start adopts them.
  process.on('uncaughtException', error => {
    log.error('the backend failed', { error })
    process.exit(1)
  })
  const listeners: Listener[] = []
  let stopping = false

  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    await Promise.all([...listeners.map(listener => listener.close()), api.end()])
    await backend.close()
    process.exit(0)
  }
  const stopSoon = () =>
    void stop().catch(error => {
      log.error('stop failed', { error })
      process.exit(1)
    })

  const api = createApiListener({
    host: options.host,
    log,
    handlerFor: port =>
      counted(backend.gateway({ kind: 'tcp', perimeter: perimeterOf(port, [hostAndPort(options.host, port)]) })),
  })

  const backend = composeBackend({
    paths,
    log,
    logFile,
    env: process.env,
    clock: systemClock,
    version: packageJson.version,
    api,
    // The answer to the call that asked for the stop should still leave.
    stop: () => void setTimeout(stopSoon, 50),
  })

  const lastRequest = { atMs: systemClock.monotonicMs(), open: 0 }
  const counted =
    (handler: FetchHandler): FetchHandler =>
    async request => {
      lastRequest.open += 1
      // Whoever follows the events is somebody to stay for, however quiet it is.
      const leave = () => {
        lastRequest.open -= 1
        lastRequest.atMs = systemClock.monotonicMs()
      }
      try {
        return afterBody(await handler(request), leave)
      } catch (error) {
        leave()
        throw error
      }
    }

  listeners.push(await listenOnSocket(paths.backendSocket, counted(backend.gateway({ kind: 'socket' }))))
  if (options.port !== undefined) {
    await api.open(options.port, { isFixed: true })
    console.log(`listening on ${api.address()}`)
    console.log(`open ${api.address()}/launch?code=${backend.newLaunchCode()} (works once, for one minute)`)
  } else {
    await backend.openApi()
    console.log('ready')
  }

  const { idleExitMs } = options
  if (idleExitMs > 0) {
    setInterval(
      () => {
        const idleMs = systemClock.monotonicMs() - lastRequest.atMs
        // Whoever turned the API on expects it to stay.
        const isWanted = backend.isBusy() || api.address() !== undefined
        if (lastRequest.open === 0 && idleMs > idleExitMs && !isWanted) stopSoon()
      },
      Math.min(1_000, idleExitMs),
    ).unref()
  }
  process.on('SIGTERM', stopSoon)
  process.on('SIGINT', stopSoon)
  log.info('backend ready', { pid: process.pid, socket: paths.backendSocket, address: api.address() })
}
