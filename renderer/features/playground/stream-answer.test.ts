import { expect, test, vi } from 'vitest'
import { usualSampling } from './conversation.ts'
import { type AnswerEvent, type AnswerRequest, bodyOf, failureOfResponse, streamAnswer } from './stream-answer.ts'

const chat: AnswerRequest = {
  kind: 'chat',
  deployment: 'assistant',
  sampling: usualSampling,
  messages: [{ role: 'user', content: 'Hi' }],
}

test('what is off is left out of the request', () => {
  expect(bodyOf({ ...chat, sampling: { ...usualSampling, maxTokens: undefined } })).toEqual({
    model: 'assistant',
    messages: chat.kind === 'chat' ? chat.messages : [],
    temperature: 0.7,
    stream: true,
    stream_options: { include_usage: true },
  })
})

test('probabilities and penalties go by the names of the API', () => {
  const sampling = {
    ...usualSampling,
    alternatives: 3,
    seed: 7,
    stop: ['\n'],
    presencePenalty: 0.5,
    repetitionPenalty: 1.1,
  }
  expect(bodyOf({ ...chat, sampling })).toMatchObject({
    logprobs: true,
    top_logprobs: 3,
    seed: 7,
    stop: ['\n'],
    presence_penalty: 0.5,
    repetition_penalty: 1.1,
  })
  expect(bodyOf({ kind: 'text', deployment: 'w', sampling, prompt: 'Once', contextLength: 512 })).toMatchObject({
    prompt: 'Once',
    logprobs: 3,
  })
})

test('a text without a limit is continued as far as the context goes, not 16 tokens', () => {
  const sampling = { ...usualSampling, maxTokens: undefined }
  expect(bodyOf({ kind: 'text', deployment: 'w', sampling, prompt: 'Once', contextLength: 512 })).toMatchObject({
    max_tokens: 512,
  })
})

test('a refusal tells its cause, whoever refused', () => {
  const refused = failureOfResponse(
    424,
    '{"error":{"message":"No template.","code":"missing_requirement","param":null}}',
  )
  expect(refused).toEqual({ code: 'missing_requirement', message: 'No template.' })
  expect(failureOfResponse(404, '{"error":{"message":"Gone.","code":"model_not_found"}}').code).toBe('not_found')
  expect(failureOfResponse(403, '{"code":"forbidden","message":"No.","hint":"Ask."}')).toEqual({
    code: 'forbidden',
    message: 'No.',
    hint: 'Ask.',
  })
  expect(failureOfResponse(502, '<html>')).toEqual({ code: 'internal', message: 'HTTP 502' })
})

async function eventsOf(body: string, request = chat): Promise<AnswerEvent[]> {
  vi.stubGlobal('fetch', async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
  const events: AnswerEvent[] = []
  for await (const event of streamAnswer(request, new AbortController().signal)) events.push(event)
  return events
}
const data = (value: unknown) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`

test('pieces, tokens with their alternatives, the end and the count arrive in order', async () => {
  const token = { token: 'Yes', logprob: -0.1, bytes: [89, 101, 115], top_logprobs: [{ token: 'No', logprob: -2.4 }] }
  const events = await eventsOf(
    [
      data({ choices: [{ delta: { role: 'assistant', content: '' }, finish_reason: null }] }),
      data({ choices: [{ delta: { content: 'Yes' }, logprobs: { content: [token] }, finish_reason: null }] }),
      data({ choices: [{ delta: {}, finish_reason: 'length' }] }),
      data({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } }),
      data('[DONE]'),
    ].join(''),
  )
  expect(events).toEqual([
    { type: 'begun' },
    {
      type: 'piece',
      text: 'Yes',
      tokens: [{ text: 'Yes', logprob: -0.1, bytes: [89, 101, 115], top: [{ text: 'No', logprob: -2.4 }] }],
    },
    { type: 'finish', reason: 'length' },
    { type: 'usage', promptTokens: 3, completionTokens: 1 },
  ])
})

test('a text tells parts of characters by their bytes', async () => {
  const logprobs = {
    tokens: ['bytes:\\xe9\\x80', 'bytes:\\xa0'],
    token_logprobs: [-1, -2],
    top_logprobs: [{ a: -3 }, null],
  }
  const events = await eventsOf(data({ choices: [{ text: '造', logprobs, finish_reason: null }] }) + data('[DONE]'), {
    kind: 'text',
    deployment: 'w',
    sampling: usualSampling,
    prompt: 'x',
    contextLength: 8,
  })
  expect(events[1]).toMatchObject({
    text: '造',
    tokens: [
      { bytes: [0xe9, 0x80], logprob: -1, top: [{ text: 'a', logprob: -3 }] },
      { bytes: [0xa0], logprob: -2 },
    ],
  })
})

test('an error in the middle ends the answer with its cause; a connection that breaks off does too', async () => {
  const broken = data({ error: { message: 'The engine is gone.', code: 'worker_lost' } })
  await expect(eventsOf(broken)).rejects.toMatchObject({ failure: { code: 'worker_lost' } })
  const unfinished = data({ choices: [{ delta: { content: 'ha' }, finish_reason: null }] })
  await expect(eventsOf(unfinished)).rejects.toMatchObject({ failure: { code: 'unreachable' } })
})
