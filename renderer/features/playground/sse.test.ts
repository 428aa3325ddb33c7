import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEvents } from './sse.ts'

const streamOf = (...chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: controller => {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
      controller.close()
    },
  })

async function eventsOf(...chunks: readonly (string | Uint8Array)[]): Promise<string[]> {
  const events: string[] = []
  for await (const event of readEvents(streamOf(...chunks))) events.push(event)
  return events
}

test('each event is its data, comments and other fields left out', async () => {
  expect(await eventsOf(': ping\n\nevent: x\nid: 7\ndata: {"a":1}\n\ndata: [DONE]\n\n')).toEqual(['{"a":1}', '[DONE]'])
})

test('several data lines are one event, and the space after the colon is optional', async () => {
  expect(await eventsOf('data:one\ndata: two\ndata:  three\n\n')).toEqual(['one\ntwo\n three'])
})

test('lines may end with CR, LF or both', async () => {
  expect(await eventsOf('data: a\r\n\r\ndata: b\r\rdata: c\n\n')).toEqual(['a', 'b', 'c'])
})

test('an event that the stream cut off is dropped', async () => {
  expect(await eventsOf('data: whole\n\ndata: half')).toEqual(['whole'])
})

test('bytes may be cut anywhere, in the middle of a character too', async () => {
  const bytes = new TextEncoder().encode('data: 造船厂 🚢\r\n\r\ndata: بناء\r\n\r\n')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 }), async cuts => {
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      const chunks = places.slice(1).map((end, i) => bytes.slice(places[i], end))
      expect(await eventsOf(...chunks)).toEqual(['造船厂 🚢', 'بناء'])
    }),
  )
})

test('whoever stops reading cancels the stream', async () => {
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: controller => controller.enqueue(new TextEncoder().encode('data: x\n\n')),
    cancel: () => {
      isCancelled = true
    },
  })
  for await (const event of readEvents(body)) {
    expect(event).toBe('x')
    break
  }
  expect(isCancelled).toBe(true)
})
