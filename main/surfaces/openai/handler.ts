import { randomBytes } from 'node:crypto'
import type { EngineClient, EngineFacts, Engines } from '../../contract/engine.ts'
import { AppError } from '../../contract/errors.ts'
import { chatCompletion, type Stamp } from './chat.ts'
import { completion } from './completions.ts'
import { invalid, openAiErrorResponse, unsupported } from './errors.ts'
import { ChatRequest, CompletionRequest, EmbeddingRequest, parseRequest } from './requests.ts'

type Deps = {
  readonly engines: Engines
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: () => number
}

/** What the gateway should allow for a body here: long conversations, and many prompts as token ids. */
export const openAiMaxBodyBytes = 32 * 1024 * 1024

/**
 * The OpenAI-compatible surface under `/v1`, for whoever passed the gateway's guards with the scope `inference`. It
 * knows models only as engines with a name; what an engine is made of does not matter here. Never rejects: every
 * failure is a response in OpenAI's shape.
 */
export function createOpenAi({
  engines,
  nowMs,
}: Deps): (request: Request, body: string | undefined) => Promise<Response> {
  const stampFor = (prefix: string, model: string): Stamp => ({
    id: `${prefix}-${randomBytes(12).toString('hex')}`,
    created: Math.floor(nowMs() / 1_000),
    model,
  })
  const callId = () => `call_${randomBytes(12).toString('hex')}`

  const resolve = (name: string): EngineClient => {
    const engine = engines.resolve(name)
    if (!(engine instanceof AppError)) return engine
    if (engine.code !== 'not_found') throw engine
    throw new AppError('not_found', `The model "${name}" does not exist.`, {
      hint: 'A model’s name is its deployment’s name: GET /v1/models lists them.',
      details: { param: 'model', openAiCode: 'model_not_found' },
    })
  }

  const post = async (request: Request, path: string, text: string | undefined): Promise<Response> => {
    const body = jsonOf(text)
    switch (path) {
      case '/v1/chat/completions': {
        const parsed = parseRequest(ChatRequest, body)
        return chatCompletion(request, parsed, resolve(parsed.model), stampFor('chatcmpl', parsed.model), callId)
      }
      case '/v1/completions': {
        const parsed = parseRequest(CompletionRequest, body)
        return completion(request, parsed, resolve(parsed.model), stampFor('cmpl', parsed.model))
      }
      case '/v1/embeddings': {
        const parsed = parseRequest(EmbeddingRequest, body)
        return embeddings(parsed, resolve(parsed.model), request.signal)
      }
      default:
        throw unknownPath(request.method, path)
    }
  }

  const get = (request: Request, path: string): Response => {
    if (path === '/v1/models') return Response.json({ object: 'list', data: engines.list().map(modelBody) })
    if (path.startsWith('/v1/models/')) {
      const name = decodeURIComponent(path.slice('/v1/models/'.length))
      const known = engines.list().find(facts => facts.name === name)
      return Response.json(modelBody(known ?? resolve(name).facts))
    }
    throw unknownPath(request.method, path)
  }

  return async (request, body) => {
    try {
      const { pathname } = new URL(request.url)
      if (request.method === 'GET') return get(request, pathname)
      if (request.method === 'POST') return await post(request, pathname, body)
      throw unknownPath(request.method, pathname)
    } catch (error) {
      return openAiErrorResponse(error)
    }
  }
}

const unknownPath = (method: string, path: string) =>
  new AppError('not_found', `There is no ${method} ${path}.`, {
    hint: 'Slipway offers models, chat/completions, completions and embeddings.',
  })

const modelBody = ({ name, createdAtMs, contextLength }: EngineFacts) => ({
  id: name,
  object: 'model',
  created: Math.floor(createdAtMs / 1_000),
  owned_by: 'slipway',
  max_model_len: contextLength,
})

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    throw invalid('body', 'The request body is not JSON.')
  }
}

async function embeddings(body: EmbeddingRequest, client: EngineClient, signal: AbortSignal): Promise<Response> {
  if (!client.facts.can.includes('embed'))
    throw unsupported('model', `The model "${body.model}" does not make embeddings.`)
  const { input } = body
  const inputs =
    typeof input === 'string'
      ? [input]
      : typeof input[0] === 'number'
        ? [input as number[]]
        : (input as (string | number[])[])
  const { vectors, tokens } = await client.embed({ inputs: [...inputs] }, signal)
  const count = tokens.reduce((sum, value) => sum + value, 0)
  return Response.json({
    object: 'list',
    model: body.model,
    data: vectors.map((vector, index) => {
      const shortened = body.dimensions === undefined ? vector : shorten(vector, body.dimensions)
      return {
        object: 'embedding',
        index,
        embedding: body.encoding_format === 'base64' ? base64Of(shortened) : shortened,
      }
    }),
    usage: { prompt_tokens: count, total_tokens: count },
  })
}

// Cutting only makes sense for models that were trained for it; the vector is made unit length again (Matryoshka, arXiv 2205.13147).
function shorten(vector: readonly number[], dimensions: number): number[] {
  if (dimensions > vector.length)
    throw invalid('dimensions', `This model’s embeddings have ${vector.length} dimensions, not ${dimensions}.`)
  const part = vector.slice(0, dimensions)
  const length = Math.hypot(...part)
  return length > 0 ? part.map(value => value / length) : part
}

// 32-bit floats, little endian: what the official clients ask for by default.
function base64Of(vector: readonly number[]): string {
  const buffer = Buffer.alloc(vector.length * 4)
  for (const [i, value] of vector.entries()) buffer.writeFloatLE(value, i * 4)
  return buffer.toString('base64')
}
