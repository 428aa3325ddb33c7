import { number } from '../../lib/format.ts'
import { facts, named } from '../../lib/marks.ts'

export type Bar = {
  /** Where its range begins, on the horizontal axis. */
  readonly from: number
  readonly value: number
  readonly title: string
}
type Props = {
  readonly label: string
  readonly bars: readonly Bar[]
  /** Where the last range ends. */
  readonly end: number
  /** A limit on the horizontal axis: what begins past it is striped. */
  readonly limit?: { readonly at: number; readonly label: string } | undefined
}

const ticks = 5

/** How many rows are how long. Heights are logarithmic, so that the few long ones can be seen beside the many short. */
export function Bars({ label, bars, end, limit }: Props) {
  const start = bars[0]?.from ?? 0
  const span = Math.max(1, end - start)
  const tallest = Math.log(Math.max(1, ...bars.map(({ value }) => value)) + 1)
  const place = (at: number) => `${((at - start) / span) * 100}%`
  return (
    <div className="hist" role="img" aria-label={named(label, facts(...bars.map(({ title }) => title)))}>
      <div className="bars">
        {bars.map(({ from, value, title }, index) => (
          <i
            key={from}
            title={title}
            className={limit && from >= limit.at ? 'over' : undefined}
            style={{
              left: place(from),
              width: `calc(${(((bars[index + 1]?.from ?? end) - from) / span) * 100}% - 1px)`,
              height: value === 0 ? 0 : `${(Math.log(value + 1) / tallest) * 100}%`,
            }}
          />
        ))}
        {limit && limit.at >= start && limit.at <= end && (
          <span className="lim" style={{ left: place(limit.at) }}>
            <em>{limit.label}</em>
          </span>
        )}
      </div>
      <div className="bars-x">
        {Array.from({ length: ticks }, (_, index) => Math.round(start + (span * index) / (ticks - 1)))
          .filter((at, index, all) => all.indexOf(at) === index)
          .map(at => (
            <span key={at} style={{ left: place(at) }}>
              {number(at)}
            </span>
          ))}
      </div>
    </div>
  )
}
