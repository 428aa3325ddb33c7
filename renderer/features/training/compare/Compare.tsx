import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useMemo, useState } from 'react'
import type { Outputs } from '../../../../main/contract/index.ts'
import { api } from '../../../lib/client.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { listed } from '../../../lib/marks.ts'
import { hrefTo, setQuery, useRoute } from '../../../lib/route.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { FailureFault } from '../../../ui/Fault.tsx'
import { Page } from '../../../ui/Page.tsx'
import { formatAxis } from '../curve/axis.ts'
import { CurveControls } from '../curve/CurveControls.tsx'
import { valueAt } from '../curve/curve.ts'
import { useCurveView } from '../curve/curve-view.ts'
import { curveText } from '../curve/text.ts'
import { mostMarked } from '../list/marks.ts'
import { useWords } from '../words.ts'
import { Differences, shownValue, useDifferenceLabel } from './Differences.tsx'
import { Legend } from './Legend.tsx'
import { OverlayChart } from './OverlayChart.tsx'
import { overlay } from './overlay.ts'
import { RunPicker } from './RunPicker.tsx'
import { compareText } from './text.ts'
import { useCurves } from './use-curves.ts'

const tunedFirst = ['learningRate', 'loraRank', 'globalBatchSize', 'epochs']
const assets = ['model', 'datasets', 'method']
/** Where a difference stands among those that tell a run from the others. */
function weightOf(key: string): number {
  const place = tunedFirst.indexOf(key)
  return place >= 0 ? place : assets.includes(key) ? tunedFirst.length + 1 : tunedFirst.length
}

/** Several runs over each other: their curves, where each came to, and in what they differ. */
export function Compare() {
  const text = useText(compareText)
  const { query } = useRoute()
  const idText = query.ids ?? ''
  const ids = useMemo(() => [...new Set(idText.split(',').filter(Boolean))].slice(0, mostMarked), [idText])
  const change = (next: readonly string[]) => setQuery({ ids: next.join(',') })
  const comparison = useQuery({
    ...api.training.compare.queryOptions({ input: { id: [...ids] } }),
    enabled: ids.length >= 2,
  })
  return (
    <Page
      crumb={<a href={hrefTo('training')}>{text.runs}</a>}
      title={text.title}
      actions={<RunPicker taken={ids} onPick={id => change([...ids, id])} />}
    >
      {ids.length < 2 ? (
        <Empty title={text.few}>{text.fewWhy}</Empty>
      ) : comparison.error ? (
        <div className="sec grow">
          <FailureFault error={comparison.error} title={text.unread} onRetry={() => void comparison.refetch()} />
        </div>
      ) : comparison.data ? (
        <Overlay key={idText} ids={ids} comparison={comparison.data} onChange={change} />
      ) : (
        <div className="run-page" aria-busy="true" />
      )}
    </Page>
  )
}

type OverlayProps = {
  readonly ids: readonly string[]
  readonly comparison: Outputs['training']['compare']
  readonly onChange: (ids: readonly string[]) => void
}

function Overlay({ ids, comparison, onChange }: OverlayProps) {
  const text = useText(compareText)
  const curveWords = useText(curveText)
  const words = useWords()
  const labelOf = useDifferenceLabel()
  const [view, setView] = useCurveView()
  const [which, setWhich] = useState<'train' | 'validation'>('train')
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set())
  const [at, setAt] = useState<number | null>(null)
  const { runs, differences } = comparison
  // Runs are named by id or name in the address; events and curves know them by id.
  const runIds = useMemo(() => runs.map(run => run.id), [runs])
  const { curves, version, errors, retry } = useCurves(runIds)
  const hasTime = curves.every(({ train }) => train.atMs[0] !== null)
  const axis = view.axis === 'time' && !hasTime ? 'step' : view.axis
  // biome-ignore lint/correctness/useExhaustiveDependencies: curves grow in place; their version says when.
  const overlaid = useMemo(
    () => overlay(curves, which, { ...view, axis }),
    [curves, version, which, axis, view.smoothing, view.isLogarithmic],
  )
  const [xs, , ...lines] = overlaid.data
  const index = at ?? xs.length - 1
  const failed = errors.findIndex(error => error !== null)
  const noteOf = (run: number) =>
    // What people tune comes first, names of models and data last: they are long, and mostly the same.
    listed(
      differences
        .toSorted((a, b) => weightOf(a.key) - weightOf(b.key))
        .slice(0, 3)
        .map(({ key, values }) => `${labelOf(key)} ${shownValue(words, key, values[run])}`),
    )
  const pointCount = curves.reduce((sum, { train, validation }) => sum + train.step.length + validation.step.length, 0)
  return (
    <div className="run-page scroll">
      <div className="run compare">
        <aside className="run-set scroll" aria-label={text.overlay}>
          <h2 className="h2">{text.overlay}</h2>
          <Legend
            runs={runs}
            values={lines.map(line => valueAt(line, index))}
            isOutside={overlaid.isOutside}
            hidden={hidden}
            noteOf={noteOf}
            onToggle={run =>
              setHidden(before => {
                const next = new Set(before)
                if (!next.delete(run)) next.add(run)
                return next
              })
            }
            onTakeOut={gone => onChange(ids.filter((each, place) => each !== gone && runs[place]?.id !== gone))}
          />
          <CurveControls view={{ ...view, axis }} hasTime={hasTime} onChange={setView} />
          <p className="dim run-hint">{text.points(number(pointCount))}</p>
        </aside>
        <div className="run-charts one">
          <figure className="big">
            <figcaption>
              <Segmented<'train' | 'validation'>
                size="small"
                aria-label={text.which}
                value={which}
                options={[
                  { value: 'train', label: text.train },
                  { value: 'validation', label: text.validation },
                ]}
                onChange={setWhich}
              />
              <span className="dim">
                {at === null ? '' : curveWords.at(curveWords[axis], formatAxis[axis](xs[at] ?? 0))}
              </span>
            </figcaption>
            {failed >= 0 ? (
              <FailureFault
                error={errors[failed]}
                title={text.curveUnread(runs[failed]?.name ?? '')}
                onRetry={() => retry(failed)}
              />
            ) : (
              <OverlayChart
                overlaid={overlaid}
                names={runs.map(run => run.name)}
                hidden={hidden}
                axis={axis}
                isLogarithmic={view.isLogarithmic}
                hasPoints={which === 'validation'}
                onCursor={setAt}
              />
            )}
          </figure>
        </div>
      </div>
      <Differences comparison={comparison} />
    </div>
  )
}
