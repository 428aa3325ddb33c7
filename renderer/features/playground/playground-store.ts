import { useStore } from 'zustand'
import type { Conversation } from './conversation.ts'
import { type ConversationsState, createConversations } from './conversations.ts'
import { indexedDbStorage } from './storage.ts'
import { streamAnswer } from './stream-answer.ts'

/**
 * The conversations of this window. They live beside the page: an answer goes on being written while another page is
 * looked at.
 */
export const conversations = createConversations({
  storage: indexedDbStorage(),
  ask: streamAnswer,
  newId: () => crypto.randomUUID(),
  nowMs: Date.now,
  clockMs: () => performance.now(),
  // A window in the background draws no frames, but its answers are kept all the same.
  soon: work => void (document.hidden ? window.setTimeout(work, 250) : requestAnimationFrame(work)),
})

export const useConversations = <T>(select: (state: ConversationsState) => T): T =>
  useStore(conversations.state, select)

export const useConversation = (id: string | undefined): Conversation | undefined =>
  useConversations(({ byId }) => (id === undefined ? undefined : byId[id]))
