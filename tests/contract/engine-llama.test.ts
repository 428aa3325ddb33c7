import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EngineChild, startEngine } from './engine-child.ts'
import { answerOf, engineProtocol, textOf } from './engine-protocol.ts'
import { tinyTokens, writeTinyGguf } from './engine-tiny-gguf.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-gguf-'))
const model = join(folder, 'tiny.gguf')
let engine: EngineChild

beforeAll(async () => {
  writeTinyGguf(model)
  engine = await startEngine({ modelPath: model })
}, 60_000)
afterAll(async () => {
  await engine.stop()
  rmSync(folder, { recursive: true, force: true })
})

engineProtocol('llama', () => engine)

describe('the llama engine', () => {
  test('reuses what it has evaluated of a prompt', async () => {
    const prompt = 'a rather long beginning that two requests share: '
    await answerOf(engine, { prompt: `${prompt}first`, maxTokens: 1 })
    const { prompt: report } = await answerOf(engine, { prompt: `${prompt}second`, maxTokens: 1 })
    expect(report.cached).toBeGreaterThanOrEqual(prompt.length - 4) // some letters share a token
  })

  test('renders messages with the template of the file and answers the rendered prompt', async () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    const tokens = await engine.client.tokenize({ messages })
    expect(tokens[0]).toBe(tinyTokens.imStart)
    expect(await engine.client.detokenize(tokens)).toBe('user\nHi\nassistant\n')
    const { prompt } = await answerOf(engine, { messages, maxTokens: 1 })
    expect(prompt.count).toBe(tokens.length)
  })

  test('an answer under a JSON schema is JSON that obeys it', async () => {
    const jsonSchema = {
      type: 'object',
      properties: { city: { type: 'string', maxLength: 8 }, size: { enum: ['small', 'large'] } },
      required: ['city', 'size'],
    }
    for (const seed of [1, 2, 3]) {
      const { pieces, done } = await answerOf(engine, { prompt: 'x', jsonSchema, seed, maxTokens: 200 })
      expect(done.reason).toBe('stop')
      expect(JSON.parse(textOf(pieces))).toEqual({
        city: expect.any(String),
        size: expect.stringMatching(/^(small|large)$/),
      })
    }
  })

  test('a schema that a grammar cannot hold is refused by name', async () => {
    const jsonSchema = { type: 'object', properties: { a: { type: 'string', pattern: '^x' } } }
    await expect(answerOf(engine, { prompt: 'x', jsonSchema })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('pattern'),
    })
  })

  test('tools are refused when the template does not know them', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'f' } }]
    await expect(answerOf(engine, { messages: [{ role: 'user', content: 'x' }], tools })).rejects.toMatchObject({
      code: 'unsupported',
    })
  })

  test('a full line answers busy', async () => {
    const small = await startEngine({ modelPath: model, parallel: 1, maxQueue: 1 })
    try {
      const request = { prompt: 'x', maxTokens: 200, ignoreEos: true, temperature: 0 }
      const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => answerOf(small, request)))
      const codes = outcomes.map(outcome => (outcome.status === 'fulfilled' ? 'done' : outcome.reason.code)).sort()
      expect(codes).toEqual(['busy', 'busy', 'done', 'done'])
    } finally {
      await small.stop()
    }
  })

  test('an engine that is killed says worker_lost to those who wait', async () => {
    const victim = await startEngine({ modelPath: model })
    const running = victim.client.generate(
      { prompt: 'x', maxTokens: 400, ignoreEos: true },
      { onTokens: () => void victim.process.kill('SIGKILL') },
    )
    await expect(running).rejects.toMatchObject({ code: 'worker_lost' })
    await expect(answerOf(victim, { prompt: 'x' })).rejects.toMatchObject({ code: 'worker_lost' })
  })

  test('stop lets a running answer finish', async () => {
    const leaving = await startEngine({ modelPath: model })
    let stopped: Promise<number | null> | undefined
    const done = await leaving.client.generate(
      { prompt: 'x', maxTokens: 40, ignoreEos: true },
      {
        onTokens: () => {
          if (!stopped) {
            leaving.process.stdin?.write('{"command":"stop"}\n')
            stopped = new Promise(resolve => leaving.process.once('exit', resolve))
          }
        },
      },
    )
    expect(done.completionTokens).toBe(40)
    expect(await stopped).toBe(0)
  })

  test('the end of standard input ends the engine', async () => {
    const orphan = await startEngine({ modelPath: model })
    const exited = new Promise(resolve => orphan.process.once('exit', resolve))
    orphan.process.stdin?.end()
    expect(await exited).toBe(0)
  })
})

describe('models without a chat template', () => {
  test('complete text, and say for chat what is missing and how to get it', async () => {
    const base = join(folder, 'base.gguf')
    writeTinyGguf(base, { chatTemplate: '' })
    const engineOfBase = await startEngine({ modelPath: base })
    try {
      expect(engineOfBase.ready.hasChatTemplate).toBe(false)
      expect((await answerOf(engineOfBase, { prompt: 'x', maxTokens: 2, ignoreEos: true })).pieces).toHaveLength(2)
      await expect(answerOf(engineOfBase, { messages: [{ role: 'user', content: 'x' }] })).rejects.toMatchObject({
        code: 'missing_requirement',
        hint: expect.stringContaining('--chat-template'),
      })
    } finally {
      await engineOfBase.stop()
    }
  })

  test('take a template from their deployment', async () => {
    const base = join(folder, 'base2.gguf')
    writeTinyGguf(base, { chatTemplate: '' })
    const given = await startEngine({ modelPath: base, chatTemplate: '{{ messages[0].content }}!' })
    try {
      const tokens = await given.client.tokenize({ messages: [{ role: 'user', content: 'Hi' }] })
      expect(await given.client.detokenize(tokens)).toBe('Hi!')
    } finally {
      await given.stop()
    }
  })
})

describe('files that must not be loaded', () => {
  const refused = async (path: string) =>
    startEngine({ modelPath: path }).then(
      async child => {
        await child.stop()
        return undefined
      },
      (error: unknown) => error,
    )

  test.each(['llama.feed_forward_length', 'llama.attention.head_count', 'tokenizer.ggml.tokens'])(
    'a file without %s is refused by name instead of aborting',
    async key => {
      const damaged = join(folder, `without-${key}.gguf`)
      writeTinyGguf(damaged, { omit: [key] })
      expect(await refused(damaged)).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(key) })
    },
  )

  test('a truncated file, a file that is no GGUF and a missing one say so', async () => {
    const { readFileSync } = await import('node:fs')
    const cut = join(folder, 'cut.gguf')
    writeFileSync(cut, readFileSync(model).subarray(0, 60_000))
    expect(await refused(cut)).toMatchObject({ code: 'invalid_input' })
    const text = join(folder, 'text.gguf')
    writeFileSync(text, 'this is no model at all, but long enough to be read as a header')
    expect(await refused(text)).toMatchObject({ code: 'invalid_input' })
    expect(await refused(join(folder, 'nowhere.gguf'))).toMatchObject({ code: 'not_found' })
  })

  test('a context longer than the model was trained for is refused', async () => {
    const outcome = await startEngine({ modelPath: model, contextLength: 4096 }).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('512') })
  })
})
