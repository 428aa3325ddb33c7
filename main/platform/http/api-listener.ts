import { AppError, toAppError } from '../../contract/errors.ts'
import type { ListenerState } from '../../contract/settings.ts'
import type { Log } from '../log.ts'
import { hostAndPort } from './guard.ts'
import { type FetchHandler, type Listener, listenOnPort } from './listen.ts'

export type ApiListener = {
  readonly state: () => ListenerState
  /** Where browsers and programs reach the workstation, while a port is open. */
  readonly address: () => string | undefined
  /**
   * Listens on a port. An open one on another port is closed once the new one stands, so a taken port changes nothing.
   * Throws `conflict` naming the port when another program has it. A fixed listener stays as it is.
   */
  readonly open: (port: number, options?: { readonly isFixed?: boolean }) => Promise<void>
  /** Closes the port after answers that are on their way have left. A fixed one stays. */
  readonly close: () => void
  /** Says why the port that was wished for at the start is not open. */
  readonly failed: (error: unknown) => void
  /** Closes everything, now. */
  readonly end: () => Promise<void>
}

type Deps = {
  readonly host: string
  readonly log: Log
  /** The guarded handler for a port: its names and origins are exact. */
  readonly handlerFor: (port: number) => FetchHandler
}

/** Long enough for the answer to the call that asked for the change. */
const leaveMs = 100

type Open = { readonly listener: Listener; readonly port: number; readonly isFixed: boolean }

/** The one TCP port of the backend: closed until somebody wants it. */
export function createApiListener({ host, log, handlerFor }: Deps): ApiListener {
  let current: Open | undefined
  let failure: AppError | undefined
  const closing = new Set<Promise<void>>()
  const addressOf = ({ port }: Open) => `http://${hostAndPort(host, port)}`

  const closeSoon = ({ listener, port }: Open): void => {
    const closed = new Promise<void>(resolve => setTimeout(resolve, leaveMs))
      .then(() => listener.close())
      .then(() => log.info('the API listener is closed', { port }))
      .catch(error => log.error('the API listener could not be closed', { error }))
      .finally(() => closing.delete(closed))
    closing.add(closed)
  }

  return {
    state: () => {
      if (current) return { state: 'on', address: addressOf(current), port: current.port, isFixed: current.isFixed }
      if (!failure) return { state: 'off' }
      const { code, message, hint } = failure
      return { state: 'failed', code, message, ...(hint !== undefined && { hint }) }
    },
    address: () => current && addressOf(current),
    open: async (port, { isFixed = false } = {}) => {
      if (current?.isFixed || current?.port === port) return
      let handler: FetchHandler = () => new Response(null, { status: 503 })
      const { port: actual, ...listener } = await listenOnPort(port, host, request => handler(request)).catch(error => {
        throw named(error, port)
      })
      handler = handlerFor(actual)
      if (current) closeSoon(current)
      current = { listener, port: actual, isFixed }
      failure = undefined
      log.info('the API listener is open', { port: actual })
    },
    close: () => {
      failure = undefined
      if (!current || current.isFixed) return
      closeSoon(current)
      current = undefined
    },
    failed: error => {
      failure = toAppError(error)
    },
    end: async () => {
      await Promise.all([current?.listener.close(), ...closing])
      current = undefined
    },
  }
}

function named(error: unknown, port: number): unknown {
  if (!(error instanceof AppError) || error.code !== 'conflict') return error
  return new AppError('conflict', `Port ${port} is used by another program.`, {
    cause: error,
    hint: 'Choose another port, or stop the program that has it.',
    details: { port },
  })
}
