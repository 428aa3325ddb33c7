import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type * as z from 'zod'
import {
  DetokenizeAnswer,
  type DoneReport,
  EmbedAnswer,
  type EngineClient,
  type EngineFacts,
  type EngineFailure,
  type GenerateLine,
  TokenizeAnswer,
} from '../../contract/engine.ts'
import { AppError, isErrorCode } from '../../contract/errors.ts'
import { onAbort } from '../../platform/http/on-abort.ts'

/**
 * A client of one engine child. Calls reject with the engine's own error, with `worker_lost` when the child is gone
 * (before or in the middle of an answer), and with `cancelled` when the caller's signal ended them.
 */
export function createEngineClient(
  socketPath: string,
  facts: EngineFacts,
): EngineClient & { readonly close: () => void } {
  // Engines answer as many requests at once as the pool admits; connections are kept, so that a request costs no handshake.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 16 })

  const open = (path: string, body: unknown, signal: AbortSignal | undefined): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled(signal))
      const text = JSON.stringify(body)
      const outgoing = httpRequest(
        {
          socketPath,
          agent,
          method: 'POST',
          path,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        },
        response => {
          ignore()
          resolve(response)
        },
      )
      const ignore = onAbort(signal, () => outgoing.destroy())
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        ignore()
        if (signal?.aborted) return reject(cancelled(signal))
        // The engine closed an idle connection at the moment it was used again: nothing was read, so it may be repeated.
        if (outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE'))
          return resolve(open(path, body, signal))
        reject(lost(facts.name, error))
      })
      outgoing.end(text)
    })

  const ask = async <T extends z.ZodType>(
    path: string,
    schema: T,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<z.output<T>> => {
    const response = await open(path, body, signal)
    const answer: unknown = JSON.parse(await textOf(response, facts.name, signal))
    const failure = (answer as { error?: EngineFailure }).error
    if (failure) throw appErrorOf(failure)
    return schema.parse(answer)
  }

  return {
    facts,
    generate: async (request, { signal, onPrompt, onTokens }) => {
      signal?.throwIfAborted()
      const response = await open('/generate', request, signal)
      return new Promise<DoneReport>((resolve, reject) => {
        let rest = ''
        let done: DoneReport | undefined
        const read = (line: GenerateLine) => {
          if ('tokens' in line) onTokens(line.tokens)
          else if ('prompt' in line) onPrompt?.(line.prompt)
          else if ('done' in line) done = line.done
          else throw appErrorOf(line.error)
        }
        const fail = (error: unknown) => {
          ignore()
          response.destroy()
          reject(error)
        }
        const ignore = onAbort(signal, () => signal && fail(cancelled(signal)))
        // It may have come while the answer was on its way here.
        if (signal?.aborted) return fail(cancelled(signal))
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          try {
            const lines = (rest + chunk).split('\n')
            rest = lines.pop() ?? ''
            // Both engines are ours and tested against the schema: the hot path does not parse every token twice.
            for (const line of lines) read(JSON.parse(line) as GenerateLine)
          } catch (error) {
            fail(error)
          }
        })
        response.on('error', error => fail(signal?.aborted ? cancelled(signal) : lost(facts.name, error)))
        response.on('end', () => {
          try {
            // A refusal before the stream began is one object without a line's end.
            if (rest !== '') read(JSON.parse(rest) as GenerateLine)
          } catch (error) {
            return fail(error instanceof AppError ? error : lost(facts.name, error))
          }
          if (!done) return fail(lost(facts.name))
          ignore()
          resolve(done)
        })
      })
    },
    embed: (request, signal) => ask('/embed', EmbedAnswer, request, signal),
    tokenize: async (request, signal) => (await ask('/tokenize', TokenizeAnswer, request, signal)).tokens,
    detokenize: async (tokens, signal) => (await ask('/detokenize', DetokenizeAnswer, { tokens }, signal)).text,
    close: () => agent.destroy(),
  }
}

async function textOf(response: IncomingMessage, name: string, signal: AbortSignal | undefined): Promise<string> {
  const ignore = onAbort(signal, () => response.destroy())
  try {
    if (signal?.aborted) response.destroy()
    const chunks: Buffer[] = []
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  } catch (error) {
    throw signal?.aborted ? cancelled(signal) : lost(name, error)
  } finally {
    ignore()
  }
}

const appErrorOf = ({ code, message, hint }: EngineFailure): AppError =>
  new AppError(isErrorCode(code) ? code : 'worker_failed', message, hint === undefined ? {} : { hint })

const lost = (name: string, cause?: unknown): AppError =>
  new AppError('worker_lost', `The engine of "${name}" ended while it was answering.`, {
    ...(cause !== undefined && { cause }),
    hint: `It is started again by itself; slipway inference logs ${name} shows why it ended.`,
  })

const cancelled = (signal: AbortSignal): AppError =>
  signal.reason instanceof AppError
    ? signal.reason
    : new AppError('cancelled', 'The request was cancelled.', { cause: signal.reason })
