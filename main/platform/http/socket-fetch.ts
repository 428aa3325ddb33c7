import { request as httpRequest, type IncomingMessage } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { AppError } from '../../contract/errors.ts'
import { onAbort } from './on-abort.ts'
import { webStreamOf } from './web-stream.ts'

/**
 * `fetch` over a Unix socket (or Windows named pipe): what the command line, the shell and the gateway use to reach a
 * process of ours. Bodies stream both ways; aborting the request closes the connection.
 */
export const socketFetch =
  (socketPath: string) =>
  (request: Request): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { signal } = request
      if (signal.aborted) return reject(signal.reason)
      const url = new URL(request.url)
      const outgoing = httpRequest(
        {
          socketPath,
          method: request.method,
          path: url.pathname + url.search,
          headers: Object.fromEntries(request.headers),
        },
        incoming => {
          answer = incoming
          incoming.once('close', ignore)
          const headers = new Headers()
          for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2)
            headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '')
          const status = incoming.statusCode ?? 502
          const bodyless = status === 204 || status === 304
          const body = bodyless ? null : webStreamOf(endedBy(incoming, signal))
          if (bodyless) incoming.resume()
          resolve(new Response(body, { status, statusText: incoming.statusMessage ?? '', headers }))
        },
      )
      let answer: IncomingMessage | undefined
      // Once there is an answer only that is ended: the connection goes with it where it is still needed.
      const ignore = onAbort(signal, () => (answer ?? outgoing).destroy())
      const fail = (error: Error) => {
        ignore()
        reject(signal.aborted ? signal.reason : unreachable(error))
      }
      outgoing.on('error', fail)
      if (request.body) pipeline(Readable.from(request.body), outgoing, error => error && fail(error))
      else outgoing.end()
    })

/** What an answer gives; where it ends because its reader aborted it, with the reason of that. */
const endedBy = (incoming: IncomingMessage, signal: AbortSignal) => ({
  [Symbol.asyncIterator]: async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* incoming as AsyncIterable<Uint8Array>
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    }
  },
  destroy: () => incoming.destroy(),
})

const unreachable = (cause: Error) =>
  new AppError('worker_lost', 'The process at the other end of the socket does not answer.', {
    cause,
    hint: 'It may have just stopped: slipway status.',
  })
