import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { number } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { Glyph } from '../../ui/Glyph.tsx'
import { type Direction, layOut, neighbour, nodeHeight, nodeWidth, type Surroundings } from './layout.ts'
import { glyphOf } from './node-glyph.ts'
import './lineage.css'

const phrases = dictionary({
  drawn: [(name: string) => `Lineage of ${name}`, (name: string) => `${name} 的来源图`],
  note: [
    'A click or Enter opens the record behind a box, arrow keys follow the lines.',
    '单击或按回车打开方框对应的记录，方向键沿线移动。',
  ],
  alone: [
    'Nothing that Slipway knows made it, and nothing was made of it yet.',
    '没有记录到它的来源，也还没有由它产生的内容。',
  ],
  hidden: [(count: string) => `${count} more were made of it.`, (count: string) => `另有 ${count} 项由它产生。`],
  model: ['model', '模型'],
  dataset: ['dataset', '数据集'],
  run: ['run', '训练'],
  evaluation: ['evaluation', '评测'],
  deployment: ['deployment', '部署'],
  file: ['file', '文件'],
  removed: ['removed', '已移除'],
})

/** States that say more than the outline of their glyph: what failed, what is gone, what is not over yet. */
const stateText = dictionary({
  failed: ['failed', '失败'],
  lost: ['lost', '失联'],
  missing: ['files gone', '文件缺失'],
  cancelled: ['stopped', '已停止'],
  running: ['running', '运行中'],
  queued: ['queued', '排队中'],
  importing: ['importing', '导入中'],
  draft: ['draft', '草稿'],
})
const isTold = (state: string): state is keyof typeof stateText => Object.hasOwn(stateText, state)

type Kind = 'model' | 'dataset' | 'run' | 'evaluation' | 'deployment'

const pageOf: Readonly<Record<Kind, string>> = {
  model: 'models',
  dataset: 'datasets',
  run: 'training',
  evaluation: 'evaluations',
  deployment: 'deployments',
}
const isKind = (kind: string): kind is Kind => Object.hasOwn(pageOf, kind)

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

const toneOf = (state: string | null | undefined): string | undefined =>
  state === 'failed' || state === 'lost' || state === 'missing' ? 'tx-err' : undefined

type Props = { readonly around: Surroundings }

/** Where a thing came from and what came of it, as boxes and lines. */
export function LineageView({ around }: Props) {
  const text = useText(phrases)
  const states = useText(stateText)
  const { centre } = around
  const wordOf = (state: string | null | undefined): string | undefined =>
    state === null ? text.removed : state !== undefined && isTold(state) ? states[state] : undefined
  const layout = useMemo(() => layOut(around), [around])
  const [focused, setFocused] = useState(centre.id)
  const box = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = directions[event.key]
    if (!direction || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const next = neighbour(layout, focused, direction)
    if (next === undefined) return
    setFocused(next)
    box.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(next)}"]`)?.focus()
  }
  // One box takes part in the order of Tab; arrows reach the others.
  const tabStop = layout.nodes.some(({ id }) => id === focused) ? focused : centre.id
  return (
    <div className="lineage">
      <div
        className="lineage-graph"
        ref={box}
        role="group"
        aria-label={text.drawn(centre.name)}
        style={{ width: layout.width, height: layout.height }}
        onKeyDown={onKeyDown}
      >
        <svg width={layout.width} height={layout.height} aria-hidden>
          {layout.edges.map(({ from, to, path }) => (
            <path key={`${from} ${to}`} d={path} fill="none" stroke="var(--ctl)" strokeWidth="1" />
          ))}
        </svg>
        {layout.nodes.map(({ id, kind, name, state, x, y }) => (
          <a
            key={id}
            data-node={id}
            className={`lnode${id === centre.id ? ' me' : ''}${state === null ? ' gone' : ''}`}
            href={isKind(kind) && state !== null ? hrefTo(pageOf[kind], id) : undefined}
            aria-current={id === centre.id ? true : undefined}
            tabIndex={id === tabStop ? 0 : -1}
            title={[name, wordOf(state)].filter(Boolean).join(': ')}
            style={{ left: x, top: y, width: nodeWidth, height: nodeHeight }}
            onFocus={() => setFocused(id)}
          >
            <span>
              {state !== undefined && <Glyph state={glyphOf(state)} size={10} />}
              {isKind(kind) || kind === 'file' ? text[kind] : kind}
              {wordOf(state) !== undefined && <em className={toneOf(state)}>{wordOf(state)}</em>}
            </span>
            <b dir="auto">{kind === 'file' ? fileName(name) : name}</b>
          </a>
        ))}
      </div>
      <p className="dim">{layout.nodes.length === 1 ? text.alone : text.note}</p>
      {layout.hidden > 0 && <p className="dim">{text.hidden(number(layout.hidden))}</p>}
    </div>
  )
}
