import { AppError } from '../../contract/errors.ts'
import type { Clock } from '../clock.ts'

/** Tokens refill at `perSecond` up to `burst`; a call without a token is refused, not queued. */
export function createRateLimiter({ clock, perSecond, burst }: { clock: Clock; perSecond: number; burst: number }) {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  const refilled = (who: string) => {
    const nowMs = clock.monotonicMs()
    const bucket = buckets.get(who) ?? { tokens: burst, atMs: nowMs }
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond)
    bucket.atMs = nowMs
    buckets.set(who, bucket)
    return bucket
  }
  const tryTake = (who: string): boolean => {
    const bucket = refilled(who)
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    // Callers come and go (every key has a bucket): full buckets need not be remembered.
    if (buckets.size > 10_000) for (const [key, value] of buckets) if (value.tokens >= burst - 1) buckets.delete(key)
    return true
  }
  return {
    /** Whether there is a token; it stays. */
    has: (who: string): boolean => refilled(who).tokens >= 1,
    /** Whether there was a token. */
    tryTake,
    /** Throws `busy` when there was none. */
    take: (who: string): void => {
      if (!tryTake(who))
        throw new AppError('busy', 'Too many requests.', { hint: `Wait a second; the limit is ${perSecond} a second.` })
    },
  }
}

/** Counts what runs at once per caller; `enter` gives the function that leaves again. */
export function createConcurrencyLimiter(limit: number) {
  const running = new Map<string, number>()
  return {
    enter: (who: string): (() => void) => {
      const count = running.get(who) ?? 0
      if (count >= limit)
        throw new AppError('busy', `More than ${limit} requests at once.`, {
          hint: 'Close some event streams or wait for answers.',
        })
      running.set(who, count + 1)
      let left = false
      return () => {
        if (left) return
        left = true
        const now = (running.get(who) ?? 1) - 1
        if (now === 0) running.delete(who)
        else running.set(who, now)
      }
    },
  }
}

/**
 * Reads a request's body up to a limit, whatever its Content-Length says; undefined where there is none.
 * Throws `too_large` without having kept more than the limit in memory.
 */
export async function boundedBody(request: Request, maxBytes: number): Promise<string | undefined> {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined
  const tooLarge = () =>
    new AppError('too_large', `The request body is larger than ${maxBytes} bytes.`, {
      hint: 'Send large files through /files, or import them from a path.',
    })
  const declared = request.headers.get('content-length')
  if (Number(declared ?? 0) > maxBytes) throw tooLarge()
  // Node's parser ends a body at its declared length. As a whole it costs no stream, which is half of a small request.
  if (declared !== null) {
    const whole = Buffer.from(await request.arrayBuffer())
    if (whole.byteLength > maxBytes) throw tooLarge()
    return whole.toString()
  }
  if (!request.body) return undefined
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.byteLength
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** The same request with its body, after that was read. */
export const withBody = ({ url, method, headers, signal }: Request, body: string): Request =>
  new Request(url, { method, headers, signal, body: body === '' ? null : body })

/**
 * Refuses JSON nested deeper than `maxDepth` before it is parsed: a linear scan outside strings, no recursion.
 */
export function assertJsonDepth(text: string, maxDepth: number): void {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i)
    if (inString) {
      if (char === 0x5c) i += 1
      else if (char === 0x22) inString = false
    } else if (char === 0x22) inString = true
    else if (char === 0x7b || char === 0x5b) {
      depth += 1
      if (depth > maxDepth) throw new AppError('invalid_input', `The JSON is nested deeper than ${maxDepth} levels.`)
    } else if (char === 0x7d || char === 0x5d) depth -= 1
  }
}
