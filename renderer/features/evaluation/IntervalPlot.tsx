import { placeOf, type Scale } from './scores.ts'

type Props = {
  readonly scale: Scale
  readonly value: number
  readonly low: number
  readonly high: number
  readonly colour: string
  /** What a screen reader says: the value, its interval, how many rows. */
  readonly label: string
}

const heightPx = 20
const middlePx = heightPx / 2
const capPx = 5

const at = (value: number, scale: Scale): string => `${placeOf(value, scale) * 100}%`

/** A score with its interval: a whisker and a dot. Never a bar, which would say that everything below was measured. */
export function IntervalPlot({ scale, value, low, high, colour, label }: Props) {
  const line = { stroke: colour, strokeWidth: 2 }
  return (
    <svg className="interval" height={heightPx} width="100%" role="img" aria-label={label}>
      {scale.ticks.map(tick => (
        <line key={tick} x1={at(tick, scale)} x2={at(tick, scale)} y1={0} y2={heightPx} stroke="var(--line)" />
      ))}
      <line x1={at(low, scale)} x2={at(high, scale)} y1={middlePx} y2={middlePx} {...line} />
      {[low, high].map((end, index) => (
        <line
          // biome-ignore lint/suspicious/noArrayIndexKey: the two ends of one whisker.
          key={index}
          x1={at(end, scale)}
          x2={at(end, scale)}
          y1={middlePx - capPx}
          y2={middlePx + capPx}
          {...line}
        />
      ))}
      <circle cx={at(value, scale)} cy={middlePx} r={4} fill={colour} />
    </svg>
  )
}

type AxisProps = { readonly scale: Scale; readonly format: (value: number) => string }

/** The figures under the plots of one metric. */
export const IntervalAxis = ({ scale, format }: AxisProps) => (
  <span className="interval-axis" aria-hidden>
    {scale.ticks.map(tick => (
      <i key={tick} style={{ left: at(tick, scale) }}>
        {format(tick)}
      </i>
    ))}
  </span>
)
