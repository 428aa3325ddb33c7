import { Select } from 'antd'
import { useMemo } from 'react'
import { figure as figureWords } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { named } from '../../../lib/marks.ts'
import { formatLarge } from './axis.ts'
import type { Columns, XAxis } from './curve.ts'
import { FigurePlot } from './FigureChart.tsx'
import { curveText } from './text.ts'
import { useOtherFigures } from './use-other-figures.ts'

type Props = {
  readonly runId: string
  readonly columns: Columns
  readonly version: number
  readonly axis: XAxis
  readonly endX: number | undefined
  readonly smoothing: number
  readonly syncKey: string
  /** `gradNorm`, or one of the trainer's own names. */
  readonly chosen: string
  readonly onChoose: (name: string) => void
}

/** The gradient norm, or whatever else the method reports, such as the margin between rewards. */
export function ChosenFigure({ runId, columns, version, axis, endX, smoothing, syncKey, chosen, onChoose }: Props) {
  const text = useText(curveText)
  const other = useOtherFigures(runId)
  const isOwn = chosen !== 'gradNorm' && other.names.includes(chosen)
  const shown = isOwn ? chosen : 'gradNorm'
  // biome-ignore lint/correctness/useExhaustiveDependencies: both grow in place; their versions say when.
  const { series, values } = useMemo(() => {
    if (!isOwn) return { series: columns, values: [...columns.gradNorm] }
    const { points } = other
    const at: Columns = {
      ...columns,
      step: points.map(({ step }) => step),
      epoch: points.map(({ epoch }) => epoch),
      atMs: points.map(point => (point.at === undefined ? null : Date.parse(point.at))),
    }
    return { series: at, values: points.map(({ more }) => more?.[shown] ?? null) }
  }, [columns, version, other.points, other.version, shown, isOwn])
  const value = figureWords(values.findLast(each => each !== null))
  const name = isOwn ? shown : text.gradNorm
  return (
    <FigurePlot
      label={named(name, value)}
      title={
        other.names.length === 0 ? (
          name
        ) : (
          <Select
            size="small"
            variant="borderless"
            className="figure-choice"
            aria-label={text.figure}
            popupMatchSelectWidth={false}
            value={shown}
            options={[
              { value: 'gradNorm', label: text.gradNorm },
              ...other.names.map(each => ({ value: each, label: each })),
            ]}
            onChange={onChoose}
          />
        )
      }
      value={value}
      columns={series}
      values={values}
      axis={axis}
      endX={endX}
      smoothing={smoothing}
      syncKey={syncKey}
      format={formatLarge}
    />
  )
}
