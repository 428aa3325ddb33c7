/**
 * The `data` of each server-sent event in a stream, as it comes. Ends when the stream ends; throws when it breaks.
 * @param body the body of a `text/event-stream` response
 */
export async function* eventData(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let open = ''
  let data: string[] = []
  for await (const chunk of body) {
    const lines = (open + decoder.decode(chunk, { stream: true })).split(/\r?\n/)
    open = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice(line.startsWith('data: ') ? 6 : 5))
      else if (line === '' && data.length > 0) {
        yield data.join('\n')
        data = []
      }
    }
  }
}
