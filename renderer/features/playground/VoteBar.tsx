import { Button, Tooltip } from 'antd'
import { useLayoutEffect } from 'react'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { type Conversation, type Vote, votes, withVote } from './conversation.ts'
import { isComparable, jsonLines, preferenceRows } from './exports.ts'
import { conversations, useConversations } from './playground-store.ts'
import { saveFile } from './save-file.ts'
import { voteText } from './text.ts'

/**
 * Asks which of two answers is better, where the answer means something: both are whole, and both models had read the
 * same. What is judged can be exported as rows for preference training.
 */
export function VoteBar({ conversation }: { readonly conversation: Conversation }) {
  const text = useText(voteText)
  const kept = useConversations(({ heads }) => (heads ?? []).reduce((sum, { preferences }) => sum + preferences, 0))
  const turn = conversation.turns.at(-1)
  const canVote = turn !== undefined && isComparable(conversation, turn)
  const vote = (choice: Vote) => {
    if (!turn) return
    conversations.change(conversation.id, before =>
      withVote(before, turn.id, turn.vote === choice ? undefined : choice),
    )
  }
  useVoteKeys(canVote ? vote : undefined)
  if (!canVote && kept === 0) return null
  return (
    <div className="votebar">
      {canVote && (
        <>
          <b>{text.question}</b>
          {votes.map((choice, index) => (
            <Button
              key={choice}
              aria-pressed={turn.vote === choice}
              {...(turn.vote === choice && { className: 'voted' })}
              onClick={() => vote(choice)}
            >
              {text[choice]}
              <kbd>{index + 1}</kbd>
            </Button>
          ))}
        </>
      )}
      <span className="grow" />
      {kept > 0 && (
        <>
          <span className="sub">{text.preferences(number(kept))}</span>
          <Tooltip title={text.exportHint}>
            <Button
              size="small"
              onClick={() =>
                void conversations
                  .all()
                  .then(all => saveFile('slipway-preferences.jsonl', jsonLines(all.flatMap(preferenceRows))))
              }
            >
              {text.export}
            </Button>
          </Tooltip>
        </>
      )}
    </div>
  )
}

/** 1 to 4 judge, wherever nothing is being typed. */
function useVoteKeys(vote: ((choice: Vote) => void) | undefined): void {
  // With the first frame: who sees the four buttons judges with the keys that stand on them.
  useLayoutEffect(() => {
    if (!vote) return
    const onKeyDown = (event: KeyboardEvent) => {
      const choice = votes[Number(event.key) - 1]
      const isTyping =
        event.target instanceof Element && event.target.closest('input, textarea, [role="dialog"]') !== null
      if (choice === undefined || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      vote(choice)
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [vote])
}
