import { memo, useMemo } from 'react'
import { useText } from '../../../lib/i18n.ts'
import { named } from '../../../lib/marks.ts'
import { Counting } from '../../../ui/bits.tsx'
import { Chart, type Line } from '../../../ui/Chart.tsx'
import { align } from './align.ts'
import { formatAxis } from './axis.ts'
import { type Columns, type Figure, type XAxis, xOf } from './curve.ts'
import { smooth } from './smooth.ts'
import { curveText } from './text.ts'

const plain: readonly Line[] = [{ label: '', colour: 's1', widthPx: 1.25 }]
const smoothed = (label: string): readonly Line[] => [
  { label: '', colour: 's1', opacity: 0.3, widthPx: 1 },
  { label, colour: 's1', widthPx: 1.5 },
]
const filled: readonly Line[] = [{ label: '', colour: 's1', widthPx: 1.25, isFilled: true }]

type Shared = {
  /** The newest value, as words. */
  readonly value: string
  readonly columns: Columns
  readonly axis: XAxis
  readonly endX: number | undefined
  readonly syncKey: string
  readonly format: (value: number) => string
  /** For what jumps from step to step: the values stand faintly under their smoothed line. 0 to 1. */
  readonly smoothing?: number
  /** A capacity: the axis begins at 0 and ends at this limit, in drawn units. */
  readonly limit?: number | undefined
}

type PlotProps = Shared & {
  readonly title: React.ReactNode
  readonly label: string
  readonly values: readonly (number | null)[]
}

/** A small chart under its name and its newest value. */
export function FigurePlot(props: PlotProps) {
  const { title, label, value, columns, values, axis, endX, syncKey, format, smoothing, limit } = props
  const text = useText(curveText)
  const withSmoothed = useMemo(() => smoothed(text.smoothed), [text])
  const lines = limit !== undefined ? filled : smoothing === undefined ? plain : withSmoothed
  const data = useMemo(() => {
    const x = xOf(columns, axis, columns.atMs[0] ?? undefined) ?? []
    return align([
      { x, y: smoothing === undefined ? [values] : [values, smooth(x, values, smoothing)] },
      ...(endX === undefined ? [] : [{ x: [endX], y: [] }]),
    ])
  }, [columns, values, axis, endX, smoothing])
  return (
    <figure>
      <figcaption>
        <span className="ell">{title}</span>
        <Counting value={value} />
      </figcaption>
      <Chart
        data={data as never}
        lines={lines}
        label={label}
        syncKey={syncKey}
        formatX={formatAxis[axis]}
        formatY={format}
        {...(limit !== undefined && { rangeY: [0, limit] as const })}
      />
    </figure>
  )
}

type Props = Shared & {
  readonly title: string
  readonly version: number
  readonly figure: Figure
  /** What is drawn of a value, such as GiB of bytes. */
  readonly scale?: number
}

/** One figure of the trainer over the run; not drawn again while the cursor runs over another. */
export const FigureChart = memo(({ version, figure, scale = 1, columns, title, value, ...rest }: Props) => {
  // A new list each time: the columns grow in place, and their version says when.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  const values = useMemo(
    () => columns[figure].map(each => (each === null ? null : each / scale)),
    [columns, version, figure, scale],
  )
  return (
    <FigurePlot {...rest} title={title} label={named(title, value)} value={value} columns={columns} values={values} />
  )
})
