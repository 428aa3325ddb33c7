import { request as httpRequest } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { AppError } from '../../contract/errors.ts'
import { webStreamOf } from './web-stream.ts'

/**
 * `fetch` over a Unix socket (or Windows named pipe): what the command line, the shell and the gateway use to reach a
 * process of ours. Bodies stream both ways; aborting the request closes the connection.
 */
export const socketFetch =
  (socketPath: string) =>
  (request: Request): Promise<Response> =>
    new Promise((resolve, reject) => {
      const url = new URL(request.url)
      const outgoing = httpRequest(
        {
          socketPath,
          method: request.method,
          path: url.pathname + url.search,
          headers: Object.fromEntries(request.headers),
          signal: request.signal,
        },
        incoming => {
          const headers = new Headers()
          for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2)
            headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '')
          const status = incoming.statusCode ?? 502
          const bodyless = status === 204 || status === 304
          const body = bodyless ? null : webStreamOf(incoming)
          if (bodyless) incoming.resume()
          resolve(new Response(body, { status, statusText: incoming.statusMessage ?? '', headers }))
        },
      )
      const fail = (error: Error) => reject(request.signal.aborted ? request.signal.reason : unreachable(error))
      outgoing.on('error', fail)
      if (request.body) pipeline(Readable.from(request.body), outgoing, error => error && fail(error))
      else outgoing.end()
    })

const unreachable = (cause: Error) =>
  new AppError('worker_lost', 'The process at the other end of the socket does not answer.', {
    cause,
    hint: 'It may have just stopped: slipway status.',
  })
