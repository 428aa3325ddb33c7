/**
 * Reads server-sent events (WHATWG HTML, "9.2.6 Interpreting an event stream") as far as the OpenAI API uses them: the
 * data of each event, in order. Bytes may be cut anywhere, in the middle of a character too. Ends with the stream; an
 * event that the stream cut off is dropped, as the standard says.
 * @param body of a response with `content-type: text/event-stream`
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let data: string[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      rest += decoder.decode(value, { stream: true })
      // A lone CR at the end may be the first half of a CRLF: it waits for the next bytes.
      const lines = rest.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield data.join('\n')
          data = []
        } else if (line.startsWith('data:')) data.push(line.slice(line.startsWith('data: ') ? 6 : 5))
      }
    }
  } finally {
    // Whoever stops reading early wants the engine to stop as well.
    await reader.cancel().catch(() => undefined)
  }
}
