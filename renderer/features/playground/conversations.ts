import { createStore, type StoreApi } from 'zustand/vanilla'
import {
  type Answer,
  asLeftBehind,
  type Conversation,
  type Head,
  headOf,
  isWriting,
  messagesOf,
  newConversation,
  type Side,
  textOfTurns,
  withAnswer,
  withEdit,
  withoutLater,
  withQuestion,
} from './conversation.ts'
import type { ConversationStorage } from './storage.ts'
import type { AnswerEvent, AnswerRequest } from './stream-answer.ts'
import { writeAnswer } from './write-answer.ts'

/** What must be known of a deployment before it is asked. */
export type Answerer = {
  readonly name: string
  /** The model version that it serves. */
  readonly model: string
  readonly hasChatTemplate: boolean
  /** Tokens. */
  readonly contextLength: number
}

export type ConversationsState = {
  /** Undefined until they are read. */
  readonly heads: readonly Head[] | undefined
  /** Those that were opened in this window; they go on being written when another one is looked at. */
  readonly byId: Readonly<Record<string, Conversation>>
  /** Why conversations cannot be kept: they go on, but are gone with the window. */
  readonly problem: string | undefined
}

type Deps = {
  readonly storage: ConversationStorage
  readonly ask: (request: AnswerRequest, signal: AbortSignal) => AsyncIterable<AnswerEvent>
  readonly newId: () => string
  /** Milliseconds since 1970. */
  readonly nowMs: () => number
  /** Monotonic milliseconds, for rates. */
  readonly clockMs: () => number
  /** Runs its argument soon, at most once per frame: answers arrive faster than anyone can see. */
  readonly soon: (work: () => void) => void
}

type Running = { readonly conversationId: string; readonly abort: AbortController }

export type Conversations = {
  readonly state: StoreApi<ConversationsState>
  readonly load: () => Promise<void>
  readonly open: (id: string) => Promise<Conversation | undefined>
  /** A conversation without turns, with the settings of another one. It is kept once it has a turn. */
  readonly start: (like?: Conversation) => Conversation
  readonly change: (id: string, change: (before: Conversation) => Conversation) => void
  /** Asks every side that has an answerer. */
  readonly ask: (id: string, question: string, answerers: Answerers) => void
  /** Puts another question in the place of a turn; what followed it goes. */
  readonly askInstead: (id: string, turnId: string, question: string, answerers: Answerers) => void
  /** Writes one side's answer again; the turns after it go. */
  readonly answerAgain: (id: string, turnId: string, side: Side, answerer: Answerer) => void
  readonly stop: (id: string, side?: Side) => void
  readonly rename: (id: string, name: string) => Promise<void>
  /** Every conversation in full, for exports. */
  readonly all: () => Promise<readonly Conversation[]>
  /** Gives back what was removed, for undo. */
  readonly remove: (id: string) => Promise<Conversation | undefined>
  readonly restore: (conversation: Conversation) => Promise<void>
}
export type Answerers = Readonly<Partial<Record<Side, Answerer>>>

/** What a side is asked at a turn. */
export function requestOf(conversation: Conversation, turnId: string, side: Side, answerer: Answerer): AnswerRequest {
  const shared = { deployment: answerer.name, sampling: conversation.sampling }
  return answerer.hasChatTemplate
    ? { kind: 'chat', ...shared, messages: messagesOf(conversation, turnId, side) }
    : {
        kind: 'text',
        ...shared,
        prompt: textOfTurns(conversation, turnId, side),
        contextLength: answerer.contextLength,
      }
}

const keepEveryMs = 1_000

/** Conversations: what is said, what is being written, and keeping it. */
export function createConversations({ storage, ask, newId, nowMs, clockMs, soon }: Deps): Conversations {
  const state = createStore<ConversationsState>(() => ({ heads: undefined, byId: {}, problem: undefined }))
  const running = new Map<string, Running>()
  const keyOf = (conversationId: string, turnId: string, side: Side) => `${conversationId}/${turnId}/${side}`
  const isoNow = () => new Date(nowMs()).toISOString()

  const noteProblem = (error: unknown) =>
    state.setState({ problem: error instanceof Error ? error.message : String(error) })
  const setHead = (head: Head) =>
    state.setState(({ heads }) => ({ heads: [head, ...(heads ?? []).filter(({ id }) => id !== head.id)] }))

  const keep = async (conversation: Conversation): Promise<void> => {
    if (conversation.turns.length === 0) return
    setHead(headOf(conversation))
    try {
      await storage.write(conversation)
      if (state.getState().problem !== undefined) state.setState({ problem: undefined })
    } catch (error) {
      noteProblem(error)
    }
  }
  const keepNow = (id: string) => {
    const conversation = state.getState().byId[id]
    if (conversation) void keep(conversation)
  }
  const put = (conversation: Conversation) =>
    state.setState(({ byId }) => ({ byId: { ...byId, [conversation.id]: conversation } }))
  const update = (id: string, change: (before: Conversation) => Conversation) => {
    const before = state.getState().byId[id]
    if (before) put(change(before))
  }
  const touched = (conversation: Conversation): Conversation => ({ ...conversation, updatedAt: isoNow() })

  /** Lets one side write its answer to a turn. */
  const write = (id: string, turnId: string, side: Side, answerer: Answerer) => {
    const conversation = state.getState().byId[id]
    if (!conversation) return
    const key = keyOf(id, turnId, side)
    running.get(key)?.abort.abort()
    const fresh: Answer = {
      state: 'waiting',
      deployment: answerer.name,
      model: answerer.model,
      text: '',
      sampling: conversation.sampling,
      startedAt: isoNow(),
      completionTokens: 0,
    }
    update(id, before => withAnswer(before, turnId, side, () => fresh))
    const abort = new AbortController()
    const request = requestOf(conversation, turnId, side, answerer)
    let keptMs = clockMs()
    const show = (answer: Answer) => {
      // A newer answer in this place has taken over.
      if (running.get(key)?.abort !== abort) return
      update(id, before => withAnswer(before, turnId, side, () => answer))
      // A window that crashes loses a second of an answer, not all of it.
      if (clockMs() - keptMs < keepEveryMs) return
      keptMs = clockMs()
      keepNow(id)
    }
    running.set(key, { conversationId: id, abort })
    void writeAnswer(fresh, ask(request, abort.signal), abort.signal, { show, clockMs, soon }).finally(() => {
      if (running.get(key)?.abort === abort) running.delete(key)
      keepNow(id)
    })
  }

  const writeAll = (id: string, turnId: string, answerers: Answerers) => {
    for (const side of ['a', 'b'] as const) {
      const answerer = answerers[side]
      if (answerer) write(id, turnId, side, answerer)
    }
    keepNow(id)
  }
  const stop = (id: string, side?: Side) => {
    for (const [key, { conversationId, abort }] of running)
      if (conversationId === id && (side === undefined || key.endsWith(`/${side}`))) abort.abort()
  }
  /** Ends what is being written to turns that go. */
  const stopGone = (id: string) => {
    const turns = new Set(state.getState().byId[id]?.turns.map(turn => turn.id))
    for (const [key, { conversationId, abort }] of running)
      if (conversationId === id && !turns.has(key.split('/')[1] ?? '')) abort.abort()
  }

  return {
    state,
    load: async () => {
      try {
        state.setState({ heads: await storage.heads() })
      } catch (error) {
        state.setState({ heads: [] })
        noteProblem(error)
      }
    },
    open: async id => {
      const known = state.getState().byId[id]
      if (known) return known
      try {
        const stored = await storage.read(id)
        if (!stored) return undefined
        const conversation = asLeftBehind(stored)
        put(conversation)
        return conversation
      } catch (error) {
        noteProblem(error)
        return undefined
      }
    },
    start: like => {
      const conversation = newConversation(newId(), isoNow(), like)
      put(conversation)
      return conversation
    },
    change: (id, change) => {
      update(id, before => change(before))
      keepNow(id)
    },
    ask: (id, question, answerers) => {
      const turnId = newId()
      update(id, before => touched(withQuestion(before, turnId, question)))
      writeAll(id, turnId, answerers)
    },
    askInstead: (id, turnId, question, answerers) => {
      const freshId = newId()
      update(id, before => touched(withEdit(before, turnId, freshId, question)))
      stopGone(id)
      writeAll(id, freshId, answerers)
    },
    answerAgain: (id, turnId, side, answerer) => {
      update(id, before => touched(withoutLater(before, turnId)))
      stopGone(id)
      write(id, turnId, side, answerer)
      keepNow(id)
    },
    stop,
    rename: async (id, name) => {
      const conversation = state.getState().byId[id] ?? (await storage.read(id))
      if (!conversation) return
      const { name: _before, ...unnamed } = conversation
      const renamed: Conversation = name.trim() === '' ? unnamed : { ...unnamed, name: name.trim() }
      if (state.getState().byId[id]) put(renamed)
      await keep(renamed)
    },
    all: async () => {
      const heads = await storage.heads()
      const stored = await Promise.all(heads.map(({ id }) => state.getState().byId[id] ?? storage.read(id)))
      return stored.filter(conversation => conversation !== undefined)
    },
    remove: async id => {
      stop(id)
      const conversation = state.getState().byId[id] ?? (await storage.read(id))
      state.setState(({ heads, byId: { [id]: _removed, ...byId } }) => ({
        byId,
        heads: heads?.filter(head => head.id !== id),
      }))
      try {
        await storage.remove(id)
      } catch (error) {
        noteProblem(error)
      }
      return conversation && asLeftBehind(conversation)
    },
    restore: async conversation => {
      put(conversation)
      await keep(conversation)
    },
  }
}

/** Whether any side is writing. */
export const isBusy = ({ turns }: Conversation): boolean =>
  turns.some(({ answers }) => isWriting(answers.a) || isWriting(answers.b))
