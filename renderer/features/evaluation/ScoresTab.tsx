import type { Comparison, EvaluationDetail } from '../../../main/contract/evaluation.ts'
import { number } from '../../lib/format.ts'
import { type Text, useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { Section } from '../../ui/bits.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import { IntervalAxis, IntervalPlot } from './IntervalPlot.tsx'
import { colourOf, ObjectMark } from './objects.tsx'
import { differenceWords, scaleOf, scoreWords, type Verdict, verdictOf } from './scores.ts'
import { scoresText } from './text.ts'
import { type MetricWords, useMetrics } from './use-metrics.ts'

type Props = { readonly evaluation: EvaluationDetail }

/** Each metric with its intervals on one axis, and what the differences mean in words. */
export function ScoresTab({ evaluation }: Props) {
  const text = useText(scoresText)
  const { byName } = useMetrics()
  const isScored = evaluation.objects.some(({ scores }) => scores.length > 0)
  if (!isScored) return <p className="sec dim">{text.none}</p>
  return (
    <>
      {evaluation.metrics.map(name => {
        const metric = byName.get(name)
        return metric ? <MetricScores key={name} metric={metric} evaluation={evaluation} /> : null
      })}
      <Cost evaluation={evaluation} />
    </>
  )
}

function MetricScores({ metric, evaluation }: Props & { readonly metric: MetricWords }) {
  const text = useText(scoresText)
  const { objects } = evaluation
  const scores = objects.map(object => object.scores.find(score => score.metric === metric.name))
  const known = scores.filter(score => score !== undefined)
  const comparisons = evaluation.comparisons.filter(comparison => comparison.metric === metric.name)
  if (known.length === 0)
    return (
      <Section title={metric.title}>
        <p className="dim">{text.noReference}</p>
      </Section>
    )
  const scale = scaleOf(known, metric.unit)
  const words = (value: number) => scoreWords(value, metric.unit)
  return (
    <Section title={metric.title} side={<small>{metric.description}</small>}>
      <table className="plain score-table">
        <thead>
          <tr>
            <th className="score-name">{text.object}</th>
            <th className="score-plot" />
            <th className="right w-score">{metric.title}</th>
            <th className="right w-interval">{text.interval}</th>
            <th className="right w-rows">{text.rows}</th>
            <th className="against">{objects.length > 1 && text.against(objects[0]?.name ?? '')}</th>
          </tr>
        </thead>
        <tbody>
          {objects.map((object, index) => {
            const score = scores[index]
            return (
              <tr key={object.name}>
                <td className="score-name">
                  <span className="nm">
                    <ObjectMark index={index} />
                    <span className="ell" dir="auto" title={object.name}>
                      {object.name}
                    </span>
                  </span>
                </td>
                <td className="score-plot">
                  {score && (
                    <IntervalPlot
                      scale={scale}
                      {...score}
                      colour={colourOf(index)}
                      label={text.plot(
                        object.name,
                        words(score.value),
                        words(score.low),
                        words(score.high),
                        number(score.rows),
                      )}
                    />
                  )}
                </td>
                <td className="right">
                  <b>{score ? words(score.value) : '–'}</b>
                </td>
                <td className="right dim w-interval">{score && `${words(score.low)} – ${words(score.high)}`}</td>
                <td className="right dim">{score && number(score.rows)}</td>
                <td className="against">
                  <Against
                    comparison={comparisons.find(({ second }) => second === object.name)}
                    metric={metric}
                    isBaseline={index === 0 && objects.length > 1}
                  />
                </td>
              </tr>
            )
          })}
          <tr className="score-axis" aria-hidden>
            <td />
            <td className="score-plot">
              <IntervalAxis scale={scale} format={value => axisWords(value, metric.unit, scale.high - scale.low)} />
            </td>
            <td />
            <td className="w-interval" />
            <td />
            <td className="against" />
          </tr>
        </tbody>
      </table>
      {comparisons.map(comparison => (
        <VerdictLine key={comparison.second} comparison={comparison} metric={metric} evaluation={evaluation} />
      ))}
    </Section>
  )
}

/** Ticks carry no decimals unless the axis is short. */
const axisWords = (value: number, unit: MetricWords['unit'], span: number): string =>
  unit === 'fraction' ? `${number(value * 100, span < 0.04 ? 1 : 0)}%` : number(value, span < 4 ? 1 : 0)

type AgainstProps = {
  readonly comparison: Comparison | undefined
  readonly metric: MetricWords
  readonly isBaseline: boolean
}
function Against({ comparison, metric, isBaseline }: AgainstProps) {
  const text = useText(scoresText)
  if (isBaseline) return <span className="dim">{text.baseline}</span>
  if (!comparison) return null
  if (isSame(comparison)) return <span className="dim">{text.same}</span>
  const verdict = verdictOf(comparison, metric.direction)
  const difference = differenceWords(comparison.difference, metric.unit)
  return (
    <span className="nm">
      <b>{metric.unit === 'fraction' ? text.points(difference) : text.characters(difference)}</b>
      <span className={tone[verdict]}>{text[verdict]}</span>
    </span>
  )
}

/** Not even one row was scored differently enough to move the mean. */
const isSame = ({ difference, low, high }: Comparison): boolean => difference === 0 && low === 0 && high === 0

const tone: Record<Verdict, string> = { better: 'tx-ok', worse: 'tx-err', unsure: 'dim' }

const sayOf = (text: Text<typeof scoresText>, verdict: Verdict) =>
  ({ better: text.verdictBetter, worse: text.verdictWorse, unsure: text.verdictUnsure })[verdict]

function VerdictLine({
  comparison,
  metric,
  evaluation,
}: Props & { readonly comparison: Comparison; readonly metric: MetricWords }) {
  const text = useText(scoresText)
  const verdict = verdictOf(comparison, metric.direction)
  // What is lower is told as a size where the word says the direction.
  const size = (value: number) => {
    const words = differenceWords(value, metric.unit)
    return verdict === 'unsure' ? words : words.replace(/^[+−]/, '')
  }
  const withUnit = (words: string) => (metric.unit === 'fraction' ? text.points(words) : text.characters(words))
  const { second, difference, low, high } = comparison
  const [near, far] = [low, high].sort((a, b) => Math.abs(a) - Math.abs(b))
  const ends = verdict === 'unsure' ? [size(low), size(high)] : [size(near ?? low), size(far ?? high)]
  const words = isSame(comparison)
    ? text.verdictSame(second, comparison.first)
    : sayOf(text, verdict)(second, withUnit(size(difference)), ends[0] ?? '', ends[1] ?? '')
  return (
    <p className="score-verdict">
      <Glyph state={verdict === 'better' ? 'ok' : verdict === 'worse' ? 'warn' : 'review'} size={14} />
      <span dir="auto">{words}</span>
      <span className="grow" />
      <a
        className="link"
        href={hrefTo('evaluations', evaluation.id, {
          tab: 'rows',
          metric: metric.name,
          a: comparison.first,
          b: second,
          filter: verdict === 'worse' ? 'first' : verdict === 'better' ? 'second' : 'differ',
        })}
      >
        {text.seeRows}
      </a>
    </p>
  )
}

function Cost({ evaluation: { objects } }: Props) {
  const text = useText(scoresText)
  return (
    <Section title={text.cost}>
      <table className="plain score-table cost-table">
        <thead>
          <tr>
            <th>{text.object}</th>
            <th className="right">
              {`${text.latency} `}
              <span className="dim">{text.pair}</span>
            </th>
            <th className="right">{text.tokens}</th>
            <th className="right">{text.failed}</th>
            <th className="right">{text.rows}</th>
          </tr>
        </thead>
        <tbody>
          {objects.map(({ name, latencyMs, completionTokens, failedRows, rows }, index) => (
            <tr key={name}>
              <td className="score-name">
                <span className="nm">
                  <ObjectMark index={index} />
                  <span className="ell" dir="auto" title={name}>
                    {name}
                  </span>
                </span>
              </td>
              <td className="right">{latencyMs ? `${number(latencyMs.p50)} / ${number(latencyMs.p95)}` : '–'}</td>
              <td className="right">{number(completionTokens)}</td>
              <td className={failedRows > 0 ? 'right tx-err' : 'right dim'}>{number(failedRows)}</td>
              <td className="right dim">{number(rows)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  )
}
