/** Every state has its own outline; the hue only repeats what the shape says. */
export type GlyphState =
  | 'ok'
  | 'run'
  | 'queue'
  | 'stop'
  | 'fail'
  | 'warn'
  | 'lost'
  | 'draft'
  | 'off'
  | 'review'
  | 'live'

const tone: Record<GlyphState, string> = {
  ok: 'var(--ok)',
  run: 'var(--acc)',
  queue: 'var(--t3)',
  stop: 'var(--t3)',
  fail: 'var(--err)',
  warn: 'var(--warn)',
  lost: 'var(--warn)',
  draft: 'var(--t3)',
  off: 'var(--t3)',
  review: 'var(--s6)',
  live: 'var(--acc)',
}

const stroke = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.5,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const
const ground = { ...stroke, stroke: 'var(--canvas)' } as const

const shapes: Record<GlyphState, React.ReactNode> = {
  ok: (
    <>
      <circle cx="6" cy="6" r="5.25" fill="currentColor" />
      <path d="M3.6 6.2l1.7 1.7 3.2-3.6" {...ground} />
    </>
  ),
  run: (
    <>
      <circle cx="6" cy="6" r="4.5" {...stroke} opacity=".3" />
      <path d="M6 1.5A4.5 4.5 0 0 1 10.5 6" {...stroke} strokeWidth={2} />
    </>
  ),
  queue: <circle cx="6" cy="6" r="4.5" {...stroke} strokeDasharray="1.6 2.1" />,
  stop: <rect x="2" y="2" width="8" height="8" rx="1" {...stroke} />,
  fail: (
    <>
      <path d="M3.9.8h4.2l3.1 3.1v4.2l-3.1 3.1H3.9L.8 8.1V3.9z" fill="currentColor" />
      <path d="M4.2 4.2l3.6 3.6M7.8 4.2L4.2 7.8" {...ground} />
    </>
  ),
  warn: (
    <>
      <path d="M6 .9l5.4 10H.6z" fill="currentColor" strokeLinejoin="round" />
      <path d="M6 4.6v2.8M6 9.2v.05" {...ground} />
    </>
  ),
  lost: (
    <>
      <circle cx="6" cy="6" r="4.5" {...stroke} strokeDasharray="3 1.7" />
      <path d="M6 4v2.4M6 8.2v.05" {...stroke} />
    </>
  ),
  draft: <circle cx="6" cy="6" r="4.5" {...stroke} />,
  off: (
    <>
      <circle cx="6" cy="6" r="4.5" {...stroke} />
      <path d="M2.9 9.1l6.2-6.2" {...stroke} />
    </>
  ),
  live: (
    <>
      <circle cx="6" cy="6" r="4.75" {...stroke} strokeWidth={1.2} />
      <circle cx="6" cy="6" r="2.4" fill="currentColor" />
    </>
  ),
  review: (
    <>
      <path d="M6 1l5 5-5 5-5-5z" {...stroke} />
      <circle cx="6" cy="6" r="1.1" fill="currentColor" />
    </>
  ),
}

type Props = {
  readonly state: GlyphState
  /** CSS pixels. */
  readonly size?: number
  /** For screen readers and for the pointer, where no word beside it says the same. */
  readonly label?: string
  /** In tables, what is merely well is a thin grey tick: colour is news. */
  readonly quiet?: boolean
}

export function Glyph({ state, size = 12, label, quiet = false }: Props) {
  const drawn = (
    <svg
      className={`glyph${state === 'run' ? ' spin' : ''}`}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      style={{ color: quiet ? 'var(--t3)' : tone[state] }}
      role={label ? 'img' : 'presentation'}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      {state === 'ok' && quiet ? <path d="M2.6 6.4l2.3 2.3 4.5-5.2" {...stroke} /> : shapes[state]}
    </svg>
  )
  if (label === undefined) return drawn
  return (
    <span className="glyph-tip" title={label}>
      {drawn}
    </span>
  )
}
