import { Button } from 'antd'
import { ArrowUp, Square } from 'lucide-react'
import { type KeyboardEvent, useRef } from 'react'
import { useMay } from '../../lib/access.ts'
import { isText, useDraft } from '../../lib/draft.ts'
import { useText } from '../../lib/i18n.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Kbd } from '../../ui/bits.tsx'
import { GrowingText } from '../../ui/GrowingText.tsx'
import type { Conversation } from './conversation.ts'
import { type Answerers, isBusy } from './conversations.ts'
import { conversations } from './playground-store.ts'
import { playgroundText } from './text.ts'

type Props = { readonly conversation: Conversation; readonly answerers: Answerers }

/** Where questions are written. What was not sent is kept; Escape stops what is being written. */
export function Composer({ conversation, answerers }: Props) {
  const text = useText(playgroundText)
  const [question, setQuestion, clear] = useDraft('playground.question', '', isText)
  const input = useRef<HTMLTextAreaElement>(null)
  const isTwo = conversation.deployments.b !== undefined
  const busy = isBusy(conversation)
  const mayAsk = useMay('inference') !== false
  const canAsk = mayAsk && !busy && question.trim() !== '' && (answerers.a !== undefined || answerers.b !== undefined)
  const send = () => {
    if (!canAsk) return
    // The deployments that were proposed are the conversation's own from now on.
    conversations.change(conversation.id, before => ({ ...before, deployments: conversation.deployments }))
    conversations.ask(conversation.id, question, answerers)
    clear()
    input.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && busy) conversations.stop(conversation.id)
    else if (event.key === 'Enter' && !event.shiftKey && !event.altKey && !event.nativeEvent.isComposing) send()
    else return
    event.preventDefault()
  }
  const placeholder = isTwo ? text.placeholderTwo : text.placeholder
  return (
    <div className="compose">
      <GrowingText
        ref={input}
        minRows={2}
        maxRows={10}
        dir="auto"
        value={question}
        placeholder={placeholder}
        aria-label={placeholder}
        onChange={event => setQuestion(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div>
        {busy ? (
          <>
            <Kbd keys="Esc" />
            <Button icon={<Square size={12} />} onClick={() => conversations.stop(conversation.id)}>
              {text.stop}
            </Button>
          </>
        ) : (
          <>
            <Kbd keys="Enter" />
            <ActionButton
              needs="inference"
              type="primary"
              icon={<ArrowUp size={14} />}
              disabled={!canAsk}
              onClick={send}
            >
              {text.send}
            </ActionButton>
          </>
        )}
      </div>
    </div>
  )
}
