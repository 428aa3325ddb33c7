import uPlot from 'uplot'

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** The fewest points that a chart is zoomed into. */
const fewest = 4

/**
 * What the pointer does with a chart, by keys: arrows, Page, Home and End move the cursor through the points in view;
 * `+` and `-` look closer and further around it; `0` shows all of it again.
 * @returns the index under the cursor after the key; undefined when the key means nothing to a chart
 */
export function moveByKey(plot: uPlot, { key, ctrlKey, metaKey, altKey }: Key): number | undefined {
  const [xs] = plot.data
  const { min, max } = plot.scales.x ?? {}
  if (ctrlKey || metaKey || altKey || xs.length === 0 || typeof min !== 'number' || typeof max !== 'number') return
  const [first, last] = [plot.valToIdx(min), plot.valToIdx(max)]
  const at = plot.cursor.idx ?? undefined
  const page = Math.max(1, Math.round((last - first) / 10))
  // Without a cursor yet, the newest point is the first to be read.
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: at === undefined ? last : at - 1,
    ArrowRight: at === undefined ? last : at + 1,
    PageUp: (at ?? last) - page,
    PageDown: (at ?? last) + page,
    Home: first,
    End: last,
  }
  const step = steps[key]
  if (step !== undefined) return show(plot, Math.max(first, Math.min(last, step)))
  const zoomed = zoomOf(key, { xs, first, last, min, max, at: at ?? last })
  if (!zoomed) return undefined
  plot.setScale('x', { min: zoomed[0], max: zoomed[1] })
  return show(plot, at ?? last)
}

type View = {
  readonly xs: ArrayLike<number>
  readonly first: number
  readonly last: number
  readonly min: number
  readonly max: number
  readonly at: number
}

/** The part of the x axis that a key asks for; the cursor stays where it is drawn. */
function zoomOf(key: string, { xs, first, last, min, max, at }: View): readonly [number, number] | undefined {
  const [from, to, here] = [xs[0] ?? min, xs[xs.length - 1] ?? max, xs[at] ?? max]
  if (key === '0') return [from, to]
  if (key === '+' || key === '=') {
    if (last - first < fewest) return [min, max]
    return [here - (here - min) / 2, here + (max - here) / 2]
  }
  if (key === '-') return [Math.max(from, here - (here - min) * 2), Math.min(to, here + (max - here) * 2)]
  return undefined
}

/** Puts the cursor on a point, here and on every chart that shares it. */
function show(plot: uPlot, index: number): number {
  const left = plot.valToPos(plot.data[0][index] ?? 0, 'x')
  plot.setCursor({ left, top: 0 })
  const { clientWidth, clientHeight } = plot.over
  const key = plot.cursor.sync?.key
  if (key) uPlot.sync(key).pub('mousemove', plot, left, 0, clientWidth, clientHeight, index)
  return index
}
