import { expect, test } from 'vitest'
import { assertJsonDepth, boundedBody, createConcurrencyLimiter, createRateLimiter } from './limits.ts'

const busy = expect.objectContaining({ code: 'busy', hint: expect.any(String) })

test('a caller may ask as fast as the limit says, in bursts, and no other pays for it', () => {
  let nowMs = 0
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs }
  const { take, tryTake } = createRateLimiter({ clock, perSecond: 10, burst: 3 })
  for (let n = 0; n < 3; n += 1) take('a')
  expect(() => take('a')).toThrow(busy)
  expect(tryTake('b')).toBe(true)
  nowMs += 99
  expect(tryTake('a')).toBe(false)
  nowMs += 1
  expect(tryTake('a')).toBe(true)
  nowMs += 60_000
  expect([1, 2, 3, 4].map(() => tryTake('a'))).toEqual([true, true, true, false])
})

test('only so many requests of one caller run at once, and leaving twice gives one place back', () => {
  const { enter } = createConcurrencyLimiter(2)
  const leave = enter('a')
  enter('a')
  expect(() => enter('a')).toThrow(busy)
  expect(() => enter('b')).not.toThrow()
  leave()
  leave()
  enter('a')
  expect(() => enter('a')).toThrow(busy)
})

const post = (body: string | ReadableStream, headers: Record<string, string> = {}) =>
  new Request('http://slipway/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
const streamOf = (...chunks: string[]) =>
  new ReadableStream({
    start: controller => {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    },
  })

test('a body is read up to its limit, whatever its length claims to be', async () => {
  const tooLarge = { code: 'too_large' }
  expect(await boundedBody(post('12345'), 5)).toBe('12345')
  expect(await boundedBody(post('12345', { 'content-length': '5' }), 5)).toBe('12345')
  await expect(boundedBody(post('123456', { 'content-length': '5' }), 5)).rejects.toMatchObject(tooLarge)
  await expect(boundedBody(post('123456'), 5)).rejects.toMatchObject(tooLarge)
  await expect(boundedBody(post(streamOf('123', '456')), 5)).rejects.toMatchObject(tooLarge)
  await expect(boundedBody(post(streamOf('1'), { 'content-length': '999' }), 5)).rejects.toMatchObject(tooLarge)
})

test('JSON is refused by its depth before it is parsed; brackets inside texts are none', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  expect(() => assertJsonDepth(nested(64), 64)).not.toThrow()
  expect(() => assertJsonDepth(nested(65), 64)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  expect(() => assertJsonDepth(JSON.stringify({ text: '[{"\\'.repeat(1_000) }), 64)).not.toThrow()
  expect(() => assertJsonDepth(`"${'\\"'.repeat(9)}${'['.repeat(99)}"`, 64)).not.toThrow()
  expect(() => assertJsonDepth('['.repeat(1_000_000), 64)).toThrow(/nested deeper/)
})
