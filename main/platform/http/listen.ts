import { chmodSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { dirname } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { AppError } from '../../contract/errors.ts'
import { makeFolder } from '../make-folder.ts'
import { answers } from './socket-answers.ts'
import { assertOurFolder } from './socket-folder.ts'

export type FetchHandler = (request: Request) => Response | Promise<Response>
export type Listener = { readonly close: () => Promise<void> }

const hardened = (handler: FetchHandler): Server => {
  const server = createAdaptorServer({ fetch: handler, overrideGlobalObjects: false }) as Server // http/1.1 is what the adaptor makes by default
  server.headersTimeout = 15_000
  server.requestTimeout = 0 // bodies may be large uploads; limits.ts bounds the others
  // Longer than people think between two questions: a connection must not be cut off just as it is used again.
  server.keepAliveTimeout = 60_000
  server.maxHeadersCount = 100
  return server
}

const closing = (server: Server): Listener => ({
  close: () =>
    new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
})

/**
 * Listens on a Unix socket that only this user can open (file 0600 in a directory 0700). A socket file that nobody
 * answers is left over from a crash and replaced; one that answers is another backend: `conflict`.
 */
export async function listenOnSocket(socketPath: string, handler: FetchHandler): Promise<Listener> {
  if (process.platform !== 'win32') {
    makeFolder(dirname(socketPath))
    assertOurFolder(socketPath)
    chmodSync(dirname(socketPath), 0o700)
    if (await answers(socketPath)) {
      throw new AppError('conflict', 'Another Slipway backend already serves this data directory.', {
        hint: 'Use that one: slipway status.',
      })
    }
    rmSync(socketPath, { force: true })
  }
  const server = hardened(handler)
  const previousMask = process.umask(0o177)
  try {
    await started(server, () => server.listen(socketPath))
  } finally {
    process.umask(previousMask)
  }
  return closing(server)
}

/** Listens on loopback (or a named address) and tells the port. `conflict` names the port when it is taken. */
export async function listenOnPort(
  port: number,
  hostname: string,
  handler: FetchHandler,
): Promise<Listener & { readonly port: number }> {
  const server = hardened(handler)
  await started(server, () => server.listen(port, hostname))
  const address = server.address()
  return { ...closing(server), port: typeof address === 'object' && address ? address.port : port }
}

const started = (server: Server, listen: () => void) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new AppError('conflict', 'The address is already in use by another program.', {
              cause: error,
              hint: 'Choose another port: --port N (0 picks a free one).',
            })
          : error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL'
            ? new AppError('forbidden', 'The system does not let Slipway listen there.', {
                cause: error,
                hint: 'Use a port above 1023 and an address of this machine.',
              })
            : error,
      ),
    )
    server.once('listening', () => resolve())
    listen()
  })
