import { type KeyboardEvent, type MouseEvent, memo, useId, useLayoutEffect, useRef, useState } from 'react'
import { useScaledScroll } from './use-scaled-scroll.ts'

export type Column = {
  readonly key: string
  readonly title: React.ReactNode
  /** A track of CSS grid: `120px`, `minmax(200px,1fr)`. */
  readonly width: string
  readonly align?: 'right'
  readonly sorted?: 'ascending' | 'descending' | undefined
  readonly onSort?: () => void
  readonly cell: (index: number) => React.ReactNode
}

type Props = {
  readonly label: string
  readonly count: number
  /** Rows are drawn again when this is another array: keep it (`useMemo`) where a list is long. */
  readonly columns: readonly Column[]
  readonly rowHeightPx?: number
  /** The chosen row; -1: none. */
  readonly selected?: number
  readonly onSelect?: (index: number) => void
  readonly onOpen?: (index: number) => void
  /** Tells which rows are in view, so that their data can be read. */
  readonly onRange?: (from: number, to: number) => void
  readonly isLoading?: boolean
  readonly hasHead?: boolean
  readonly rowClass?: (index: number) => string | undefined
  /** Stays at the last row while rows are added, as long as the reader has not scrolled up. */
  readonly followsEnd?: boolean
}

// Browsers stop laying out at about 17 million pixels: past that, the scroll position stands for a share of the rows.
const tallestPx = 16_000_000
// Rows kept drawn beyond the view on either side, and how many are scrolled past before others are drawn.
const overscan = 6
const stepRows = 4
const headPx = 28

/**
 * Rows of one height in one scroll container: a hundred thousand cost the same as forty, and ten million can be reached.
 * Arrows, J and K, Page, Home and End move the choice; Enter opens it.
 */
export function VirtualGrid({
  label,
  count,
  columns,
  rowHeightPx = 32,
  selected = -1,
  onSelect,
  onOpen,
  onRange,
  isLoading = false,
  hasHead = true,
  rowClass,
  followsEnd = false,
}: Props) {
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const id = useId()
  const fullPx = count * rowHeightPx
  const drawnPx = Math.min(fullPx, tallestPx)
  // A list that is drawn smaller than it is moves its rows with every pixel; others need new rows only now and then.
  const stepPx = fullPx > tallestPx ? 1 : stepRows * rowHeightPx
  const [view, setView] = useState<View>({ topPx: 0, heightPx: 900 })
  // Before the position is first read: a list that is there at once begins at its end too.
  // biome-ignore lint/correctness/useExhaustiveDependencies: more rows are what there is to follow.
  useLayoutEffect(() => {
    if (followsEnd && isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [followsEnd, count])
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const read = () => {
      isAtEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - rowHeightPx
      setView(before => seen(element, stepPx, before))
    }
    read()
    const watch = new ResizeObserver(read)
    watch.observe(element)
    element.addEventListener('scroll', read, { passive: true })
    return () => {
      watch.disconnect()
      element.removeEventListener('scroll', read)
    }
  }, [rowHeightPx, stepPx])

  const top = hasHead ? headPx : 0
  const bodyPx = Math.max(rowHeightPx, view.heightPx - top)
  // Where the true list would be scrolled to; equal to the scroll position for lists that fit.
  const scale = drawnPx > bodyPx ? (fullPx - bodyPx) / (drawnPx - bodyPx) : 1
  const truePx = view.topPx * scale
  const from = Math.max(0, Math.floor(truePx / rowHeightPx) - overscan)
  const to = Math.min(count, Math.ceil((truePx + stepPx + bodyPx) / rowHeightPx) + overscan)
  const shiftPx = view.topPx - truePx
  useScaledScroll(box, scale, onSelect !== undefined)
  useLayoutEffect(() => onRange?.(from, to), [onRange, from, to])

  const template = columns.map(column => column.width).join(' ')
  const reveal = (index: number) => {
    const element = box.current
    if (!element) return
    const rowPx = index * rowHeightPx
    const seenPx = element.clientHeight - top
    const fromPx = element.scrollTop * scale
    if (rowPx < fromPx) element.scrollTop = rowPx / scale
    else if (rowPx + rowHeightPx > fromPx + seenPx) element.scrollTop = (rowPx + rowHeightPx - seenPx) / scale
  }
  const hasRows = count > 0 && !isLoading
  const countBefore = useRef(0)
  // A row that an address or another part of the page has chosen comes into view; scrolling away from it is left alone, and
  // so is a list to which rows come or from which they go: the chosen one only stands elsewhere then.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new choice moves the list.
  useLayoutEffect(() => {
    const isSameList = countBefore.current === 0 || countBefore.current === count
    if (hasRows && selected >= 0 && isSameList) reveal(selected)
  }, [selected, hasRows])
  useLayoutEffect(() => {
    countBefore.current = count
  }, [count])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== box.current) return
    if (event.key === 'Enter' && selected >= 0) return onOpen?.(selected)
    const page = Math.max(1, Math.floor(bodyPx / rowHeightPx) - 1)
    const next = {
      ArrowDown: selected + 1,
      j: selected + 1,
      ArrowUp: selected - 1,
      k: selected - 1,
      PageDown: selected + page,
      PageUp: selected - page,
      Home: 0,
      End: count - 1,
    }[event.key]
    if (next === undefined || !onSelect || count === 0) return
    event.preventDefault()
    const index = Math.max(0, Math.min(count - 1, next))
    onSelect(index)
    reveal(index)
    // In the same frame: the scroll event, which says so too, comes in the one after it.
    if (box.current) setView(seen(box.current, stepPx, view))
  }

  const rowId = (index: number) => `${id}-${index}`
  return (
    <div
      className="vgrid"
      ref={box}
      tabIndex={0}
      role="grid"
      aria-label={label}
      aria-rowcount={count + (hasHead ? 1 : 0)}
      aria-colcount={columns.length}
      aria-busy={isLoading}
      aria-activedescendant={selected >= from && selected < to ? rowId(selected) : undefined}
      onKeyDown={onKeyDown}
    >
      {hasHead && <Head columns={columns} template={template} />}
      {isLoading ? (
        <Bones columns={columns} template={template} rows={Math.ceil(bodyPx / rowHeightPx)} heightPx={rowHeightPx} />
      ) : (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the grid's keys do what a click does.
        <div
          role="rowgroup"
          style={{ height: drawnPx, position: 'relative' }}
          onClick={event => onRow(event, onSelect)}
          onDoubleClick={event => onRow(event, onOpen)}
          // With Shift a browser marks text from the last click to here: where rows are chosen, nobody means that.
          onMouseDown={event => event.shiftKey && onSelect && event.preventDefault()}
        >
          {Array.from({ length: Math.max(0, to - from) }, (_, offset) => {
            const index = from + offset
            return (
              <Row
                key={index}
                id={rowId(index)}
                index={index}
                ariaIndex={index + (hasHead ? 2 : 1)}
                isOn={index === selected}
                look={rowClass?.(index)}
                columns={columns}
                template={template}
                heightPx={rowHeightPx}
                topPx={index * rowHeightPx + shiftPx}
              />
            )
          })}
        </div>
      )}
    </div>
  )
}

type View = { readonly topPx: number; readonly heightPx: number }

/** The part of the list in view, its top rounded down to whole steps; the same object while it is the same. */
function seen({ scrollTop, clientHeight }: HTMLElement, stepPx: number, before: View): View {
  const topPx = Math.floor(scrollTop / stepPx) * stepPx
  return topPx === before.topPx && clientHeight === before.heightPx ? before : { topPx, heightPx: clientHeight }
}

/** Calls with the row that was clicked. */
function onRow(event: MouseEvent, call: ((index: number) => void) | undefined): void {
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row]') : null
  if (row) call?.(Number(row.dataset.row))
}

type RowProps = {
  readonly id: string
  readonly index: number
  readonly ariaIndex: number
  readonly isOn: boolean
  readonly look: string | undefined
  readonly columns: readonly Column[]
  readonly template: string
  readonly heightPx: number
  readonly topPx: number
}

/** Drawn again only when something of it changed: a step of the choice draws two rows, not all of them. */
const Row = memo(({ id, index, ariaIndex, isOn, look, columns, template, heightPx, topPx }: RowProps) => (
  <div
    id={id}
    data-row={index}
    role="row"
    aria-rowindex={ariaIndex}
    aria-selected={isOn}
    className={['vrow', isOn && 'on', look].filter(Boolean).join(' ')}
    style={{ gridTemplateColumns: template, height: heightPx, top: topPx }}
  >
    {columns.map(column => (
      <div key={column.key} role="gridcell" className={column.align}>
        {column.cell(index)}
      </div>
    ))}
  </div>
))

const Head = ({ columns, template }: { readonly columns: readonly Column[]; readonly template: string }) => (
  <div className="vhead" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
    {columns.map(({ key, title, align, sorted, onSort }) => (
      <div key={key} role="columnheader" className={align} aria-sort={sorted}>
        {onSort ? (
          <button type="button" onClick={onSort}>
            {title}
            {sorted && <i>{sorted === 'ascending' ? '↑' : '↓'}</i>}
          </button>
        ) : (
          title
        )}
      </div>
    ))}
  </div>
)

type BonesProps = {
  readonly columns: readonly Column[]
  readonly template: string
  readonly rows: number
  readonly heightPx: number
}
/** Grey bars where the cells will be: nothing moves when the data comes. */
const Bones = ({ columns, template, rows, heightPx }: BonesProps) => (
  <div aria-hidden className="bones">
    {Array.from({ length: rows }, (_, row) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: these rows have nothing but their place.
      <div className="vrow skel" key={row} style={{ gridTemplateColumns: template, height: heightPx }}>
        {columns.map(({ key, align }, column) => (
          <div key={key} className={align}>
            <i
              className="bone"
              style={{ width: `${column === 0 ? 46 + ((row * 37) % 34) : 34 + ((row * 23 + column * 17) % 36)}%` }}
            />
          </div>
        ))}
      </div>
    ))}
  </div>
)
