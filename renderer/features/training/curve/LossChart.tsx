import { useMemo } from 'react'
import { figure, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { Chart, type Line, type Mark } from '../../../ui/Chart.tsx'
import { dash } from '../../../ui/tokens.ts'
import { align } from './align.ts'
import { formatAxis } from './axis.ts'
import { type Curve, lastOf, valueAt, xOf } from './curve.ts'
import type { CurveView } from './curve-view.ts'
import { rangeOf, smooth } from './smooth.ts'
import { curveText } from './text.ts'

type Names = { readonly raw: string; readonly train: string; readonly validation: string }
const lossLines = ({ raw, train, validation }: Names): readonly Line[] => [
  { label: raw, colour: 's1', opacity: 0.3, widthPx: 1 },
  { label: train, colour: 's1', widthPx: 1.75 },
  { label: validation, colour: 's2', widthPx: 1.5, dash: dash[1] ?? [], hasPoints: true },
]

/** What the legend shows: the values under the cursor, or the newest. */
export type LossAt = {
  readonly x: number | undefined
  readonly train?: number | undefined
  readonly validation?: number | undefined
}

type Props = {
  readonly curve: Curve
  readonly version: number
  readonly view: CurveView
  /** Where the x axis ends while the run goes on; undefined: at the last point. */
  readonly endX: number | undefined
  readonly marks: readonly Mark[]
  readonly syncKey: string
  readonly onCursor: (at: LossAt | undefined) => void
}

/** Raw loss at 30 % under its smoothed line, and what the validation rows say. */
export function LossChart({ curve, version, view, endX, marks, syncKey, onCursor }: Props) {
  const text = useText(curveText)
  const lines = useMemo(() => lossLines(text), [text])
  const { axis, smoothing, isLogarithmic } = view
  // biome-ignore lint/correctness/useExhaustiveDependencies: the curve grows in place; its version says when.
  const { data, range } = useMemo(() => {
    const startMs = curve.train.atMs[0] ?? curve.validation.atMs[0] ?? undefined
    const drawable = (values: readonly (number | null)[]) =>
      isLogarithmic ? values.map(value => (value !== null && value > 0 ? value : null)) : values
    const x = xOf(curve.train, axis, startMs) ?? []
    const raw = drawable(curve.train.loss)
    const measuredX = xOf(curve.validation, axis, startMs) ?? []
    const measured = drawable(curve.validation.loss)
    return {
      data: align([
        { x, y: [raw, smooth(x, raw, smoothing)] },
        { x: measuredX, y: [measured] },
        ...(endX === undefined ? [] : [{ x: [endX], y: [] }]),
      ]),
      range: joined(rangeOf(raw, isLogarithmic), rangeOf(measured, isLogarithmic)),
    }
  }, [curve, version, axis, smoothing, isLogarithmic, endX])
  const last = lastOf(curve.train, 'loss')
  return (
    <Chart
      data={data as never}
      lines={lines}
      label={text.trend(text.train, figure(last), number(curve.train.step.at(-1) ?? 0))}
      syncKey={syncKey}
      formatX={formatAxis[axis]}
      marks={marks}
      isLogarithmic={isLogarithmic}
      {...(range && { rangeY: range })}
      onCursor={index => {
        if (index === null) return onCursor(undefined)
        const [xs, , train = [], validation = []] = data
        onCursor({ x: xs[index], train: valueAt(train, index), validation: valueAt(validation, index) })
      }}
    />
  )
}

type Range = readonly [number, number]
const joined = (a: Range | undefined, b: Range | undefined): Range | undefined =>
  a && b ? [Math.min(a[0], b[0]), Math.max(a[1], b[1])] : (a ?? b)
