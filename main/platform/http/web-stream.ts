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
