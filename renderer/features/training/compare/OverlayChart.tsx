import { useMemo } from 'react'
import { figure } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { facts, listed, named } from '../../../lib/marks.ts'
import { Chart, type Line } from '../../../ui/Chart.tsx'
import { dash } from '../../../ui/tokens.ts'
import { formatAxis } from '../curve/axis.ts'
import type { XAxis } from '../curve/curve.ts'
import { curveText } from '../curve/text.ts'
import { lookOf, type Overlaid } from './overlay.ts'
import { compareText } from './text.ts'

type Props = {
  readonly overlaid: Overlaid
  /** Names in the order of the curves; those that are hidden keep their place and look. */
  readonly names: readonly string[]
  readonly hidden: ReadonlySet<number>
  readonly axis: XAxis
  readonly isLogarithmic: boolean
  readonly hasPoints: boolean
  readonly onCursor: (index: number | null) => void
}

const nothing: readonly (number | null | undefined)[] = []

/** The curves over each other; the first also shows its raw values. */
export function OverlayChart({ overlaid, names, hidden, axis, isLogarithmic, hasPoints, onCursor }: Props) {
  const text = useText(compareText)
  const { raw } = useText(curveText)
  const key = names.join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names' text stands for their list.
  const lines = useMemo(
    (): readonly Line[] => [
      { label: raw, colour: lookOf(0).colour, opacity: 0.3, widthPx: 1 },
      ...names.map((label, index) => ({
        label,
        colour: lookOf(index).colour,
        dash: dash[lookOf(index).dash] ?? [],
        widthPx: 1.75,
        hasPoints,
      })),
    ],
    [key, hasPoints, raw],
  )
  const [xs, rawValues, ...curves] = overlaid.data
  const data = [
    xs,
    hasPoints || hidden.has(0) ? nothing : rawValues,
    ...curves.map((curve, index) => (hidden.has(index) ? nothing : curve)),
  ]
  const last = curves[0]?.findLast(value => typeof value === 'number')
  return (
    <Chart
      data={data as never}
      lines={lines}
      label={facts(named(text.overlay, listed(names)), `${names[0] ?? ''} ${figure(last)}`)}
      formatX={formatAxis[axis]}
      isLogarithmic={isLogarithmic}
      {...(overlaid.range && { rangeY: overlaid.range })}
      onCursor={onCursor}
    />
  )
}
