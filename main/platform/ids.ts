import { randomBytes } from 'node:crypto'

/** A new identifier such as `mdl_0192…`: UUID version 7 (RFC 9562), so that ids sort by the time they were made. */
export function newId<P extends string>(prefix: P, nowMs: number): `${P}_${string}` {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return `${prefix}_${bytes.toString('hex')}`
}
