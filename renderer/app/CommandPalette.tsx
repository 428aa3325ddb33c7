import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from 'react'
import { useLacks } from '../lib/access.ts'
import { api } from '../lib/client.ts'
import { copyText } from '../lib/copy.ts'
import { middle } from '../lib/format.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { go } from '../lib/route.ts'
import { useView } from '../lib/view.ts'
import { Kbd } from '../ui/bits.tsx'
import { commands, commandText } from './commands.ts'
import { fuzzyScore } from './fuzzy.ts'
import { navigationText, places } from './navigation.ts'

const phrases = dictionary({
  title: ['Command palette', '命令面板'],
  placeholder: ['Type a command, a model, a dataset, a run …', '输入命令、模型、数据集、训练名称……'],
  none: [(query: string) => `Nothing is called “${query}”.`, (query: string) => `没有名为“${query}”的条目。`],
  noneHint: ['Try part of a name, or an id.', '可以试试名称的一部分或编号。'],
  commands: ['Commands', '命令'],
  places: ['Go to', '前往'],
  assets: ['Models, datasets, runs, evaluations, deployments', '模型、数据集、训练、评测、部署'],
  move: ['move', '移动'],
  open: ['open', '打开'],
  copy: ['copy as a command', '复制为命令行'],
})

type Item = {
  readonly key: string
  readonly group: 'commands' | 'places' | 'assets'
  readonly name: string
  readonly note?: string
  readonly keys?: string
  /** The same on the command line. */
  readonly cli?: string
  /** Why it is closed to whoever sits here. */
  readonly lack?: string | undefined
  readonly run: () => void
}

const mostAssets = 8

/** Every command, page and asset by a few letters, with the keyboard alone. */
export function CommandPalette() {
  const text = useText(phrases)
  const set = useView(view => view.set)
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const listId = useId()
  const items = useItems(useDeferredValue(query.trim()))
  const close = () => set({ overlay: undefined })
  const run = (item: Item | undefined) => {
    if (!item || item.lack !== undefined) return
    close()
    item.run()
  }
  useEffect(() => {
    list.current?.querySelectorAll('[role="option"]')[chosen]?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const onKeyDown = (event: KeyboardEvent) => {
    const item = items[chosen]
    if (event.key === 'Escape') close()
    else if (event.key === 'ArrowDown') setChosen(index => Math.min(items.length - 1, index + 1))
    else if (event.key === 'ArrowUp') setChosen(index => Math.max(0, index - 1))
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) run(item)
    else if ((event.ctrlKey || event.metaKey) && event.key === 'c' && item?.cli && !getSelection()?.toString())
      void copyText(`slipway ${item.cli}`)
    else return
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
            role="combobox"
            aria-expanded
            aria-controls={listId}
            aria-activedescendant={items[chosen] ? optionId(chosen) : undefined}
            aria-label={text.placeholder}
            onChange={event => {
              setQuery(event.target.value)
              setChosen(0)
            }}
            onKeyDown={onKeyDown}
          />
        </label>
        <div className="pl" id={listId} ref={list} role="listbox" aria-label={text.title}>
          {items.map((item, index) => (
            <div key={item.key} role="presentation">
              {item.group !== items[index - 1]?.group && <h4 role="presentation">{text[item.group]}</h4>}
              <button
                type="button"
                role="option"
                tabIndex={-1}
                id={optionId(index)}
                aria-selected={index === chosen}
                aria-disabled={item.lack !== undefined}
                className={index === chosen ? 'on' : undefined}
                onMouseMove={() => setChosen(index)}
                onClick={() => run(item)}
              >
                <span className="ell" title={item.name}>
                  {middle(item.name, 56)}
                </span>
                {item.lack ? (
                  <em className="ell">{item.lack}</em>
                ) : (
                  item.note && <em className="mono ell">{item.note}</em>
                )}
                <span className="grow" />
                {item.keys && <Kbd keys={item.keys} />}
              </button>
            </div>
          ))}
        </div>
        {items.length === 0 && (
          <div className="pl-none" role="status">
            <p>{text.none(query)}</p>
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
          <span>
            <Kbd keys="Ctrl C" /> {text.copy}
          </span>
        </footer>
      </div>
    </div>
  )
}

function useItems(query: string): readonly Item[] {
  const names = useText(commandText)
  const pages = useText(navigationText)
  const lackOf = useLacks()
  const assets = useAssets(query)
  const fixed: readonly Item[] = [
    ...commands.map(
      ({ id, keys, cli, needs, run }): Item => ({
        key: id,
        group: 'commands',
        name: names[id],
        run,
        lack: needs && lackOf(needs),
        ...(keys !== undefined && { keys }),
        ...(cli !== undefined && { note: cli, cli }),
      }),
    ),
    ...places.map(
      ({ page, letter }): Item => ({
        key: page,
        group: 'places',
        name: pages[page],
        keys: `G ${letter}`,
        run: () => go(page),
      }),
    ),
  ]
  if (query === '') return fixed
  const scored = fixed.flatMap(item => {
    const score = fuzzyScore(query, `${item.name} ${item.note ?? ''}`)
    return score === undefined ? [] : [{ item, score }]
  })
  const best = scored.toSorted((a, b) => b.score - a.score).map(({ item }) => item)
  // Groups stay together; the one with the best hit comes first.
  const order = [...new Set(best.map(({ group }) => group))]
  return [...order.flatMap(group => best.filter(item => item.group === group)), ...assets]
}

/** Assets are searched by the backend: there may be a hundred thousand. */
function useAssets(q: string): readonly Item[] {
  const enabled = q.length > 0
  const input = { q, limit: mostAssets }
  const [models, datasets, runs, evaluations, deployments] = useQueries({
    queries: [
      { ...api.models.list.queryOptions({ input }), enabled, placeholderData: keepPreviousData },
      { ...api.datasets.list.queryOptions({ input }), enabled, placeholderData: keepPreviousData },
      { ...api.training.list.queryOptions({ input }), enabled, placeholderData: keepPreviousData },
      { ...api.evaluation.list.queryOptions({ input }), enabled, placeholderData: keepPreviousData },
      { ...api.inference.list.queryOptions({ input }), enabled, placeholderData: keepPreviousData },
    ],
  })
  const pages = useText(navigationText)
  if (!enabled) return []
  const item = (page: string, id: string, name: string, note: string): Item => ({
    key: id,
    group: 'assets',
    name,
    note,
    run: () => go(page, id),
  })
  return [
    ...(models.data?.items ?? []).map(each =>
      item('models', each.id, each.name, `${each.summary.format} v${each.version}`),
    ),
    ...(datasets.data?.items ?? []).map(each =>
      item('datasets', each.id, each.name, `${each.kind ?? ''} v${each.version}`),
    ),
    ...(runs.data?.items ?? []).map(each => item('training', each.id, each.name, each.method)),
    ...(evaluations.data?.items ?? []).map(each => item('evaluations', each.id, each.name, pages.evaluations)),
    ...(deployments.data?.items ?? []).map(each => item('deployments', each.id, each.name, pages.deployments)),
  ]
}
