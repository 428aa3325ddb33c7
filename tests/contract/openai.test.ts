import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI, { APIError, BadRequestError, NotFoundError, RateLimitError, UnprocessableEntityError } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EngineClient, Engines } from '../../main/contract/engine.ts'
import { AppError } from '../../main/contract/errors.ts'
import { type Listener, listenOnPort } from '../../main/platform/http/listen.ts'
import { createOpenAi } from '../../main/surfaces/openai/handler.ts'
import { type EngineChild, startEngine } from './engine-child.ts'
import { writeTinyGguf } from './engine-tiny-gguf.ts'

/** The official client against the surface, the surface against a real engine. Nothing stands in for anything. */

const folder = mkdtempSync(join(tmpdir(), 'slipway-openai-'))
const engines = new Map<string, EngineClient>()
let engine: EngineChild
let baseEngine: EngineChild
let listener: Listener & { readonly port: number }
let openai: OpenAI
let url: string

const served: Engines = {
  list: () => [...engines.values()].map(({ facts }) => facts),
  resolve: name => engines.get(name) ?? new AppError('not_found', `no ${name}`),
}

const named = ({ client }: EngineChild, name: string): EngineClient => ({
  ...client,
  facts: { ...client.facts, name, createdAtMs: 1_700_000_000_000 },
})

beforeAll(async () => {
  writeTinyGguf(join(folder, 'tiny.gguf'))
  writeTinyGguf(join(folder, 'base.gguf'), { chatTemplate: '' })
  engine = await startEngine({ modelPath: join(folder, 'tiny.gguf') })
  baseEngine = await startEngine({ modelPath: join(folder, 'base.gguf'), parallel: 1, maxQueue: 0 })
  engines.set('tiny', named(engine, 'tiny'))
  engines.set('base', named(baseEngine, 'base'))
  const answer = createOpenAi({ engines: served, nowMs: Date.now })
  listener = await listenOnPort(0, '127.0.0.1', async request => answer(request, await request.text()))
  url = `http://127.0.0.1:${listener.port}/v1`
  openai = new OpenAI({ baseURL: url, apiKey: 'unused here', maxRetries: 0 })
}, 60_000)

afterAll(async () => {
  await listener.close()
  await Promise.all([engine.stop(), baseEngine.stop()])
  rmSync(folder, { recursive: true, force: true })
})

const model = 'tiny'
const messages = [{ role: 'user' as const, content: 'Hi' }]
// Extras that other servers have, too; the client's types do not know them.
const endless = { ignore_eos: true } as object

const rejectionOf = async (promise: PromiseLike<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('models', () => {
  test('are the deployments, by name', async () => {
    const { data } = await openai.models.list()
    expect(data.map(({ id }) => id)).toEqual(['tiny', 'base'])
    expect(data[0]).toMatchObject({ object: 'model', created: 1_700_000_000, owned_by: 'slipway', max_model_len: 512 })
    expect((await openai.models.retrieve('tiny')).id).toBe('tiny')
  })

  test('an unknown one is not found, and the message says where the names are', async () => {
    const error = await rejectionOf(openai.chat.completions.create({ model: 'gone', messages }))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model', type: 'invalid_request_error' })
  })
})

describe('chat completions', () => {
  test('answer whole, with usage', async () => {
    const answer = await openai.chat.completions.create({ model, messages, max_tokens: 6, temperature: 0, ...endless })
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model,
      choices: [{ index: 0, message: { role: 'assistant', content: expect.any(String) }, finish_reason: 'length' }],
      usage: { completion_tokens: 6 },
    })
    expect(answer.usage?.total_tokens).toBe((answer.usage?.prompt_tokens ?? 0) + 6)
  })

  test('streamed pieces make the same answer, and usage comes in a chunk of its own without choices', async () => {
    const request = { model, messages, max_completion_tokens: 24, temperature: 0, ...endless }
    const whole = await openai.chat.completions.create(request)
    const chunks = []
    const stream = await openai.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    })
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' })
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
    expect(text).toBe(whole.choices[0]?.message.content)
    expect(chunks.at(-2)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'length' })
    expect(chunks.at(-1)?.choices).toEqual([])
    expect(chunks.at(-1)?.usage).toMatchObject({ completion_tokens: 24, prompt_tokens: whole.usage?.prompt_tokens })
  })

  test('without include_usage every chunk has a choice', async () => {
    const stream = await openai.chat.completions.create({ model, messages, max_tokens: 3, stream: true, ...endless })
    for await (const chunk of stream) expect(chunk.choices).toHaveLength(1)
  })

  test('the client’s own stream helper accepts the stream', async () => {
    const stream = openai.chat.completions.stream({
      model,
      messages,
      max_tokens: 8,
      temperature: 0,
      logprobs: true,
      top_logprobs: 2,
      ...endless,
    })
    const final = await stream.finalChatCompletion()
    expect(final.choices[0]?.finish_reason).toBe('length')
    expect(final.choices[0]?.logprobs?.content).toHaveLength(8)
  })

  test('log-probabilities tell token, bytes and alternatives', async () => {
    const { choices } = await openai.chat.completions.create({
      model,
      messages,
      max_tokens: 4,
      temperature: 0,
      logprobs: true,
      top_logprobs: 3,
      ...endless,
    })
    const content = choices[0]?.logprobs?.content ?? []
    expect(content).toHaveLength(4)
    for (const { logprob, bytes, top_logprobs } of content) {
      expect(logprob).toBeLessThanOrEqual(0)
      expect(bytes?.length).toBeGreaterThan(0)
      expect(top_logprobs).toHaveLength(3)
    }
  })

  test('n choices differ, and one seed repeats them all', async () => {
    const ask = async (seed: number) =>
      (await openai.chat.completions.create({ model, messages, n: 3, seed, max_tokens: 12, ...endless })).choices.map(
        ({ message }) => message.content,
      )
    const first = await ask(5)
    expect(new Set(first).size).toBe(3)
    expect(await ask(5)).toEqual(first)
    expect(await ask(500)).not.toEqual(first)
  })

  test('a stop string ends the answer before it, streamed or whole', async () => {
    const request = { model, messages, max_tokens: 40, temperature: 0, ...endless }
    const full = (await openai.chat.completions.create(request)).choices[0]?.message.content ?? ''
    const stop = full.slice(12, 15)
    const expected = full.slice(0, full.indexOf(stop))
    const whole = await openai.chat.completions.create({ ...request, stop })
    expect(whole.choices[0]).toMatchObject({ message: { content: expected }, finish_reason: 'stop' })
    expect(whole.usage?.completion_tokens).toBeLessThan(40)
    const parts = []
    for await (const { choices } of await openai.chat.completions.create({
      ...request,
      stop: ['never', stop],
      stream: true,
    }))
      parts.push(choices[0]?.delta.content ?? '')
    expect(parts.join('')).toBe(expected)
  })

  test('json_object and json_schema answers are JSON', async () => {
    const any = await openai.chat.completions.create({
      model,
      messages,
      max_tokens: 300,
      seed: 1,
      response_format: { type: 'json_object' },
      logit_bias: { 125: 20, 34: 5 },
    })
    expect(JSON.parse(any.choices[0]?.message.content ?? '')).toBeTypeOf('object')
    const schema = {
      type: 'object',
      properties: { ok: { type: 'boolean' } },
      required: ['ok'],
      additionalProperties: false,
    }
    const strict = await openai.chat.completions.create({
      model,
      messages,
      max_tokens: 60,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } },
    })
    expect(JSON.parse(strict.choices[0]?.message.content ?? '')).toEqual({ ok: expect.any(Boolean) })
  })

  test('a demanded tool is called, whole and streamed', async () => {
    const tools = [
      {
        type: 'function' as const,
        function: {
          name: 'light',
          parameters: { type: 'object', properties: { on: { type: 'boolean' } }, required: ['on'] },
        },
      },
    ]
    const request = { model, messages, tools, tool_choice: 'required' as const, max_tokens: 100 }
    const whole = await openai.chat.completions.create(request)
    const [call] = whole.choices[0]?.message.tool_calls ?? []
    expect(whole.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({ on: expect.any(Boolean) })
    const final = await openai.chat.completions.stream(request).finalChatCompletion()
    expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: 'light' } })
  })

  test('tools that the model cannot call are refused', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'f' } }]
    expect(await rejectionOf(openai.chat.completions.create({ model, messages, tools }))).toBeInstanceOf(
      UnprocessableEntityError,
    )
  })

  test('parts of text are text, a developer is the system, images are refused', async () => {
    const parts = [
      { type: 'text' as const, text: 'H' },
      { type: 'text' as const, text: 'i' },
    ]
    const one = await openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: parts }],
      max_tokens: 4,
      temperature: 0,
    })
    const other = await openai.chat.completions.create({ model, messages, max_tokens: 4, temperature: 0 })
    expect(one.choices[0]?.message.content).toBe(other.choices[0]?.message.content)
    await openai.chat.completions.create({ model, messages: [{ role: 'developer', content: 'x' }], max_tokens: 1 })
    const image = [{ type: 'image_url' as const, image_url: { url: 'data:image/png;base64,' } }]
    expect(
      await rejectionOf(openai.chat.completions.create({ model, messages: [{ role: 'user', content: image }] })),
    ).toMatchObject({ status: 422 })
  })

  test('a base model says what is missing and how to get it, and completes text all the same', async () => {
    const error = await rejectionOf(openai.chat.completions.create({ model: 'base', messages }))
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ code: 'missing_requirement', message: expect.stringContaining('--chat-template') })
    const { choices } = await openai.completions.create({ model: 'base', prompt: 'one', max_tokens: 3, ...endless })
    expect(choices[0]?.finish_reason).toBe('length')
  })
})

describe('completions', () => {
  const request = { model, prompt: 'one two', max_tokens: 8, temperature: 0, ...endless }

  test('echo puts the prompt before the answer', async () => {
    const plain = await openai.completions.create(request)
    const echoed = await openai.completions.create({ ...request, echo: true })
    expect(echoed.choices[0]?.text).toBe(`one two${plain.choices[0]?.text}`)
  })

  test('streams the same text', async () => {
    const whole = await openai.completions.create(request)
    let text = ''
    for await (const { choices } of await openai.completions.create({ ...request, stream: true }))
      text += choices[0]?.text ?? ''
    expect(text).toBe(whole.choices[0]?.text)
  })

  test('several prompts, as text or ids, are answered in order, n times each', async () => {
    const ids = [...(await engine.client.tokenize({ text: 'one two' }))]
    const alone = await openai.completions.create(request)
    const texts = await openai.completions.create({ ...request, prompt: ['one two', 'three', 'one two'] })
    expect(texts.choices.map(({ index }) => index)).toEqual([0, 1, 2])
    expect(texts.choices[0]?.text).toBe(alone.choices[0]?.text)
    expect(texts.choices[2]?.text).toBe(alone.choices[0]?.text)
    const asIds = await openai.completions.create({ ...request, prompt: [ids, ids], n: 2 })
    expect(asIds.choices.map(({ text }) => text)).toEqual(Array(4).fill(alone.choices[0]?.text))
  })

  test('best_of gives the likeliest of its candidates', async () => {
    const drawn = { model, prompt: 'x', max_tokens: 4, seed: 3, logprobs: 0, ...endless }
    const all = await openai.completions.create({ ...drawn, n: 4 })
    const meanOf = (choice: OpenAI.CompletionChoice | undefined) =>
      (choice?.logprobs?.token_logprobs ?? []).reduce((sum, value) => sum + value, 0)
    const [best] = all.choices.toSorted((a, b) => meanOf(b) - meanOf(a))
    const ranked = await openai.completions.create({ ...drawn, n: 1, best_of: 4 })
    expect(ranked.choices).toHaveLength(1)
    expect(ranked.choices[0]?.text).toBe(best?.text)
  })

  // What lm-eval's local-completions posts for every multiple-choice task, and how it reads the answer.
  test.each([0, 1])('lm-eval’s request: ids, echo, logprobs 1, max_tokens %i', async maxTokens => {
    const context = [...(await engine.client.tokenize({ text: 'The sky is' }))]
    const likely = await engine.client.generate(
      { tokens: context, maxTokens: 3, temperature: 0, ignoreEos: true },
      { onTokens: pieces => void continuation.push(...pieces.map(({ id }) => id)) },
    )
    expect(likely.completionTokens).toBe(3)
    const unlikely = continuation.map(id => (id + 1) % 256)
    const answer = await openai.completions.create({
      model,
      prompt: [
        [...context, ...continuation],
        [...context, ...unlikely],
      ],
      temperature: 0,
      max_tokens: maxTokens,
      logprobs: 1,
      seed: 1234,
      echo: true,
      ...endless,
    })
    const scores = answer.choices.map(({ logprobs }) => {
      const end = maxTokens === 0 ? undefined : -maxTokens
      const chosen = (logprobs?.token_logprobs ?? []).slice(context.length, end)
      const best = (logprobs?.top_logprobs ?? []).slice(context.length, end)
      expect(chosen).toHaveLength(3)
      return {
        sum: chosen.reduce((total, value) => total + value, 0),
        isGreedy: chosen.every((value, i) => value === Math.max(...Object.values(best[i] ?? {}))),
      }
    })
    expect(scores[0]?.isGreedy).toBe(true)
    expect(scores[1]?.isGreedy).toBe(false)
    expect(scores[0]?.sum).toBeGreaterThan(scores[1]?.sum ?? 0)
    expect(answer.choices[0]?.logprobs?.token_logprobs?.[0]).toBeNull()
    continuation.length = 0
  })
  const continuation: number[] = []

  test('offsets point at the tokens in the text', async () => {
    const { choices } = await openai.completions.create({
      model,
      prompt: 'Grüße',
      max_tokens: 0,
      echo: true,
      logprobs: 0,
    })
    const { tokens = [], text_offset = [] } = choices[0]?.logprobs ?? {}
    expect(choices[0]?.text).toBe('Grüße')
    expect(tokens.slice(0, 2)).toEqual(['G', 'r'])
    expect(tokens[2]).toMatch(/^bytes:/) // half of an ü
    expect(text_offset).toEqual([0, 1, 2, 2, 3, 3, 4])
  })
})

describe('embeddings', () => {
  test('come as base64 by default and say the same as numbers', async () => {
    // The client asks for base64 by itself and decodes it.
    const decoded = await openai.embeddings.create({ model, input: ['hello', 'other'] })
    const floats = await openai.embeddings.create({ model, input: 'hello', encoding_format: 'float' })
    expect(decoded.data).toHaveLength(2)
    expect(decoded.data[0]?.embedding).toHaveLength(32)
    for (const [i, value] of (floats.data[0]?.embedding ?? []).entries())
      expect(decoded.data[0]?.embedding[i]).toBeCloseTo(value, 5)
    expect(floats.usage.prompt_tokens).toBeGreaterThan(0)
  })

  test('can be shortened, and stay of unit length', async () => {
    const { data } = await openai.embeddings.create({ model, input: 'hello', dimensions: 8, encoding_format: 'float' })
    expect(data[0]?.embedding).toHaveLength(8)
    expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1, 5)
  })
})

describe('failures', () => {
  test('a wrong parameter is named', async () => {
    const error = await rejectionOf(openai.chat.completions.create({ model, messages, temperature: -1 }))
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ param: 'temperature', type: 'invalid_request_error' })
    expect(await rejectionOf(openai.chat.completions.create({ model, messages: [] }))).toMatchObject({
      param: 'messages',
    })
    const old = { functions: [{ name: 'f' }] } as object
    expect(await rejectionOf(openai.chat.completions.create({ model, messages, ...old }))).toMatchObject({
      param: 'functions',
    })
  })

  test('a body that is no JSON, and a path that is not there', async () => {
    const bad = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      body: '{"model":',
      headers: { 'content-type': 'application/json' },
    })
    expect(bad.status).toBe(400)
    expect(await bad.json()).toMatchObject({
      error: { code: 'invalid_input', type: 'invalid_request_error', param: 'body' },
    })
    expect(await rejectionOf(openai.files.list())).toMatchObject({ status: 404 })
  })

  test('a prompt that does not fit fails before the stream begins, with a status', async () => {
    const stream = openai.completions.create({ model, prompt: 'x'.repeat(2_000), stream: true })
    const error = await rejectionOf(stream)
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ message: expect.stringContaining('512') })
  })

  test('a full line answers 429', async () => {
    const request = { model: 'base', prompt: 'x', max_tokens: 300, temperature: 0, ...endless }
    const outcomes = await Promise.all([1, 2, 3].map(() => rejectionOf(openai.completions.create(request))))
    expect(outcomes.filter(error => error === undefined)).toHaveLength(1)
    expect(outcomes.filter(error => error instanceof RateLimitError)).toHaveLength(2)
  })

  test('a client that leaves frees the engine', async () => {
    const stream = await openai.completions.create({
      model: 'base',
      prompt: 'x',
      max_tokens: 400,
      stream: true,
      ...endless,
    })
    for await (const _ of stream) break // leaving the loop aborts the request
    await expect
      .poll(() => rejectionOf(openai.completions.create({ model: 'base', prompt: 'x', max_tokens: 1 })), {
        timeout: 5_000,
      })
      .toBeUndefined()
  })

  test('an engine that dies in the middle of a stream ends it with an error that the client throws', async () => {
    const victim = await startEngine({ modelPath: join(folder, 'tiny.gguf') })
    engines.set('victim', named(victim, 'victim'))
    const stream = await openai.chat.completions.create({
      model: 'victim',
      messages,
      max_tokens: 400,
      stream: true,
      ...endless,
    })
    const read = async () => {
      for await (const { choices } of stream) if (choices[0]?.delta.content) victim.process.kill('SIGKILL')
    }
    const error = await rejectionOf(read())
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ code: 'worker_lost' })
    expect(await rejectionOf(openai.chat.completions.create({ model: 'victim', messages }))).toMatchObject({
      status: 502,
    })
    engines.delete('victim')
  })
})

test('eight streams at once are the eight answers of one after another', async () => {
  const prompts = Array.from({ length: 8 }, (_, i) => `prompt number ${i}`)
  const ask = async (prompt: string) => {
    let text = ''
    const stream = await openai.completions.create({
      model,
      prompt,
      max_tokens: 16,
      temperature: 0,
      stream: true,
      ...endless,
    })
    for await (const { choices } of stream) text += choices[0]?.text ?? ''
    return text
  }
  const alone: string[] = []
  for (const prompt of prompts) alone.push(await ask(prompt))
  expect(await Promise.all(prompts.map(ask))).toEqual(alone)
})
