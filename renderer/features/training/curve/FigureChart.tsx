import { useMemo } from 'react'
import { Chart, type Line } from '../../../ui/Chart.tsx'
import { align } from './align.ts'
import { formatAxis } from './axis.ts'
import type { XAxis } from './curve.ts'
import { type Columns, type Figure, xOf } from './curve.ts'

const plain: readonly Line[] = [{ label: 'value', colour: 's1', widthPx: 1.25 }]
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
  limit,
}: Props) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the columns grow in place; their version says when.
  const data = useMemo(() => {
    const values = scale === 1 ? columns[figure] : columns[figure].map(each => (each === null ? null : each / scale))
    return align([
      { x: xOf(columns, axis, columns.atMs[0] ?? undefined) ?? [], y: [values] },
      ...(endX === undefined ? [] : [{ x: [endX], y: [] }]),
    ])
  }, [columns, version, figure, axis, endX, scale])
  return (
    <figure>
      <figcaption>
        <span className="ell">{title}</span>
        <b>{value}</b>
      </figcaption>
      <Chart
        data={data as never}
        lines={limit === undefined ? plain : filled}
        label={`${title}: ${value}`}
        syncKey={syncKey}
        formatX={formatAxis[axis]}
        formatY={format}
        {...(limit !== undefined && { rangeY: [0, limit] as const })}
      />
    </figure>
  )
}
