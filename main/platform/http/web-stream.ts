/** A web stream of what a Node stream gives, one chunk per pull; cancelling it destroys the Node stream. */
export function webStreamOf(
  source: AsyncIterable<Uint8Array> & { readonly destroy: () => unknown },
): ReadableStream<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      pull: async controller => {
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: () => void source.destroy(),
    },
    // Nothing is read ahead of the reader: an event stream must not wait in a queue, nor a download fill memory.
    { highWaterMark: 0 },
  )
}

/**
 * The same response, and `then` once its last byte was read, its reader went away, or it broke. A stream takes its time.
 * @param broken ends the body in the middle, with its reason
 */
export function afterBody(response: Response, then: () => void, broken?: AbortSignal): Response {
  let isOver = false
  // A reader that goes away while a chunk is awaited ends the body twice.
  const over = () => {
    if (!isOver) then()
    isOver = true
  }
  if (!response.body) {
    over()
    return response
  }
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>({
    start: controller => {
      broken?.addEventListener('abort', () => {
        over()
        controller.error(broken.reason)
        void reader.cancel(broken.reason).catch(() => undefined)
      })
    },
    pull: async controller => {
      try {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        over()
        controller.close()
      } catch (error) {
        over()
        controller.error(error)
      }
    },
    cancel: async reason => {
      over()
      await reader.cancel(reason)
    },
  })
  return new Response(body, { status: response.status, headers: response.headers })
}
