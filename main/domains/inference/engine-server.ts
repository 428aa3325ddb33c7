import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type * as z from 'zod'
import {
  type DetokenizeRequest,
  DetokenizeRequest as DetokenizeSchema,
  type DoneReport,
  type EmbedAnswer,
  type EmbedRequest,
  EmbedRequest as EmbedSchema,
  type EngineReady,
  type GenerateLine,
  GenerateRequest,
  type PromptReport,
  type TokenizeRequest,
  TokenizeRequest as TokenizeSchema,
  type TokenPiece,
} from '../../contract/engine.ts'
import { AppError, errorKinds, toAppError } from '../../contract/errors.ts'

/** A loaded model, whatever runs it. */
export type ServedEngine = {
  readonly facts: Pick<EngineReady, 'contextLength' | 'hasChatTemplate' | 'device' | 'loadSeconds' | 'can'> & {
    readonly threads: number
    readonly parallel: number
  }
  readonly generate: (
    request: GenerateRequest,
    callbacks: {
      readonly signal: AbortSignal
      readonly onPrompt: (prompt: PromptReport) => void
      readonly onTokens: (pieces: readonly TokenPiece[]) => void
    },
  ) => Promise<DoneReport>
  readonly embed: (request: EmbedRequest, signal: AbortSignal) => Promise<EmbedAnswer>
  readonly tokenize: (request: TokenizeRequest) => Promise<readonly number[]>
  readonly detokenize: (request: DetokenizeRequest) => Promise<string>
  readonly load: () => { readonly active: number; readonly queued: number }
  readonly idle: () => Promise<void>
  readonly close: () => Promise<void>
}

export type EngineServer = {
  /** Tokens sent since the last call. */
  readonly takeTokenCount: () => number
  readonly close: () => Promise<void>
}

const maxBodyBytes = 64 * 1024 * 1024

/** Puts an engine behind its protocol (contract/engine.ts) on a Unix socket that only this user can open. */
export async function serveEngine(
  engine: ServedEngine,
  socketPath: string,
  log: (text: string) => void,
): Promise<EngineServer> {
  let tokenCount = 0

  const generate = async (request: IncomingMessage, response: ServerResponse) => {
    const gone = goneSignal(response)
    const write = (line: GenerateLine) => void response.write(`${JSON.stringify(line)}\n`)
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    try {
      const parsed = parse(GenerateRequest, await bodyOf(request))
      const done = await engine.generate(parsed, {
        signal: gone,
        onPrompt: prompt => write({ prompt }),
        onTokens: tokens => {
          tokenCount += tokens.length
          write({ tokens: [...tokens] })
        },
      })
      write({ done })
    } catch (error) {
      if (!gone.aborted) write({ error: failureOf(error, log) })
    }
    response.end()
  }

  const answer = async (response: ServerResponse, work: () => Promise<unknown>) => {
    try {
      send(response, 200, await work())
    } catch (error) {
      const failure = failureOf(error, log)
      send(response, errorKinds[failure.code].status, { error: failure })
    }
  }

  const server = createServer((request, response) => {
    const route = `${request.method} ${request.url}`
    switch (route) {
      case 'POST /generate':
        return void generate(request, response)
      case 'POST /embed': {
        const gone = goneSignal(response)
        return void answer(response, async () => engine.embed(parse(EmbedSchema, await bodyOf(request)), gone))
      }
      case 'POST /tokenize':
        return void answer(response, async () => ({
          tokens: await engine.tokenize(parse(TokenizeSchema, await bodyOf(request))),
        }))
      case 'POST /detokenize':
        return void answer(response, async () => ({
          text: await engine.detokenize(parse(DetokenizeSchema, await bodyOf(request))),
        }))
      case 'GET /health':
        return send(response, 200, { status: 'ok', ...engine.load() })
      default:
        return send(response, 404, { error: { code: 'not_found', message: `There is no ${route}.` } })
    }
  })
  server.requestTimeout = 0
  server.keepAliveTimeout = 60_000

  if (process.platform !== 'win32') rmSync(socketPath, { force: true })
  const mask = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(socketPath, resolve)
    })
  } finally {
    process.umask(mask)
  }

  return {
    takeTokenCount: () => {
      const taken = tokenCount
      tokenCount = 0
      return taken
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new AppError('cancelled', 'The client went away.'))
  })
  return controller.signal
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBodyBytes) throw new AppError('too_large', `The request is larger than ${maxBodyBytes} bytes.`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch (error) {
    throw new AppError('invalid_input', 'The request is not JSON.', { cause: error })
  }
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new AppError('invalid_input', `${issue?.path.join('.') || 'request'}: ${issue?.message ?? 'not understood'}`)
}

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function failureOf(error: unknown, log: (text: string) => void) {
  const app = toAppError(error)
  if (app.code === 'internal') log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  const { code, message, hint } = app.toBody()
  return { code, message, ...(hint !== undefined && { hint }) }
}
