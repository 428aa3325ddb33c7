import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { figure, number } from '../lib/format.ts'
import { facts, named } from '../lib/marks.ts'
import { themeOf, useView } from '../lib/view.ts'
import { moveByKey } from './chart-keys.ts'
import { colour, font, type SeriesColour } from './tokens.ts'

export type Line = {
  readonly label: string
  readonly colour: SeriesColour
  readonly dash?: readonly number[]
  readonly widthPx?: number
  /** 0 to 1: raw values stand faintly under their smoothed line. */
  readonly opacity?: number
  readonly hasPoints?: boolean
  /** A faint area below: for what fills up, such as memory. */
  readonly isFilled?: boolean
}

/** A moment on the x axis worth a word, such as a checkpoint. */
export type Mark = { readonly x: number; readonly label: string }

type Props = {
  /** x first, then one array per line. null is a gap; undefined says nothing of this x, and the line goes on. */
  readonly data: uPlot.AlignedData
  readonly lines: readonly Line[]
  /** What a screen reader says of the curve: its latest value, its trend. */
  readonly label: string
  /** Charts with one key share the cursor. */
  readonly syncKey?: string
  readonly formatX?: (value: number) => string
  readonly formatY?: (value: number) => string
  /** The index under the cursor, null when it leaves, for a legend that says the values. Without it the chart says them. */
  readonly onCursor?: (index: number | null) => void
  readonly marks?: readonly Mark[]
  readonly rangeY?: readonly [number, number]
  readonly isTime?: boolean
  readonly isLogarithmic?: boolean
}

const withOpacity = (hex: string, opacity: number) =>
  hex +
  Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')

/** A count is whole: its decimals would say nothing. */
const plainly = (value: number): string => (Number.isInteger(value) ? number(value) : figure(value))

/** As many decimals as the step between two ticks has, so that two ticks never read the same. */
const decimalsOf = (step: number) => (step >= 1e-6 ? (String(step).split('.')[1] ?? '').length : 8)

/** Curves that grow: uPlot draws on a canvas, 100,000 points in a few milliseconds. Drag zooms, double click resets; for keys, see `moveByKey`. */
export function Chart({
  data,
  lines,
  label,
  syncKey,
  formatX,
  formatY,
  onCursor,
  marks,
  rangeY,
  isTime = false,
  isLogarithmic = false,
}: Props) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const theme = themeOf(useView(view => view.theme))
  const underCursor = useRef<HTMLDivElement>(null)
  const readOut = (index: number): string => {
    const [xs, ...columns] = data
    const values = columns.flatMap((column, line) => {
      const value = column[index]
      if (value === null || value === undefined) return []
      return [`${lines[line]?.label ?? ''} ${(formatY ?? plainly)(value)}`.trim()]
    })
    return named((formatX ?? figure)(xs[index] ?? 0), facts(...new Set(values)) || '–')
  }
  // Not by state: a cursor moves more often than the rest of the chart should be drawn.
  const onIndex = (index: number | null) => {
    if (onCursor) return onCursor(index)
    // New values, not the old ones moved: they stand at the end of their line, and each is as long as it is.
    underCursor.current?.replaceChildren(...(index === null ? [] : [valuesOf(readOut(index))]))
  }
  const latest = useRef({ data, onIndex, marks, rangeY })
  latest.current = { data, onIndex, marks, rangeY }
  const hasRangeY = rangeY !== undefined
  // Without a point there are no axes: they would push the rest aside when they come.
  const hasPoint = useMemo(() => data.slice(1).some(column => column.some(value => typeof value === 'number')), [data])
  useEffect(() => {
    const element = host.current
    if (!element || !hasPoint) return
    const colours = colour[theme]
    const axis = {
      stroke: colours.t3,
      font: `11px ${font.ui}`,
      grid: { stroke: colours.line, width: 1 },
      ticks: { show: false },
      gap: 6,
    }
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: element.clientHeight,
        padding: [8, 26, 0, 0],
        legend: { show: false },
        cursor: {
          ...(syncKey !== undefined && { sync: { key: syncKey } }),
          points: { size: 7, fill: (_plot, line) => colours[lines[line - 1]?.colour ?? 's1'] },
          // Hands shake: a click that moves a little is no wish to see two pixels as wide as all of it.
          drag: { x: true, y: false, dist: 4 },
          // The point before the cursor where a line has none at it: the one that a legend tells the value of.
          hover: { bias: -1 },
          y: false,
        },
        scales: {
          x: { time: isTime },
          y: {
            ...(hasRangeY && {
              range: (_plot: uPlot, min: number, max: number): uPlot.Range.MinMax => [
                ...(latest.current.rangeY ?? ([min, max] as const)),
              ],
            }),
            ...(isLogarithmic && { distr: 3 as const }),
          },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 24,
            // A small chart has room for two names at least.
            space: (_plot: uPlot, _axis: number, _min: number, _max: number, widthPx: number) =>
              widthPx < 260 ? 48 : 70,
            ...(formatX && { values: (_plot: uPlot, ticks: number[]) => ticks.map(formatX) }),
          },
          {
            ...axis,
            size: 52,
            space: 28,
            // A logarithmic axis leaves the ticks between its powers unnamed: they are null.
            values: (_plot: uPlot, ticks: (number | null)[], _axis: number, _space: number, step: number) =>
              ticks.map(value =>
                value === null
                  ? ''
                  : formatY
                    ? formatY(value)
                    : isLogarithmic
                      ? `${value}`
                      : number(value, decimalsOf(step)),
              ),
          },
        ],
        series: [
          {},
          ...lines.map(line => ({
            label: line.label,
            stroke: withOpacity(colours[line.colour], line.opacity ?? 1),
            width: line.widthPx ?? 1.5,
            points: { show: line.hasPoints ?? false, size: 5, fill: colours.canvas },
            spanGaps: false,
            ...(line.isFilled && { fill: withOpacity(colours[line.colour], 0.12) }),
            ...(line.dash && line.dash.length > 0 && { dash: [...line.dash] }),
          })),
        ],
        hooks: {
          setCursor: [each => latest.current.onIndex(each.cursor.idx ?? null)],
          draw: [each => drawMarks(each, latest.current.marks ?? [], colours)],
        },
      },
      latest.current.data,
      element,
    )
    plot.current = made
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: element.clientHeight }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [lines, theme, syncKey, formatX, formatY, hasPoint, hasRangeY, isTime, isLogarithmic])
  useEffect(() => {
    const shown = plot.current
    if (!shown || shown.data === data) return
    // A person who zoomed in keeps looking there while points arrive.
    const { min, max } = shown.scales.x ?? {}
    const [xs] = shown.data
    const [first, last] = [xs[0] ?? 0, xs.at(-1) ?? 0]
    const isZoomed = min !== undefined && max !== undefined && xs.length > 0 && (min > first || max < last)
    shown.setData(data, !isZoomed)
  }, [data])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the marks are read from the latest props while drawing.
  useEffect(() => plot.current?.redraw(false, true), [marks])
  // What a screen reader is told instead of the whole, while a person reads it point by point.
  const [reading, setReading] = useState<string>()
  return (
    <div
      className="chart"
      ref={host}
      role="img"
      aria-label={reading === undefined ? label : facts(label, reading)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its points are read and zoomed by keys.
      tabIndex={0}
      onKeyDown={event => {
        const index = plot.current && moveByKey(plot.current, event)
        if (index === undefined) return
        event.preventDefault()
        setReading(readOut(index))
      }}
      onBlur={() => {
        plot.current?.setCursor({ left: -10, top: -10 })
        setReading(undefined)
      }}
    >
      <div className="chart-at" ref={underCursor} aria-hidden="true" />
    </div>
  )
}

function valuesOf(text: string): HTMLElement {
  const values = document.createElement('span')
  values.textContent = text
  return values
}

function drawMarks(plot: uPlot, marks: readonly Mark[], colours: (typeof colour)['dark' | 'light']): void {
  const context = plot.ctx
  const scale = devicePixelRatio
  context.save()
  context.textBaseline = 'alphabetic'
  context.font = `${11 * scale}px ${font.ui}`
  for (const { x, label } of marks) {
    const at = Math.round(plot.valToPos(x, 'x', true))
    if (at < plot.bbox.left || at > plot.bbox.left + plot.bbox.width) continue
    context.strokeStyle = colours.ctl
    context.lineWidth = scale
    context.setLineDash([3 * scale, 3 * scale])
    context.beginPath()
    context.moveTo(at, plot.bbox.top)
    context.lineTo(at, plot.bbox.top + plot.bbox.height)
    context.stroke()
    context.fillStyle = colours.t3
    // At the right edge a word stands before its line: it would be cut off behind it.
    const isLate = at + 10 * scale + context.measureText(label).width > plot.bbox.left + plot.bbox.width + 20 * scale
    context.textAlign = isLate ? 'right' : 'left'
    context.fillText(label, at + (isLate ? -5 : 5) * scale, plot.bbox.top + 11 * scale)
  }
  context.restore()
}
