import { AppError } from '../../contract/errors.ts'
import { openAiError } from './errors.ts'

export type Sender = {
  /** Sends one event whose data is this JSON text. */
  readonly send: (json: string) => void
}

/**
 * Answers with server-sent events. `work` resolves its `begun` once the answer is certain to start: failures before
 * become an ordinary error response (thrown here), later ones an error event, as the OpenAI clients expect. Events go
 * out one by one while the reader keeps up, and together when it falls behind. A reader that leaves aborts `signal`.
 */
export async function streamEvents(
  request: Request,
  work: (sender: Sender, begun: () => void, signal: AbortSignal) => Promise<void>,
): Promise<Response> {
  const gone = new AbortController()
  const leave = () => gone.abort(new AppError('cancelled', 'The client went away.'))
  if (request.signal.aborted) leave()
  request.signal.addEventListener('abort', leave, { once: true })

  let pending = ''
  let isOver = false
  let deliver: () => void = () => undefined
  const send = (json: string) => {
    pending += `data: ${json}\n\n`
    deliver()
  }

  const body = new ReadableStream<Uint8Array>(
    {
      pull: controller =>
        new Promise<void>(resolve => {
          const flush = () => {
            if (pending !== '') {
              controller.enqueue(Buffer.from(pending))
              pending = ''
            } else if (isOver) controller.close()
            else return
            deliver = () => undefined
            resolve()
          }
          deliver = flush
          flush()
        }),
      cancel: () => {
        deliver = () => undefined
        leave()
      },
    },
    { highWaterMark: 0 },
  )

  await new Promise<void>((resolve, reject) => {
    let hasBegun = false
    const begun = () => {
      hasBegun = true
      resolve()
    }
    const finish = (last: string) => {
      pending += `data: ${last}\n\n`
      isOver = true
      request.signal.removeEventListener('abort', leave)
      deliver()
    }
    work({ send }, begun, gone.signal).then(
      () => {
        begun()
        finish('[DONE]')
      },
      (error: unknown) => {
        if (!hasBegun) return reject(error)
        finish(JSON.stringify(openAiError(error).body))
      },
    )
  })
  return new Response(body, {
    // Said to be chunked: the server does not wait a moment for an end that would tell its length.
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'transfer-encoding': 'chunked',
    },
  })
}
