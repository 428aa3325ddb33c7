import { Button, Tooltip } from 'antd'
import { Copy, Pencil } from 'lucide-react'
import { isText, useDraft } from '../../lib/draft.ts'
import { useText } from '../../lib/i18n.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { GrowingText } from '../../ui/GrowingText.tsx'
import { useUndo } from '../../ui/undo.tsx'
import { useCopy } from '../../ui/use-copy.ts'
import type { Conversation } from './conversation.ts'
import { conversations } from './playground-store.ts'
import { playgroundText } from './text.ts'

type Props = {
  /** Of its turn, on its side. */
  readonly id: string
  readonly question: string
  readonly isBusy: boolean
  /** How many turns follow it. */
  readonly later: number
  readonly conversation: Conversation
  readonly onAskAgain: (question: string) => void
}

/** What was asked; it can be edited and asked again, and what that drops can be brought back. */
export function Question({ id, question, isBusy, later, conversation, onAskAgain }: Props) {
  const text = useText(playgroundText)
  const undo = useUndo()
  const [edited, setEdited, close] = useDraft<string | undefined>(`playground.edit.${id}`, undefined, isText)
  const send = () => {
    if (edited === undefined || edited.trim() === '') return
    close()
    onAskAgain(edited)
    if (later === 0) return
    undo(text.laterGone(later), async () => {
      conversations.stop(conversation.id)
      conversations.change(conversation.id, () => conversation)
    })
  }
  if (edited !== undefined)
    return (
      <div className="turn me">
        <GrowingText
          autoFocus
          aria-label={text.editing}
          minRows={2}
          maxRows={12}
          value={edited}
          dir="auto"
          onChange={event => setEdited(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Escape') close()
            else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send()
            else return
            event.preventDefault()
            event.stopPropagation()
          }}
        />
        <div className="acts turn-edit">
          <ActionButton needs="inference" size="small" onClick={send} disabled={edited.trim() === ''}>
            {text.askAgain}
          </ActionButton>
          <Button size="small" type="text" onClick={close}>
            {text.cancel}
          </Button>
        </div>
      </div>
    )
  return (
    <div className="turn me">
      <div className="turn-head">
        <h2>{text.you}</h2>
        <span className="turn-acts">
          <CopyButton text={question} />
          <Tooltip title={text.edit}>
            <button
              type="button"
              className="icon"
              aria-label={text.edit}
              disabled={isBusy}
              onClick={() => setEdited(question)}
            >
              <Pencil size={13} />
            </button>
          </Tooltip>
        </span>
      </div>
      <p dir="auto">{question}</p>
    </div>
  )
}

export function CopyButton({ text: copied }: { readonly text: string }) {
  const text = useText(playgroundText)
  const copy = useCopy()
  return (
    <Tooltip title={text.copy}>
      <button type="button" className="icon" aria-label={text.copy} onClick={() => copy(copied)}>
        <Copy size={13} />
      </button>
    </Tooltip>
  )
}
