import { Search } from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { copyText } from '../../lib/copy.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { useOnceReady } from '../../lib/once-ready.ts'
import { useView } from '../../lib/view.ts'
import { Kbd } from '../../ui/bits.tsx'
import type { Item, ItemGroup, Ranked } from './items.ts'
import { PaletteLine } from './PaletteLine.tsx'
import { usePaletteItems } from './use-palette-items.ts'
import './palette.css'

const phrases = dictionary({
  title: ['Command palette', '命令面板'],
  placeholder: ['Type a command, a model, a dataset, a run …', '输入命令、模型、数据集、训练名称……'],
  none: [(query: string) => `Nothing is called “${query}”.`, (query: string) => `没有名为“${query}”的条目。`],
  noneHint: [
    'Letters of a name are enough, in their order; an id and name@version find it too.',
    '按顺序输入名称中的几个字母即可，也可以输入编号或 名称@版本。',
  ],
  found: [(count: number) => (count === 1 ? '1 result' : `${count} results`), (count: number) => `${count} 个结果`],
  move: ['move', '移动'],
  open: ['open', '打开'],
  copy: ['copy as a command', '复制为命令行'],
})

const groupText = dictionary({
  commands: ['Commands', '命令'],
  places: ['Go to', '前往'],
  model: ['Models', '模型'],
  dataset: ['Datasets', '数据集'],
  run: ['Training', '训练'],
  evaluation: ['Evaluations', '评测'],
  deployment: ['Deployments', '部署'],
  environment: ['Environments', '环境'],
  conversation: ['Conversations in this browser', '此浏览器中的对话'],
  job: ['Jobs', '任务'],
  key: ['API keys', '密钥'],
} satisfies Record<ItemGroup, readonly [string, string]>)

const pageLines = 10

/** Every command, page and asset by a few letters, with the keyboard alone. */
export function CommandPalette() {
  const text = useText(phrases)
  const groups = useText(groupText)
  const set = useView(view => view.set)
  const [query, setQuery] = useState('')
  const [moved, setMoved] = useState<string>()
  const list = useRef<HTMLDivElement>(null)
  const listId = useId()
  // Not deferred: whoever types fast and presses Enter means what they typed, not the list of a letter before.
  const wanted = query.trim()
  const { items, isAsking } = usePaletteItems(wanted)
  // By its key: when more comes in, what somebody has moved to stays chosen, wherever it stands then.
  const chosen = Math.max(
    0,
    items.findIndex(({ item }) => item.key === moved),
  )
  const opener = useRef(document.activeElement)
  // However it is closed, whoever goes on with the keyboard goes on where they were.
  useEffect(() => () => void (opener.current instanceof HTMLElement && opener.current.focus()), [])
  const close = () => set({ overlay: undefined })
  const run = (item: Item | undefined) => {
    if (!item || item.lack !== undefined) return
    close()
    item.run()
  }
  // Enter before the backend has said what it found waits for it, unless somebody moved to a line that is there.
  const entered = useOnceReady(!isAsking || moved !== undefined, () => run(items[chosen]?.item))
  const moveTo = (index: number) => {
    entered.forget()
    setMoved(items[Math.max(0, Math.min(items.length - 1, index))]?.item.key)
  }
  useEffect(() => {
    list.current?.querySelectorAll('[role="option"]')[chosen]?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: chosen + 1 < items.length ? chosen + 1 : 0,
    ArrowUp: chosen > 0 ? chosen - 1 : items.length - 1,
    PageDown: chosen + pageLines,
    PageUp: chosen - pageLines,
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const item = items[chosen]?.item
    const move = moves[event.key]
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') close()
    else if (move !== undefined) moveTo(move)
    else if (event.key === 'Enter') entered.ask()
    else if ((event.ctrlKey || event.metaKey) && event.key === 'c' && item?.cli && !getSelection()?.toString())
      void copyText(`slipway ${item.cli}`)
    // The list is walked with the arrows; the page behind is out of reach while the palette is open.
    else if (event.key !== 'Tab') return
    event.preventDefault()
  }
  const optionId = (index: number) => `${listId}-${index}`
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the scrim only adds a way to close; Escape does the same.
    <div className="scrim" onMouseDown={close}>
      <div
        className="palette"
        role="dialog"
        aria-modal
        aria-label={text.title}
        onMouseDown={event => event.stopPropagation()}
      >
        <label>
          <Search size={16} strokeWidth={1.8} />
          <input
            // biome-ignore lint/a11y/noAutofocus: the palette was opened to type into it.
            autoFocus
            value={query}
            placeholder={text.placeholder}
            spellCheck={false}
            role="combobox"
            aria-expanded
            aria-autocomplete="list"
            aria-controls={listId}
            aria-activedescendant={items[chosen] ? optionId(chosen) : undefined}
            aria-label={text.placeholder}
            onChange={event => {
              setQuery(event.target.value)
              setMoved(undefined)
              entered.forget()
            }}
            onKeyDown={onKeyDown}
          />
        </label>
        <div className="pl" id={listId} ref={list} role="listbox" aria-label={text.title}>
          {groupsOf(items).map(({ group, from, lines }) => (
            <div key={group} role="group" aria-labelledby={`${listId}-${group}`}>
              <h4 role="presentation" id={`${listId}-${group}`}>
                {groups[group]}
              </h4>
              {lines.map((line, index) => (
                <PaletteLine
                  key={line.item.key}
                  id={optionId(from + index)}
                  line={line}
                  isChosen={from + index === chosen}
                  onPoint={() => setMoved(line.item.key)}
                  onRun={() => run(line.item)}
                />
              ))}
            </div>
          ))}
        </div>
        <p className="visually-hidden" role="status">
          {!isAsking && wanted !== '' && items.length > 0 && text.found(items.length)}
        </p>
        {items.length === 0 && !isAsking && (
          <div className="pl-none" role="status">
            <p>{text.none(wanted)}</p>
            <p>{text.noneHint}</p>
          </div>
        )}
        <footer>
          <span>
            <kbd>↑</kbd> <kbd>↓</kbd> {text.move}
          </span>
          <span>
            <kbd>Enter</kbd> {text.open}
          </span>
          {items[chosen]?.item.cli !== undefined && (
            <span>
              <Kbd keys="Ctrl C" /> {text.copy}
            </span>
          )}
        </footer>
      </div>
    </div>
  )
}

type Lines = { readonly group: ItemGroup; readonly from: number; readonly lines: readonly Ranked[] }

/** Items come with their groups together; `from` is the place of a group's first line among all. */
function groupsOf(items: readonly Ranked[]): readonly Lines[] {
  const names = [...new Set(items.map(({ item }) => item.group))]
  return names.map(group => ({
    group,
    from: items.findIndex(({ item }) => item.group === group),
    lines: items.filter(({ item }) => item.group === group),
  }))
}
