import { useMemo } from 'react'
import { Chart, type Line } from '../../../ui/Chart.tsx'
import { align } from './align.ts'
import { formatAxis } from './axis.ts'
import { type Columns, type Figure, type XAxis, xOf } from './curve.ts'
import { smooth } from './smooth.ts'

const plain: readonly Line[] = [{ label: 'value', colour: 's1', widthPx: 1.25 }]
const smoothed: readonly Line[] = [
  { label: 'raw', colour: 's1', opacity: 0.3, widthPx: 1 },
  { label: 'value', colour: 's1', widthPx: 1.5 },
]
const filled: readonly Line[] = [{ label: 'value', colour: 's1', widthPx: 1.25, isFilled: true }]

type Props = {
  readonly title: string
  /** The newest value, as words. */
  readonly value: string
  readonly columns: Columns
  readonly version: number
  readonly figure: Figure
  readonly axis: XAxis
  readonly endX: number | undefined
  readonly syncKey: string
  readonly format: (value: number) => string
  /** What is drawn of a value, such as GiB of bytes. */
  readonly scale?: number
  /** For what jumps from step to step: the values stand faintly under their smoothed line. 0 to 1. */
  readonly smoothing?: number
  /** A capacity: the axis begins at 0 and ends at this limit, in drawn units. */
  readonly limit?: number | undefined
}

/** One figure of the trainer over the run. */
export function FigureChart({
  title,
  value,
  columns,
  version,
  figure,
  axis,
  endX,
  syncKey,
  format,
  scale = 1,
  smoothing,
  limit,
}: Props) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the columns grow in place; their version says when.
  const data = useMemo(() => {
    const values = scale === 1 ? columns[figure] : columns[figure].map(each => (each === null ? null : each / scale))
    const x = xOf(columns, axis, columns.atMs[0] ?? undefined) ?? []
    return align([
      { x, y: smoothing === undefined ? [values] : [values, smooth(x, values, smoothing)] },
      ...(endX === undefined ? [] : [{ x: [endX], y: [] }]),
    ])
  }, [columns, version, figure, axis, endX, scale, smoothing])
  return (
    <figure>
      <figcaption>
        <span className="ell">{title}</span>
        <b>{value}</b>
      </figcaption>
      <Chart
        data={data as never}
        lines={limit !== undefined ? filled : smoothing === undefined ? plain : smoothed}
        label={`${title}: ${value}`}
        syncKey={syncKey}
        formatX={formatAxis[axis]}
        formatY={format}
        {...(limit !== undefined && { rangeY: [0, limit] as const })}
      />
    </figure>
  )
}
