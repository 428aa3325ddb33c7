import type { Failure } from '../../lib/failure.ts'
import type { Token } from './tokens.ts'

/** The left and the right column. */
export const sides = ['a', 'b'] as const
export type Side = (typeof sides)[number]

/** What a person judged: the better side, as good as each other, or neither of use. */
export const votes = ['a', 'same', 'b', 'neither'] as const
export type Vote = (typeof votes)[number]

/** How answers are drawn. Both sides have the same, so that only the models differ. */
export type Sampling = {
  /** 0 takes the likeliest token every time. */
  readonly temperature: number
  readonly topP: number
  /** undefined: as many as the context leaves. */
  readonly maxTokens: number | undefined
  /** undefined: another one for every answer. */
  readonly seed: number | undefined
  /** Answers end before the first of these. */
  readonly stop: readonly string[]
  readonly presencePenalty: number
  readonly frequencyPenalty: number
  readonly repetitionPenalty: number
  /** How many alternatives come with each token's probability; undefined: no probabilities. */
  readonly alternatives: number | undefined
}

export const usualSampling: Sampling = {
  temperature: 0.7,
  topP: 1,
  maxTokens: 512,
  seed: undefined,
  stop: [],
  presencePenalty: 0,
  frequencyPenalty: 0,
  repetitionPenalty: 1,
  alternatives: undefined,
}

/** `cut`: the window was closed while the answer was being written. */
export type AnswerState = 'waiting' | 'streaming' | 'done' | 'stopped' | 'cut' | 'failed'

export type Answer = {
  readonly state: AnswerState
  /** The deployment that was asked, and the model version that it served then. */
  readonly deployment: string
  readonly model: string
  readonly text: string
  /** With probabilities only. */
  readonly tokens?: readonly Token[]
  readonly finish?: 'stop' | 'length'
  readonly failure?: Failure
  /** Sampling of this answer, because the panel may have been changed since. */
  readonly sampling: Sampling
  readonly startedAt: string
  readonly ttftMs?: number
  readonly tokensPerSecond?: number
  readonly promptTokens?: number
  /** While the answer is written, at least so many; then as the engine counted. */
  readonly completionTokens: number
}

export type Turn = {
  readonly id: string
  readonly question: string
  readonly answers: Readonly<Partial<Record<Side, Answer>>>
  readonly vote?: Vote
}

export type Conversation = {
  readonly id: string
  /** As a person named it; else its first question stands for it. */
  readonly name?: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly system: string
  readonly sampling: Sampling
  /** Deployments by name; a side without one is not shown. */
  readonly deployments: Readonly<Partial<Record<Side, string>>>
  readonly turns: readonly Turn[]
}

/** What lists and their search know of a conversation. */
export type Head = Pick<Conversation, 'id' | 'createdAt' | 'updatedAt'> & {
  readonly title: string
  readonly turns: number
  /** Turns of which one answer was judged better. */
  readonly preferences: number
  /** Where the search looks, besides the title. */
  readonly questions: string
}

export const newConversation = (
  id: string,
  at: string,
  like?: Pick<Conversation, 'system' | 'sampling' | 'deployments'>,
): Conversation => ({
  id,
  createdAt: at,
  updatedAt: at,
  system: like?.system ?? '',
  sampling: like?.sampling ?? usualSampling,
  deployments: like?.deployments ?? {},
  turns: [],
})

const longestTitle = 120

/** Its name, or the beginning of its first question; empty for one without either. */
export const titleOf = ({ name, turns }: Pick<Conversation, 'name' | 'turns'>): string =>
  name ?? [...(turns[0]?.question ?? '').replace(/\s+/g, ' ').trim()].slice(0, longestTitle).join('')

const searchedLetters = 4_000

export const headOf = (conversation: Conversation): Head => ({
  id: conversation.id,
  createdAt: conversation.createdAt,
  updatedAt: conversation.updatedAt,
  title: titleOf(conversation),
  turns: conversation.turns.length,
  preferences: conversation.turns.filter(({ vote }) => vote === 'a' || vote === 'b').length,
  questions: conversation.turns
    .map(({ question }) => question)
    .join('\n')
    .slice(0, searchedLetters),
})

/** Conversations whose title or questions hold every word, newest first. */
export function searchHeads(heads: readonly Head[], q: string): readonly Head[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  return heads
    .filter(({ title, questions }) => {
      const text = `${title}\n${questions}`.toLowerCase()
      return words.every(word => text.includes(word))
    })
    .sort((one, other) => (one.updatedAt < other.updatedAt ? 1 : -1))
}

export type Message = { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }

/**
 * What a side is asked at a turn: its own earlier answers, never those of the other side. Turns that it did not answer
 * are left out, question and all, because a chat template wants questions and answers to alternate.
 */
export function messagesOf({ system, turns }: Conversation, turnId: string, side: Side): readonly Message[] {
  const at = turns.findIndex(({ id }) => id === turnId)
  const earlier = turns.slice(0, at).flatMap(({ question, answers }): Message[] => {
    const text = answers[side]?.text
    return text ? [user(question), { role: 'assistant', content: text }] : []
  })
  const question = turns[at]?.question ?? ''
  return [...(system.trim() === '' ? [] : [{ role: 'system', content: system } as const]), ...earlier, user(question)]
}

const user = (content: string): Message => ({ role: 'user', content })

/** For models without a chat template: they continue a text, so the turns stand one after the other as they are. */
export function textOfTurns({ turns }: Conversation, turnId: string, side: Side): string {
  const at = turns.findIndex(({ id }) => id === turnId)
  const earlier = turns.slice(0, at).flatMap(({ question, answers }) => {
    const text = answers[side]?.text
    return text ? [question, text] : []
  })
  return [...earlier, turns[at]?.question ?? ''].join('')
}

/** The same conversation with one answer changed; unchanged if that turn is gone. */
export const withAnswer = (
  conversation: Conversation,
  turnId: string,
  side: Side,
  change: (before: Answer | undefined) => Answer,
): Conversation => ({
  ...conversation,
  turns: conversation.turns.map(turn =>
    turn.id === turnId ? { ...turn, answers: { ...turn.answers, [side]: change(turn.answers[side]) } } : turn,
  ),
})

/** A new question at the end. */
export const withQuestion = (conversation: Conversation, id: string, question: string): Conversation => ({
  ...conversation,
  turns: [...conversation.turns, { id, question, answers: {} }],
})

/** Asks anew from a turn on: what followed it answered something else, so it goes. */
export function withEdit(conversation: Conversation, turnId: string, id: string, question: string): Conversation {
  const at = conversation.turns.findIndex(turn => turn.id === turnId)
  return at < 0 ? conversation : withQuestion({ ...conversation, turns: conversation.turns.slice(0, at) }, id, question)
}

/** Without the turns after one, which continue an answer that is being written anew. */
export function withoutLater(conversation: Conversation, turnId: string): Conversation {
  const at = conversation.turns.findIndex(turn => turn.id === turnId)
  return at < 0 ? conversation : { ...conversation, turns: conversation.turns.slice(0, at + 1) }
}

/** The same conversation with a turn judged, or with its judgement taken back. */
export const withVote = (conversation: Conversation, turnId: string, vote: Vote | undefined): Conversation => ({
  ...conversation,
  turns: conversation.turns.map(turn => {
    if (turn.id !== turnId) return turn
    const { vote: _before, ...unjudged } = turn
    return vote === undefined ? unjudged : { ...unjudged, vote }
  }),
})

export const isWriting = (answer: Answer | undefined): boolean =>
  answer?.state === 'waiting' || answer?.state === 'streaming'

/** Answers that no window writes any more: the one that did was closed. What they have so far stays. */
export const asLeftBehind = (conversation: Conversation): Conversation => ({
  ...conversation,
  turns: conversation.turns.map(turn => ({
    ...turn,
    answers: Object.fromEntries(
      Object.entries(turn.answers).map(([side, answer]) => [
        side,
        isWriting(answer) ? { ...answer, state: 'cut' } : answer,
      ]),
    ),
  })),
})
