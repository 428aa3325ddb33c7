import { request as httpRequest } from 'node:http'
import { describe, expect, test } from 'vitest'
import {
  type DoneReport,
  EngineHealth,
  type GenerateInput,
  GenerateLine,
  type PromptReport,
  type TokenPiece,
} from '../../main/contract/engine.ts'
import type { EngineChild } from './engine-child.ts'

/** One whole answer of an engine. */
export type Answer = {
  readonly prompt: PromptReport
  readonly pieces: readonly TokenPiece[]
  readonly done: DoneReport
}

export async function answerOf({ client }: EngineChild, request: GenerateInput): Promise<Answer> {
  const pieces: TokenPiece[] = []
  const prompts: PromptReport[] = []
  const done = await client.generate(request, {
    onPrompt: report => void prompts.push(report),
    onTokens: tokens => void pieces.push(...tokens),
  })
  const [prompt] = prompts
  if (!prompt || prompts.length > 1) throw new Error(`${prompts.length} prompt lines`)
  return { prompt, pieces, done }
}

export const idsOf = ({ pieces }: Answer): readonly number[] => pieces.map(({ id }) => id)
export const textOf = (pieces: readonly TokenPiece[]): string =>
  Buffer.concat(pieces.map(({ bytes }) => Buffer.from(bytes, 'base64'))).toString()

const probabilityOf = (piece: { logprob?: number | undefined } | undefined) => Math.exp(piece?.logprob ?? Number.NaN)

/** Everything that every engine must do: `main/contract/engine.ts` in tests. `engine` is started by the caller. */
export function engineProtocol(name: string, engine: () => EngineChild): void {
  describe(`${name}: the engine protocol`, () => {
    const greedy = { temperature: 0, ignoreEos: true } as const
    const answer = (request: GenerateInput) => answerOf(engine(), request)

    test('every line of an answer is one of the protocol, in its order', async () => {
      const lines = await rawLines(engine().socket, { prompt: 'one two', maxTokens: 4, ...greedy })
      for (const line of lines) GenerateLine.parse(line)
      const kinds = lines.map(line => Object.keys(line)[0])
      expect(kinds[0]).toBe('prompt')
      expect(kinds.at(-1)).toBe('done')
      expect(new Set(kinds.slice(1, -1))).toEqual(new Set(['tokens']))
    })

    test('counts tokens, and ends with length at the limit', async () => {
      const { prompt, pieces, done } = await answer({ prompt: 'one two', maxTokens: 5, ...greedy })
      expect(done).toEqual({ reason: 'length', promptTokens: prompt.count, completionTokens: 5 })
      expect(pieces).toHaveLength(5)
    })

    test('a request for no tokens generates none', async () => {
      const { pieces, done } = await answer({ prompt: 'one two', maxTokens: 0 })
      expect(pieces).toEqual([])
      expect(done).toMatchObject({ reason: 'length', completionTokens: 0 })
    })

    test('a prompt as ids gives what its text gives', async () => {
      const tokens = await engine().client.tokenize({ text: 'one two' })
      const asText = await answer({ prompt: 'one two', maxTokens: 8, ...greedy })
      const asIds = await answer({ tokens: [...tokens], maxTokens: 8, ...greedy })
      expect(asIds.prompt.count).toBe(asText.prompt.count)
      expect(idsOf(asIds)).toEqual(idsOf(asText))
    })

    test('text survives tokenize and detokenize, byte for byte', async () => {
      const text = 'Grüße, 世界! 🙂 end'
      const tokens = await engine().client.tokenize({ text })
      expect((await engine().client.detokenize(tokens)).trimStart()).toContain(text)
    })

    test('the same seed repeats, another one does not', async () => {
      const draw = async (seed: number) =>
        idsOf(await answer({ prompt: 'one two', maxTokens: 16, seed, ignoreEos: true }))
      const first = await draw(7)
      expect(await draw(7)).toEqual(first)
      expect(await draw(8)).not.toEqual(first)
    })

    test('greedy answers are the same alone and among others', async () => {
      const prompts = ['one two', 'three', 'a b c d e f g', 'x']
      const ask = (prompt: string) => answer({ prompt, maxTokens: 12, ...greedy })
      const alone: (readonly number[])[] = []
      for (const prompt of prompts) alone.push(idsOf(await ask(prompt)))
      const together = await Promise.all(prompts.map(ask))
      expect(together.map(idsOf)).toEqual(alone)
    })

    test('log-probabilities do not change a greedy answer, and its choice is the best alternative', async () => {
      const plain = await answer({ prompt: 'one two', maxTokens: 6, ...greedy })
      const { pieces } = await answer({ prompt: 'one two', maxTokens: 6, ...greedy, logprobs: 3 })
      expect(pieces.map(({ id }) => id)).toEqual(idsOf(plain))
      for (const piece of pieces) {
        expect(piece.top).toHaveLength(3)
        expect(piece.top?.[0]?.id).toBe(piece.id)
        expect(piece.top?.[0]?.logprob).toBeCloseTo(piece.logprob ?? 1, 5)
        const probabilities = (piece.top ?? []).map(probabilityOf)
        expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a))
        expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeLessThanOrEqual(1 + 1e-6)
      }
    })

    test('echo tells the prompt’s log-probabilities: those with which it would have been generated', async () => {
      const generated = await answer({ prompt: 'one two', maxTokens: 5, ...greedy, logprobs: 1 })
      const tokens = await engine().client.tokenize({ text: 'one two' })
      const whole = [...tokens, ...idsOf(generated)]
      const { prompt } = await answer({ tokens: whole, maxTokens: 0, echo: true, logprobs: 1, temperature: 0 })
      expect(prompt.tokens?.map(({ id }) => id)).toEqual(whole)
      expect(prompt.tokens?.[0]?.logprob).toBeUndefined()
      const echoed = prompt.tokens?.slice(tokens.length).map(({ logprob }) => logprob ?? Number.NaN) ?? []
      for (const [i, { logprob }] of generated.pieces.entries()) expect(echoed[i]).toBeCloseTo(logprob ?? 1, 2)
      expect(prompt.tokens?.slice(tokens.length).every(({ id, top }) => top?.[0]?.id === id)).toBe(true)
    })

    test('a bias of 100 decides, and a bias of -100 forbids', async () => {
      const [wanted = 0] = await engine().client.tokenize({ text: 'Q' })
      const biased = await answer({ prompt: 'one', maxTokens: 3, ...greedy, logitBias: { [wanted]: 100 } })
      expect(idsOf(biased)).toEqual([wanted, wanted, wanted])
      const [first = 0] = idsOf(await answer({ prompt: 'one', maxTokens: 1, ...greedy }))
      const forbidden = await answer({ prompt: 'one', maxTokens: 1, ...greedy, logitBias: { [first]: -100 } })
      expect(idsOf(forbidden)).not.toContain(first)
    })

    test('a strong frequency penalty keeps tokens from coming back', async () => {
      const { pieces } = await answer({
        prompt: 'one',
        maxTokens: 24,
        ...greedy,
        frequencyPenalty: 2,
        presencePenalty: 2,
      })
      const plain = await answer({ prompt: 'one', maxTokens: 24, ...greedy })
      expect(new Set(pieces.map(({ id }) => id)).size).toBeGreaterThanOrEqual(new Set(idsOf(plain)).size)
    })

    test('a prompt that does not fit names the context length', async () => {
      const long = 'word '.repeat(engine().ready.contextLength + 8)
      await expect(answer({ prompt: long })).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining(String(engine().ready.contextLength)),
      })
    })

    test('more tokens than the context leaves are cut to what it leaves', async () => {
      const tokens = await engine().client.tokenize({ text: 'x '.repeat(40) })
      const full = Array.from({ length: engine().ready.contextLength - 5 }, (_, i) => tokens[i % tokens.length] ?? 0)
      const { done } = await answer({ tokens: full, maxTokens: 1_000, ...greedy })
      expect(done).toMatchObject({ reason: 'length', completionTokens: 5 })
    })

    test('an id outside the vocabulary is refused and nothing breaks', async () => {
      await expect(answer({ tokens: [2_000_000_000], maxTokens: 1 })).rejects.toMatchObject({ code: 'invalid_input' })
      expect((await answer({ prompt: 'one', maxTokens: 1, ...greedy })).pieces).toHaveLength(1)
    })

    test('a request that is not understood is refused', async () => {
      const lines = await rawLines(engine().socket, { prompt: 'x', messages: [{ role: 'user', content: 'x' }] })
      expect(lines).toEqual([{ error: expect.objectContaining({ code: 'invalid_input' }) }])
    })

    test('clients that go away free their places at once, running or waiting', async () => {
      const abort = new AbortController()
      // So many tokens that only being cancelled can end them within the time given below.
      const many = Array.from({ length: 60 }, (_, i) =>
        engine().client.generate(
          { prompt: `p${i}`, maxTokens: 450, ...greedy },
          { signal: abort.signal, onTokens: () => abort.abort() },
        ),
      )
      for (const outcome of await Promise.allSettled(many))
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } })
      const left = async () => {
        const { active, queued } = await health(engine().socket)
        return active + queued
      }
      await expect.poll(left, { timeout: 3_000 }).toBe(0)
    })

    test('more requests than places wait their turn and are all answered', async () => {
      const many = Array.from({ length: 12 }, (_, i) => answer({ prompt: `p${i}`, maxTokens: 6, ...greedy }))
      for (const { pieces } of await Promise.all(many)) expect(pieces).toHaveLength(6)
    })

    test('embeddings have unit length, one per input, and repeat', async () => {
      if (!engine().ready.can.includes('embed')) return
      const { vectors, tokens } = await engine().client.embed({ inputs: ['hello', 'goodbye', 'hello'] })
      expect(vectors).toHaveLength(3)
      expect(tokens.every(count => count > 0)).toBe(true)
      for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 3)
      const cosine = (vectors[0] ?? []).reduce((sum, value, i) => sum + value * (vectors[2]?.[i] ?? 0), 0)
      expect(cosine).toBeCloseTo(1, 3)
    })

    test('the socket belongs to this user alone', async () => {
      const { statSync } = await import('node:fs')
      expect(statSync(engine().socket).mode & 0o777).toBe(0o600)
    })
  })
}

const health = async (socketPath: string) =>
  EngineHealth.parse(JSON.parse(await exchange(socketPath, 'GET', '/health', undefined)))

/** Posts a generate request as it is, valid or not, and reads the lines as they are. */
export const rawLines = async (socketPath: string, body: unknown): Promise<readonly Record<string, unknown>[]> =>
  (await exchange(socketPath, 'POST', '/generate', JSON.stringify(body)))
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>)

const exchange = (socketPath: string, method: string, path: string, body: string | undefined): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, method, path }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
