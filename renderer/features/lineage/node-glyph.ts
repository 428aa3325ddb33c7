import type { GlyphState } from '../../ui/Glyph.tsx'

const glyphs: ReadonlyMap<string, GlyphState> = new Map([
  ['ready', 'ok'],
  ['done', 'ok'],
  ['frozen', 'ok'],
  ['serving', 'live'],
  ['draft', 'draft'],
  ['queued', 'queue'],
  ['starting', 'run'],
  ['running', 'run'],
  ['loading', 'run'],
  ['stopping', 'run'],
  ['verifying', 'run'],
  ['importing', 'run'],
  ['stopped', 'stop'],
  ['cancelled', 'stop'],
  ['failed', 'fail'],
  ['missing', 'lost'],
  ['lost', 'lost'],
])

/** The outline of a state of any kind of thing; null: it was removed. */
export const glyphOf = (state: string | null): GlyphState => (state === null ? 'off' : (glyphs.get(state) ?? 'draft'))
