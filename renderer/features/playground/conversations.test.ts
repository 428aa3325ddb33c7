import { expect, test } from 'vitest'
import {
  type Conversation,
  headOf,
  isWriting,
  messagesOf,
  searchHeads,
  textOfTurns,
  usualSampling,
} from './conversation.ts'
import { type Answerer, createConversations } from './conversations.ts'
import { chatRows, preferenceRows } from './exports.ts'
import type { ConversationStorage } from './storage.ts'
import { AnswerError, type AnswerEvent, type AnswerRequest } from './stream-answer.ts'

/** Storage in memory: copies, as a database gives them. */
function memoryStorage(kept = new Map<string, Conversation>()): ConversationStorage & { readonly kept: typeof kept } {
  return {
    kept,
    heads: async () => [...kept.values()].map(headOf),
    read: async id => structuredClone(kept.get(id)),
    write: async conversation => void kept.set(conversation.id, structuredClone(conversation)),
    remove: async id => void kept.delete(id),
  }
}

const assistant: Answerer = { name: 'assistant', model: 'tiny@1', hasChatTemplate: true, contextLength: 512 }
const writer: Answerer = { name: 'writer', model: 'base@1', hasChatTemplate: false, contextLength: 512 }

type Ask = (request: AnswerRequest, signal: AbortSignal) => AsyncIterable<AnswerEvent>

/** Answers with the words, one piece each. */
const saying = (...words: readonly string[]): Ask =>
  async function* () {
    yield { type: 'begun' }
    for (const text of words) yield { type: 'piece', text, tokens: [] }
    yield { type: 'finish', reason: 'stop' }
    yield { type: 'usage', promptTokens: 5, completionTokens: words.length }
  }

/** Says one word and waits until it is stopped. */
const endless: Ask = async function* (_request, signal) {
  yield { type: 'piece', text: 'once', tokens: [] }
  await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}

function setUp(ask: Ask, storage = memoryStorage()) {
  let count = 0
  const asked: AnswerRequest[] = []
  const conversations = createConversations({
    storage,
    ask: (request, signal) => {
      asked.push(request)
      return ask(request, signal)
    },
    newId: () => `id${count++}`,
    nowMs: () => 1_700_000_000_000 + count,
    clockMs: () => count++ * 10,
    soon: work => work(),
  })
  const get = (id: string): Conversation => {
    const found = conversations.state.getState().byId[id]
    if (!found) throw new Error(`no conversation ${id}`)
    return found
  }
  const settled = (id: string) =>
    expect.poll(() => get(id).turns.some(({ answers }) => isWriting(answers.a) || isWriting(answers.b))).toBe(false)
  return { conversations, storage, asked, get, settled }
}

test('both sides answer at once, each is told only what it said itself', async () => {
  const { conversations, asked, get, settled } = setUp(saying('Hello', ' there'))
  const { id } = conversations.start()
  conversations.ask(id, 'Hi', { a: assistant, b: { ...assistant, name: 'other' } })
  await settled(id)
  expect(get(id).turns[0]?.answers.a).toMatchObject({
    state: 'done',
    text: 'Hello there',
    promptTokens: 5,
    completionTokens: 2,
    model: 'tiny@1',
  })
  conversations.change(id, before => ({
    ...before,
    turns: before.turns.map(turn => ({
      ...turn,
      answers: { ...turn.answers, b: { ...(turn.answers.b as NonNullable<typeof turn.answers.b>), text: 'Other' } },
    })),
  }))
  conversations.ask(id, 'Again', { a: assistant, b: { ...assistant, name: 'other' } })
  await settled(id)
  const [, , forA, forB] = asked
  expect(forA).toMatchObject({ kind: 'chat', messages: [{}, { role: 'assistant', content: 'Hello there' }, {}] })
  expect(forB).toMatchObject({ kind: 'chat', messages: [{}, { role: 'assistant', content: 'Other' }, {}] })
})

test('a model without a chat template continues the text as it stands', async () => {
  const { conversations, asked, settled } = setUp(saying(' upon a time'))
  const { id } = conversations.start()
  conversations.change(id, before => ({ ...before, system: 'Be brief.' }))
  conversations.ask(id, 'Once', { a: writer })
  await settled(id)
  conversations.ask(id, ', there was', { a: writer })
  await settled(id)
  expect(asked.at(-1)).toMatchObject({ kind: 'text', prompt: 'Once upon a time, there was', contextLength: 512 })
})

test('an answer that is stopped keeps what it has, and is kept', async () => {
  const { conversations, storage, get, settled } = setUp(endless)
  const { id } = conversations.start()
  conversations.ask(id, 'Hi', { a: assistant })
  await expect.poll(() => get(id).turns[0]?.answers.a?.text).toBe('once')
  conversations.stop(id)
  await settled(id)
  expect(get(id).turns[0]?.answers.a).toMatchObject({ state: 'stopped', text: 'once' })
  await expect.poll(() => storage.kept.get(id)?.turns[0]?.answers.a?.state).toBe('stopped')
})

test('a failure is a part of the answer, with its cause', async () => {
  const { conversations, get, settled } = setUp(async function* () {
    yield { type: 'piece', text: 'half', tokens: [] }
    throw new AnswerError({ code: 'worker_lost', message: 'The engine is gone.' })
  })
  const { id } = conversations.start()
  conversations.ask(id, 'Hi', { a: assistant })
  await settled(id)
  expect(get(id).turns[0]?.answers.a).toMatchObject({
    state: 'failed',
    text: 'half',
    failure: { code: 'worker_lost', message: 'The engine is gone.' },
  })
})

test('editing a question drops what followed it, and ends what was still being written there', async () => {
  const { conversations, get, settled } = setUp(saying('Yes.'))
  const { id } = conversations.start()
  for (const question of ['one', 'two', 'three']) {
    conversations.ask(id, question, { a: assistant })
    await settled(id)
  }
  conversations.askInstead(id, get(id).turns[1]?.id ?? '', 'TWO', { a: assistant })
  await settled(id)
  expect(get(id).turns.map(({ question }) => question)).toEqual(['one', 'TWO'])
  conversations.answerAgain(id, get(id).turns[0]?.id ?? '', 'a', assistant)
  await settled(id)
  expect(get(id).turns.map(({ question }) => question)).toEqual(['one'])
})

test('an answer that a closed window left behind is cut, not being written', async () => {
  const storage = memoryStorage()
  const first = setUp(endless, storage)
  const { id } = first.conversations.start()
  first.conversations.ask(id, 'Hi', { a: assistant })
  await expect.poll(() => storage.kept.get(id)).toBeDefined()
  const second = setUp(endless, storage)
  expect((await second.conversations.open(id))?.turns[0]?.answers.a?.state).toBe('cut')
  first.conversations.stop(id)
})

test('what is removed comes back whole', async () => {
  const { conversations, storage, settled } = setUp(saying('Yes.'))
  const { id } = conversations.start()
  conversations.ask(id, 'Hi', { a: assistant })
  await settled(id)
  await conversations.rename(id, 'Greeting')
  const removed = await conversations.remove(id)
  expect([storage.kept.size, conversations.state.getState().heads]).toEqual([0, []])
  if (!removed) throw new Error('nothing was given back')
  await conversations.restore(removed)
  expect(storage.kept.get(id)).toMatchObject({ name: 'Greeting', turns: [{ question: 'Hi' }] })
  expect(conversations.state.getState().heads?.map(({ title }) => title)).toEqual(['Greeting'])
})

test('a conversation without turns is not kept', async () => {
  const { conversations, storage } = setUp(saying())
  const { id } = conversations.start()
  conversations.change(id, before => ({ ...before, system: 'x' }))
  expect(storage.kept.size).toBe(0)
  expect(id).toBeTruthy()
})

test('a browser that refuses to store is told of, and the talk goes on', async () => {
  const storage: ConversationStorage = {
    ...memoryStorage(),
    write: () => Promise.reject(new Error('The quota is used up.')),
  }
  const { conversations, get, settled } = setUp(saying('Yes.'), { ...storage, kept: new Map() })
  const { id } = conversations.start()
  conversations.ask(id, 'Hi', { a: assistant })
  await settled(id)
  await expect.poll(() => conversations.state.getState().problem).toBe('The quota is used up.')
  expect(get(id).turns[0]?.answers.a?.text).toBe('Yes.')
})

const answer = (text: string) => ({
  state: 'done' as const,
  deployment: 'd',
  model: 'm@1',
  text,
  sampling: usualSampling,
  startedAt: '2026-11-25T10:00:00.000Z',
  completionTokens: 1,
})
const talk: Conversation = {
  id: 'c',
  createdAt: '2026-11-25T10:00:00.000Z',
  updatedAt: '2026-11-25T10:00:00.000Z',
  system: 'Be kind.',
  sampling: usualSampling,
  deployments: { a: 'd', b: 'e' },
  turns: [
    { id: 't1', question: '你好', answers: { a: answer('A1'), b: answer('B1') }, vote: 'b' },
    { id: 't2', question: 'More', answers: { a: answer('A2'), b: answer('B2') }, vote: 'a' },
    { id: 't3', question: 'Left only', answers: { a: answer('A3') } },
  ],
}

test('chats are exported per side, without the turns that a side did not answer', () => {
  const [a, b] = chatRows(talk) as { messages: { role: string; content: string }[] }[]
  expect(a?.messages.map(({ content }) => content)).toEqual(['Be kind.', '你好', 'A1', 'More', 'A2', 'Left only', 'A3'])
  expect(b?.messages.map(({ content }) => content)).toEqual(['Be kind.', '你好', 'B1', 'More', 'B2'])
})

test('only answers to the same text make a preference', () => {
  // At the second turn the two had said different things before: their answers do not compare.
  expect(preferenceRows(talk)).toEqual([
    {
      prompt: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: '你好' },
      ],
      chosen: [{ role: 'assistant', content: 'B1' }],
      rejected: [{ role: 'assistant', content: 'A1' }],
    },
  ])
})

test('a turn without an answer is left out of what a side is told', () => {
  expect(messagesOf(talk, 't3', 'b').map(({ content }) => content)).toEqual([
    'Be kind.',
    '你好',
    'B1',
    'More',
    'B2',
    'Left only',
  ])
  expect(textOfTurns(talk, 't2', 'a')).toBe('你好A1More')
})

test('the search finds every word, in titles and questions, newest first', () => {
  const heads = [headOf(talk), headOf({ ...talk, id: 'd', name: 'Ships', updatedAt: '2026-11-26T10:00:00.000Z' })]
  expect(searchHeads(heads, 'more 你好').map(({ id }) => id)).toEqual(['d', 'c'])
  expect(searchHeads(heads, 'ship').map(({ id }) => id)).toEqual(['d'])
  expect(searchHeads(heads, 'nothing')).toEqual([])
})
