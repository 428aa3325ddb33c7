import { useMemo, useState } from 'react'
import { figure, gib, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { setQuery, useRoute } from '../../../lib/route.ts'
import { Counting } from '../../../ui/bits.tsx'
import type { Mark } from '../../../ui/Chart.tsx'
import { FailureFault } from '../../../ui/Fault.tsx'
import { axisEnd, formatAxis, formatLarge, formatRate } from '../curve/axis.ts'
import { ChosenFigure } from '../curve/ChosenFigure.tsx'
import { CurveControls } from '../curve/CurveControls.tsx'
import { lastOf, maxOf, newest, xAtStep } from '../curve/curve.ts'
import { useCurveView } from '../curve/curve-view.ts'
import { FigureChart } from '../curve/FigureChart.tsx'
import { type LossAt, LossChart } from '../curve/LossChart.tsx'
import { Swatch } from '../curve/Swatch.tsx'
import { curveText } from '../curve/text.ts'
import type { LiveCurve } from '../curve/use-curve.ts'
import { runText } from './text.ts'
import type { ShownRun } from './use-run.ts'

const GiB = 2 ** 30
// More words than that would lie on each other.
const mostLabels = 12
const formatGib = (value: number): string => number(value, value < 10 ? 1 : 0)

/** The run's curves, with the legend that reads them under the cursor. */
export function RunCharts({ shown, live }: { readonly shown: ShownRun; readonly live: LiveCurve }) {
  const text = useText(curveText)
  const { checkpointMark } = useText(runText)
  const [view, setView] = useCurveView()
  const [at, setAt] = useState<LossAt>()
  const { query } = useRoute()
  const { run, isAlive } = shown
  const { curve, version } = live
  const { train, validation } = curve
  const hasTime = train.atMs.length > 0 && train.atMs[0] !== null
  const axis = view.axis === 'time' && !hasTime ? 'step' : view.axis
  const endX =
    isAlive && axis === 'step' && run.totalSteps !== undefined
      ? axisEnd(train.step.at(-1) ?? 0, run.totalSteps)
      : undefined
  const { checkpoints } = run
  // biome-ignore lint/correctness/useExhaustiveDependencies: the curve grows in place; its version says when.
  const marks = useMemo(
    () =>
      checkpoints.flatMap(({ step }, index): Mark[] => {
        const x = xAtStep(train, axis, step)
        const isNamed = checkpoints.length <= mostLabels || index === checkpoints.length - 1
        return x === undefined ? [] : [{ x, label: isNamed ? checkpointMark(number(step)) : '' }]
      }),
    [checkpoints, train, version, axis, checkpointMark],
  )
  // What preferences are learned by is the margin between the rewards; elsewhere the gradient says most.
  const chosen = query.figure ?? (run.method === 'dpo' || run.method === 'kto' ? 'rewards/margins' : 'gradNorm')
  // Not at every step of the cursor: they go through every point.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the curve grows in place; its version says when.
  const latest = useMemo(
    () => ({
      learningRate: lastOf(train, 'learningRate'),
      tokensPerSecond: lastOf(train, 'tokensPerSecond'),
      memoryBytes: lastOf(train, 'memoryBytes'),
      mostBytes: maxOf(train.memoryBytes) ?? 0,
    }),
    [train, version],
  )
  const memoryLimit = Math.max(run.memory?.totalBytes ?? 0, latest.mostBytes) / GiB
  const shared = { columns: train, version, axis, endX, syncKey: run.id } as const
  const shownView = { ...view, axis }
  return (
    <div className="run">
      <aside className="run-set scroll" aria-label={text.curves}>
        <h2 className="h2">{text.curves}</h2>
        <ul className="curve-legend">
          <LegendLine colour="s1" dash={0} name={text.train} value={at?.train ?? newest(train, 'loss')} />
          <LegendLine
            colour="s2"
            dash={1}
            name={text.validation}
            value={at?.validation ?? newest(validation, 'loss')}
          />
        </ul>
        <CurveControls view={shownView} hasTime={hasTime} onChange={setView} />
        <p className="dim run-hint">{text.points(number(train.step.length + validation.step.length))}</p>
      </aside>
      <div className="run-charts" aria-busy={live.isLoading}>
        {live.error ? (
          <div className="sec">
            <FailureFault error={live.error} title={text.failed} onRetry={live.retry} />
          </div>
        ) : null}
        <figure className="big">
          <figcaption>
            {text.loss}
            <span className="dim">
              {at?.x === undefined
                ? live.isLoading
                  ? ''
                  : train.step.length === 0
                    ? text.none
                    : train.loss.every(value => value === null)
                      ? text.noNumber
                      : ''
                : text.at(text[axis], formatAxis[axis](at.x))}
            </span>
          </figcaption>
          <LossChart
            curve={curve}
            version={version}
            view={shownView}
            endX={endX}
            marks={marks}
            syncKey={run.id}
            onCursor={setAt}
          />
        </figure>
        <FigureChart
          {...shared}
          title={text.learningRate}
          value={figure(latest.learningRate)}
          figure="learningRate"
          format={formatRate}
        />
        <ChosenFigure
          {...shared}
          runId={run.id}
          smoothing={view.smoothing}
          chosen={chosen}
          onChoose={name => setQuery({ figure: name })}
        />
        <FigureChart
          {...shared}
          title={text.tokensPerSecond}
          value={known(latest.tokensPerSecond, number)}
          figure="tokensPerSecond"
          smoothing={view.smoothing}
          format={formatLarge}
        />
        <FigureChart
          {...shared}
          title={text.memory}
          value={known(latest.memoryBytes, gib)}
          figure="memoryBytes"
          scale={GiB}
          limit={latest.mostBytes > 0 ? memoryLimit * 1.05 : undefined}
          format={formatGib}
        />
      </div>
    </div>
  )
}

/** A figure in words; a dash before the first one was measured. */
const known = (value: number | undefined, words: (value: number) => string): string =>
  value === undefined ? '–' : words(value)

type LegendProps = {
  readonly colour: 's1' | 's2'
  readonly dash: number
  readonly name: string
  readonly value: number | undefined
}
const LegendLine = ({ colour, dash, name, value }: LegendProps) => (
  <li>
    <Swatch colour={colour} dash={dash} />
    <span className="ell">{name}</span>
    <Counting value={figure(value)} />
  </li>
)
