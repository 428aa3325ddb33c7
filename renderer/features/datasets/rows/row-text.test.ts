import { expect, test } from 'vitest'
import { messagesOf, partsOfKind, summaryOf } from './row-text.ts'

const chat = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Who\nare you?' },
  { role: 'assistant', content: 'A model.' },
]

test('a chat is summed up by its first question and its first answer, in one line each', () => {
  expect(summaryOf('sft', { messages: chat })).toEqual(['Who are you?', 'A model.'])
})

test('pairs, judged and scored answers show what tells them apart', () => {
  const answer = (content: string) => [{ role: 'assistant', content }]
  expect(summaryOf('dpo', { messages: chat.slice(0, 2), chosen: answer('yes'), rejected: answer('no') })).toEqual([
    'Who are you?',
    'yes',
    'no',
  ])
  expect(summaryOf('kto', { messages: chat, completion: answer('fine'), label: false })).toEqual([
    'Who are you?',
    'fine',
    '✗',
  ])
  const responses = [
    { content: 'worse', score: 1 },
    { content: 'better', score: 5 },
  ]
  expect(summaryOf('reward', { messages: chat, responses })).toEqual(['Who are you?', '5: better · 1: worse'])
})

test('every kind has as many parts as its list has columns, even of an empty row', () => {
  for (const [kind, parts] of Object.entries(partsOfKind))
    expect(summaryOf(kind as 'sft', {})).toHaveLength(parts.length)
})

test('what is no message is left out', () => {
  expect(messagesOf([null, 'text', { role: 'user', content: 'x' }])).toHaveLength(1)
  expect(messagesOf('text')).toEqual([])
})
