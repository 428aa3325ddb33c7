import type { ApiKey } from '../../../main/contract/identity.ts'
import type { GlyphState } from '../../ui/Glyph.tsx'

export type KeyState = 'valid' | 'expired' | 'revoked'

export const keyGlyph: Record<KeyState, GlyphState> = { valid: 'ok', expired: 'warn', revoked: 'off' }

/** Whether a key still lets anybody in; `nowMs` is milliseconds since 1970. */
export const stateOf = ({ revokedAt, expiresAt }: ApiKey, nowMs: number): KeyState =>
  revokedAt !== undefined ? 'revoked' : Date.parse(expiresAt) <= nowMs ? 'expired' : 'valid'
