import { expect, test } from 'vitest'
import { eventData } from './event-lines.ts'

const stream = (...chunks: readonly (string | Uint8Array)[]) =>
  new ReadableStream<Uint8Array>({
    start: controller => {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
      controller.close()
    },
  })

const read = async (body: ReadableStream<Uint8Array>) => {
  const found: string[] = []
  for await (const data of eventData(body)) found.push(data)
  return found
}

test('events come whole, however the stream was cut', async () => {
  const text = ': hello\n\nevent: message\nid: b-1\ndata: {"a":1}\n\ndata: first\ndata: second\r\n\r\ndata: unfinished'
  expect(await read(stream(text))).toEqual(['{"a":1}', 'first\nsecond'])
  expect(await read(stream(...text))).toEqual(['{"a":1}', 'first\nsecond'])
})

test('a character that lies across two chunks stays one', async () => {
  const bytes = new TextEncoder().encode('data: 模型\n\n')
  expect(await read(stream(bytes.slice(0, 7), bytes.slice(7)))).toEqual(['模型'])
})
