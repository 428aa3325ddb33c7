import { Button, Segmented } from 'antd'
import { lazy, Suspense, useMemo } from 'react'
import type { DeploymentDetail } from '../../../main/contract/inference.ts'
import { useNow } from '../../lib/clock.ts'
import { number, timeOfDay } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import { hrefTo, setQuery } from '../../lib/route.ts'
import type { Line } from '../../ui/Chart.tsx'
import { trafficText } from './page-text.ts'
import { trafficSeries } from './traffic-series.ts'

const Chart = lazy(async () => ({ default: (await import('../../ui/Chart.tsx')).Chart }))

export const windowHours = [1, 6, 24] as const

const requestLines = ({ ok, failed }: { readonly ok: string; readonly failed: string }): readonly Line[] => [
  { label: ok, colour: 's1' },
  { label: failed, colour: 's4', dash: [5, 2] },
]
const clockTime = (seconds: number): string => timeOfDay(new Date(seconds * 1000).toISOString()).slice(0, 5)
// The only line of its chart has the chart's name.
const oneLine: readonly Line[] = [{ label: '', colour: 's1' }]
// A minute alone among silent ones is a point, or it would not be seen.
const pointLine: readonly Line[] = [{ label: '', colour: 's1', hasPoints: true }]

/** Where nothing was asked, an axis of its own making would run to a hundred. */
const silence = [0, 4] as const
const isSilent = ([, ...lines]: readonly (readonly (number | null)[])[]): boolean =>
  lines.every(line => line.every(value => value === null || value === 0))

type Props = { readonly deployment: DeploymentDetail; readonly hours: number }

/** Requests, throughput and latency by the minute, and what failed. */
export function TrafficTab({ deployment: { id, name, stats }, hours }: Props) {
  const text = useText(trafficText)
  const now = useNow()
  const minute = Math.floor(now / 60_000)
  const series = useMemo(
    () => trafficSeries(stats.minutes, hours * 60, minute * 60_000),
    [stats.minutes, hours, minute],
  )
  const answeredAndFailed = useMemo(() => requestLines(text), [text])
  const times = [...series.times]
  const latestOf = (values: readonly (number | null)[]) => {
    const latest = values.findLast(value => value !== null)
    return latest === undefined || latest === null ? text.nothing : text.latest(number(latest, latest < 10 ? 1 : 0))
  }
  // A line along zero would say that something failed: it is drawn once something has.
  const hasFailed = series.failed.some(count => count > 0)
  const charts = [
    {
      key: 'requests',
      title: text.requests,
      legend: hasFailed,
      lines: hasFailed ? answeredAndFailed : oneLine,
      data: [times, [...series.answered], ...(hasFailed ? [[...series.failed]] : [])],
      latest: latestOf(series.answered),
    },
    {
      key: 'throughput',
      title: text.throughput,
      lines: oneLine,
      data: [times, [...series.tokensPerSecond]],
      latest: latestOf(series.tokensPerSecond),
    },
    {
      key: 'ttft',
      title: text.firstToken,
      note: text.mean,
      lines: pointLine,
      data: [times, [...series.ttftMs]],
      latest: latestOf(series.ttftMs),
    },
    {
      key: 'answer',
      title: text.answer,
      note: text.mean,
      lines: pointLine,
      data: [times, [...series.latencyMs]],
      latest: latestOf(series.latencyMs),
    },
  ]
  return (
    <div className="scroll grow">
      <div className="toolbar">
        <Segmented
          size="small"
          aria-label={text.window}
          value={hours}
          options={windowHours.map(each => ({ value: each as number, label: text.hours(each) }))}
          onChange={next => setQuery({ hours: String(next) })}
        />
        {series.requests === 0 && (
          <span className="count">{stats.total.requests === 0 ? text.none : text.noneHere(hours)}</span>
        )}
        {stats.total.requests === 0 && (
          <Button size="small" href={hrefTo('playground', { a: name })}>
            {text.play}
          </Button>
        )}
      </div>
      <div className="duo-charts">
        {charts.map(({ key, title, note, legend, lines, data, latest }) => (
          <figure key={key}>
            <figcaption>
              {title}
              {note !== undefined && <small className="dim">{note}</small>}
              <span className="grow" />
              {legend && <RequestLegend />}
            </figcaption>
            <div className="chart-box">
              <Suspense fallback={null}>
                <Chart
                  data={data as never}
                  lines={lines}
                  label={named(title, latest)}
                  syncKey={`deployment ${id}`}
                  {...(isSilent(data) && { rangeY: silence })}
                  formatX={clockTime}
                  isTime
                />
              </Suspense>
            </div>
          </figure>
        ))}
      </div>
      {series.errors.length > 0 && (
        <section className="sec">
          <h2>{text.errors}</h2>
          <table className="plain errors-table">
            <thead>
              <tr>
                <th>{text.errorCode}</th>
                <th className="right">{text.count}</th>
              </tr>
            </thead>
            <tbody>
              {series.errors.map(([code, count]) => (
                <tr key={code}>
                  <td className="mono">{code}</td>
                  <td className="right">{number(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  )
}

function RequestLegend() {
  const text = useText(trafficText)
  return (
    <span className="traffic-legend">
      <Swatch colour="s1" />
      {text.ok}
      <Swatch colour="s4" dash="5 2" />
      {text.failed}
    </span>
  )
}

const Swatch = ({ colour, dash }: { readonly colour: string; readonly dash?: string }) => (
  <svg width="20" height="6" aria-hidden>
    <path d="M0 3h20" stroke={`var(--${colour})`} strokeWidth="2" strokeDasharray={dash} />
  </svg>
)
