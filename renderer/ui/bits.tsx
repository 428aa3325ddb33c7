import { Copy } from 'lucide-react'
import { shortHash } from '../lib/format.ts'
import { Glyph, type GlyphState } from './Glyph.tsx'
import { useCopy } from './use-copy.ts'

/** Keys as caps: `<Kbd keys="Ctrl K" />`. */
export const Kbd = ({ keys }: { readonly keys: string }) => (
  <span className="kbds">
    {keys.split(' ').map(key => (
      <kbd key={key}>{key}</kbd>
    ))}
  </span>
)

type Tone = 'ok' | 'warn' | 'err' | 'acc' | 'line'
export const Chip = ({ tone, title, children }: { tone?: Tone; title?: string; children: React.ReactNode }) => (
  <span className={tone ? `chip ${tone}` : 'chip'} title={title}>
    {children}
  </span>
)

/** A state: its glyph and its word. */
export const Status = ({ state, children }: { state: GlyphState; children: React.ReactNode }) => (
  <span className="st">
    <Glyph state={state} />
    {children}
  </span>
)

/**
 * A figure that counts while it is read. One that became longer is a new element: beside an edge or a unit it would be one
 * that moved.
 */
export const Counting = ({ value, unit }: { readonly value: React.ReactNode; readonly unit?: React.ReactNode }) => (
  <b key={typeof value === 'string' ? value.length : 0}>
    {value}
    {unit !== undefined && <em>{unit}</em>}
  </b>
)

type StatProps = {
  readonly name: React.ReactNode
  readonly value: React.ReactNode
  readonly unit?: React.ReactNode
  readonly note?: React.ReactNode
}
export const Stat = ({ name, value, unit, note }: StatProps) => (
  <div className="stat">
    <span>{name}</span>
    <Counting value={value} unit={unit} />
    {note !== undefined && <small title={typeof note === 'string' ? note : undefined}>{note}</small>}
  </div>
)

/** A SHA-256, shortened; a click copies all of it. */
export function Hash({ hash }: { readonly hash: string }) {
  const copy = useCopy()
  return (
    <button type="button" className="hash" title={`sha256:${hash}`} onClick={() => copy(hash)}>
      {shortHash(hash)}
      <Copy size={11} />
    </button>
  )
}

type SectionProps = { title: React.ReactNode; side?: React.ReactNode; isFlush?: boolean; children: React.ReactNode }
export const Section = ({ title, side, isFlush = false, children }: SectionProps) => (
  <section className={isFlush ? 'sec flush' : 'sec'}>
    <h2>
      {title}
      {side !== undefined && <span className="grow" />}
      {side}
    </h2>
    {children}
  </section>
)

type ProgressProps = {
  readonly share: number | undefined
  readonly label: string
  /** Blue is what moves: what has ended only shows how far it came. */
  readonly hasEnded?: boolean
}
/** Share done, as a line; the words beside it say rate and time left. */
export const ProgressLine = ({ share, label, hasEnded = false }: ProgressProps) => (
  <span
    className={hasEnded ? 'bar ended' : 'bar'}
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    {...(share !== undefined && { 'aria-valuenow': Math.round(share * 100) })}
  >
    <i style={{ width: `${Math.min(1, share ?? 0) * 100}%` }} />
  </span>
)
