import { type Conversation, type Message, messagesOf, type Side, sides, type Turn } from './conversation.ts'

type Row = Readonly<Record<string, unknown>>

/** One JSON value per line, each line ended. */
export const jsonLines = (rows: readonly Row[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join('')

/**
 * What was said, as chats that can be imported as a dataset: one row per side that has answered. `model` says who did.
 */
export function chatRows(conversation: Conversation): readonly Row[] {
  return sides.flatMap(side => {
    const answered = conversation.turns.filter(({ answers }) => (answers[side]?.text ?? '') !== '')
    const last = answered.at(-1)
    if (!last) return []
    const messages: readonly Message[] = [
      ...messagesOf(conversation, last.id, side),
      { role: 'assistant', content: last.answers[side]?.text ?? '' },
    ]
    return [{ messages, model: last.answers[side]?.model }]
  })
}

/** Both sides answered in full, and had read the same before: only then does a judgement compare their answers alone. */
export function isComparable(conversation: Conversation, turn: Turn): boolean {
  const { a, b } = turn.answers
  if (a?.state !== 'done' || b?.state !== 'done' || a.text === b.text) return false
  const before = (side: Side) => JSON.stringify(messagesOf(conversation, turn.id, side))
  return before('a') === before('b')
}

/** Rows for preference training: what was asked, the better answer and the worse one. Ties prefer nothing. */
export const preferenceRows = (conversation: Conversation): readonly Row[] =>
  conversation.turns.flatMap(turn => {
    if ((turn.vote !== 'a' && turn.vote !== 'b') || !isComparable(conversation, turn)) return []
    const other: Side = turn.vote === 'a' ? 'b' : 'a'
    const answerOf = (side: Side) => [{ role: 'assistant', content: turn.answers[side]?.text ?? '' }]
    return [
      {
        prompt: messagesOf(conversation, turn.id, turn.vote),
        chosen: answerOf(turn.vote),
        rejected: answerOf(other),
      },
    ]
  })
