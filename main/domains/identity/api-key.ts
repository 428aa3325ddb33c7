import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** `slp_<id>_<256-bit secret>_<crc>`: a prefix that secret scanners know, and a checksum that catches a bad paste offline. */
const pattern = /^slp_([0-9a-f]{32})_([0-9a-f]{64})_([0-9a-f]{8})$/

const crcOf = (text: string) => crc32(text).toString(16).padStart(8, '0')

/** A new secret for key `id` (with its `key_` prefix). Only its SHA-256 is stored: 256 random bits need no slow hash. */
export function makeSecret(id: string): { secret: string; sha256: string } {
  // Hexadecimal, because base64url's `_` would be taken for the separator of the parts.
  const body = `slp_${id.slice('key_'.length)}_${randomBytes(32).toString('hex')}`
  const secret = `${body}_${crcOf(body)}`
  return { secret, sha256: sha256(secret) }
}

/** The id inside a well-formed secret, or nothing when it was mistyped or cut. */
export function keyIdOf(secret: string): string | undefined {
  const match = pattern.exec(secret)
  if (!match || crcOf(secret.slice(0, secret.lastIndexOf('_'))) !== match[3]) return undefined
  return `key_${match[1]}`
}

/** Compares in constant time. */
export const secretMatches = (secret: string, expectedSha256: string): boolean =>
  timingSafeEqual(Buffer.from(sha256(secret), 'hex'), Buffer.from(expectedSha256, 'hex'))

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
