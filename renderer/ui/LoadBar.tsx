/** A part of what fills the bar, in the same unit as its limit. */
export type Segment = {
  readonly key: string
  readonly value: number
  /** `own`: solid; `foreign`: somebody else's, hatched; `kept`: promised, not yet used. */
  readonly kind?: 'own' | 'foreign' | 'kept'
  readonly colour?: string
  readonly label?: string
}

type Props = {
  readonly segments: readonly Segment[]
  readonly limit: number
  /** What the whole width stands for; default: the limit, or the sum where that is more. */
  readonly span?: number
  readonly heightPx?: number
  readonly hasMark?: boolean
  readonly look?: 'plain' | 'thin' | 'big'
  /** What a screen reader says of it. */
  readonly label: string
}

/**
 * The load line: one bar for everything that can overflow (memory, disk, a plan). Solid is ours, hatched is somebody
 * else's, empty is free, the mark is the limit, and what passes it is striped.
 */
export function LoadBar({ segments, limit, span: wanted, heightPx = 6, hasMark = true, look = 'plain', label }: Props) {
  const total = segments.reduce((sum, { value }) => sum + value, 0)
  const span = wanted ?? Math.max(limit, total)
  const share = (value: number) => `${span > 0 ? (value / span) * 100 : 0}%`
  const isOver = total > limit
  let before = 0
  return (
    <div
      className={`load${isOver ? ' over' : ''}${look === 'plain' ? '' : ` ${look}`}`}
      style={{ height: heightPx }}
      role="img"
      aria-label={label}
    >
      <div className="load-track" style={{ width: share(limit) }} />
      {segments.map(({ key, value, kind = 'own', colour, label: title }) => {
        const left = share(before)
        before += value
        return (
          <i
            key={key}
            className={`load-seg ${kind}`}
            title={title}
            style={{ left, width: value > 0 ? `max(1px, calc(${share(value)} - 1px))` : 0, ['--c' as string]: colour }}
          />
        )
      })}
      {isOver && <i className="load-over" style={{ left: share(limit), right: 0 }} />}
      {hasMark && <i className="load-mark" style={{ left: share(limit) }} />}
    </div>
  )
}
