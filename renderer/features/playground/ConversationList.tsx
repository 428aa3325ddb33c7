import { Button, Dropdown, Input, Tooltip } from 'antd'
import { Download, Ellipsis, Search, X } from 'lucide-react'
import { useState } from 'react'
import { useNow } from '../../lib/clock.ts'
import { ago, dateTime, middle } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { setQuery } from '../../lib/route.ts'
import { useView } from '../../lib/view.ts'
import { useWidth } from '../../lib/width.ts'
import { Fault } from '../../ui/Fault.tsx'
import { useUndo } from '../../ui/undo.tsx'
import { VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { type Head, searchHeads } from './conversation.ts'
import { chatRows, jsonLines } from './exports.ts'
import { conversations, useConversations } from './playground-store.ts'
import { saveFile } from './save-file.ts'
import { listText, playgroundText } from './text.ts'

/** The same as in playground.css. */
const aloneToPx = 1_000

type Props = {
  /** The conversation that is shown. */
  readonly currentId: string
  readonly onClose: () => void
}

/** Every conversation that this browser keeps: find, open, rename, delete, export. */
export function ConversationList({ currentId, onClose }: Props) {
  const text = useText(listText)
  const page = useText(playgroundText)
  const heads = useConversations(state => state.heads) ?? []
  const problem = useConversations(state => state.problem)
  const [q, setQ] = useState('')
  const [renaming, setRenaming] = useState<string>()
  const found = searchHeads(heads, q)
  // In a narrow window the list stands in the place of the answers.
  const isAlone = useWidth() <= aloneToPx
  const open = (index: number) => {
    setQuery({ c: found[index]?.id })
    if (isAlone) onClose()
  }
  return (
    <aside className="side l conversations col" aria-label={page.conversations}>
      <div className="toolbar">
        <div data-filter className="grow">
          <Input
            size="small"
            prefix={<Search size={12} />}
            allowClear
            value={q}
            aria-label={text.search}
            placeholder={text.searchShort}
            onChange={event => setQ(event.target.value)}
          />
        </div>
        {heads.length > 0 && (
          <Tooltip title={text.exportAllHint}>
            <button
              type="button"
              className="icon"
              aria-label={text.exportAll}
              onClick={() =>
                void conversations
                  .all()
                  .then(all => saveFile('slipway-conversations.jsonl', jsonLines(all.flatMap(chatRows))))
              }
            >
              <Download size={14} />
            </button>
          </Tooltip>
        )}
        <button type="button" className="icon" aria-label={text.close} title={text.close} onClick={onClose}>
          <X size={14} />
        </button>
      </div>
      {problem !== undefined && <Fault tone="warn" title={text.cannotKeep} cause={text.cannotKeepCause(problem)} />}
      {found.length === 0 ? (
        <p className="sec dim">{heads.length === 0 ? text.none : text.noneFound(q)}</p>
      ) : (
        <VirtualGrid
          label={page.conversations}
          count={found.length}
          rowHeightPx={48}
          hasHead={false}
          selected={found.findIndex(({ id }) => id === currentId)}
          onSelect={open}
          columns={[
            {
              key: 'title',
              title: '',
              width: 'minmax(0,1fr)',
              cell: index => {
                const head = found[index]
                return head ? (
                  <Entry
                    head={head}
                    isRenaming={renaming === head.id}
                    onRename={isOn => setRenaming(isOn ? head.id : undefined)}
                    isCurrent={head.id === currentId}
                  />
                ) : null
              },
            },
          ]}
        />
      )}
    </aside>
  )
}

type EntryProps = {
  readonly head: Head
  readonly isRenaming: boolean
  readonly isCurrent: boolean
  readonly onRename: (isOn: boolean) => void
}
function Entry({ head, isRenaming, isCurrent, onRename }: EntryProps) {
  const text = useText(listText)
  const page = useText(playgroundText)
  const language = useView(view => view.language)
  const now = useNow()
  const undo = useUndo()
  const title = head.title === '' ? page.untitled : head.title
  const remove = async () => {
    const removed = await conversations.remove(head.id)
    if (isCurrent) setQuery({ c: conversations.start(removed).id })
    if (!removed) return
    undo(text.removed(middle(title, 40)), async () => {
      await conversations.restore(removed)
      setQuery({ c: removed.id })
    })
  }
  const exportIt = async () => {
    const conversation = await conversations.open(head.id)
    if (conversation) saveFile(`${middle(title, 60)}.jsonl`, jsonLines(chatRows(conversation)))
  }
  if (isRenaming)
    return (
      <Input
        size="small"
        autoFocus
        defaultValue={head.title}
        aria-label={text.name}
        dir="auto"
        maxLength={300}
        onClick={event => event.stopPropagation()}
        // A click elsewhere keeps what was typed, as in a file manager: a pointer has no Enter.
        onBlur={event => {
          onRename(false)
          const name = event.currentTarget.value
          if (name !== head.title) void conversations.rename(head.id, name)
        }}
        onKeyDown={event => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter') event.currentTarget.blur()
          if (event.key === 'Escape') onRename(false)
          event.stopPropagation()
        }}
      />
    )
  return (
    <span className="conversation">
      <span className="ell" dir="auto" title={title}>
        {title}
      </span>
      <span className="dim" title={dateTime(head.updatedAt)}>
        {`${text.turns(head.turns)} · ${ago(head.updatedAt, now, language)}`}
      </span>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'rename', label: text.rename, onClick: () => onRename(true) },
            { key: 'export', label: text.export, onClick: () => void exportIt() },
            { key: 'remove', label: text.remove, danger: true, onClick: () => void remove() },
          ],
        }}
      >
        <Button
          size="small"
          type="text"
          icon={<Ellipsis size={14} />}
          aria-label={text.more(middle(title, 40))}
          title={text.more(middle(title, 40))}
          onClick={event => event.stopPropagation()}
        />
      </Dropdown>
    </span>
  )
}
