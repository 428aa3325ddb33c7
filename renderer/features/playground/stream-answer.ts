import { isErrorCode } from '../../../main/contract/errors.ts'
import type { Failure } from '../../lib/failure.ts'
import type { Message, Sampling } from './conversation.ts'
import { readEvents } from './sse.ts'
import type { Alternative, Token } from './tokens.ts'

/** A chat, or for models without a chat template a text to be continued. */
export type AnswerRequest = {
  readonly deployment: string
  readonly sampling: Sampling
} & (
  | { readonly kind: 'chat'; readonly messages: readonly Message[] }
  | {
      readonly kind: 'text'
      readonly prompt: string
      /** Where no most is set: this API would stop after 16 tokens, so the context's length is said instead. */
      readonly contextLength: number
    }
)

export type AnswerEvent =
  | { readonly type: 'begun' }
  | { readonly type: 'piece'; readonly text: string; readonly tokens: readonly Token[] }
  | { readonly type: 'finish'; readonly reason: 'stop' | 'length' }
  | { readonly type: 'usage'; readonly promptTokens: number; readonly completionTokens: number }

/** Why there is no answer, or no more of it. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
  readonly failure: Failure
  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options)
    this.failure = failure
  }
}

/** The body of a request: parameters that are off are left out, so that the copied request reads as short as it can. */
export function bodyOf(request: AnswerRequest): Record<string, unknown> {
  const { temperature, topP, maxTokens, seed, stop, alternatives, ...penalties } = request.sampling
  const { presencePenalty, frequencyPenalty, repetitionPenalty } = penalties
  const shared = {
    model: request.deployment,
    temperature,
    ...(topP < 1 && { top_p: topP }),
    ...(seed !== undefined && { seed }),
    ...(stop.length > 0 && { stop }),
    ...(presencePenalty !== 0 && { presence_penalty: presencePenalty }),
    ...(frequencyPenalty !== 0 && { frequency_penalty: frequencyPenalty }),
    ...(repetitionPenalty !== 1 && { repetition_penalty: repetitionPenalty }),
    stream: true,
    stream_options: { include_usage: true },
  }
  return request.kind === 'chat'
    ? {
        messages: request.messages,
        ...shared,
        ...(maxTokens !== undefined && { max_tokens: maxTokens }),
        ...(alternatives !== undefined && { logprobs: true, top_logprobs: alternatives }),
      }
    : {
        prompt: request.prompt,
        ...shared,
        max_tokens: maxTokens ?? request.contextLength,
        ...(alternatives !== undefined && { logprobs: alternatives }),
      }
}

export const pathOf = ({ kind }: Pick<AnswerRequest, 'kind'>): string =>
  kind === 'chat' ? '/v1/chat/completions' : '/v1/completions'

/**
 * Asks a deployment through the same door that every other program uses, and gives its answer as it is written. Throws
 * an `AnswerError` with what the backend said, or the signal's reason.
 */
export async function* streamAnswer(request: AnswerRequest, signal: AbortSignal): AsyncGenerator<AnswerEvent> {
  const response = await fetch(pathOf(request), {
    method: 'POST',
    // The first header is what a forged cross-site request cannot send: see the gateway.
    headers: { 'x-slipway-request': '1', 'content-type': 'application/json' },
    body: JSON.stringify(bodyOf(request)),
    signal,
  }).catch((cause: unknown) => {
    signal.throwIfAborted()
    throw unreachable(cause)
  })
  if (!response.ok || !response.body) throw new AnswerError(failureOfResponse(response.status, await textOf(response)))
  yield { type: 'begun' }
  try {
    for await (const data of readEvents(response.body)) {
      if (data === '[DONE]') return
      yield* eventsOf(JSON.parse(data) as Chunk, request.kind)
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof AnswerError ? error : unreachable(error)
  }
  // Without the end mark the connection broke, whatever its closing looked like.
  throw unreachable(undefined)
}

const unreachable = (cause: unknown): AnswerError =>
  new AnswerError(
    { code: 'unreachable', message: cause instanceof Error ? cause.message : 'The connection ended early.' },
    { cause },
  )

const textOf = (response: Response): Promise<string> => response.text().catch(() => '')

type ErrorFields = {
  readonly code?: unknown
  readonly message?: unknown
  readonly hint?: unknown
}

/** What a refused request says: the API's own `{error}`, or the gateway's envelope for what never reached it. */
export function failureOfResponse(status: number, body: string): Failure {
  let fields: ErrorFields = {}
  try {
    const parsed = JSON.parse(body) as { readonly error?: ErrorFields } & ErrorFields
    fields = parsed.error ?? parsed
  } catch {
    // A proxy's page, or nothing: the status says all there is.
  }
  return failureOfFields(fields, status)
}

const failureOfFields = ({ code, message, hint }: ErrorFields, status: number): Failure => ({
  code: isErrorCode(code)
    ? code
    : code === 'model_not_found' || status === 404
      ? 'not_found'
      : status === 401
        ? 'unauthenticated'
        : 'internal',
  message: typeof message === 'string' ? message : `HTTP ${status}`,
  ...(typeof hint === 'string' && { hint }),
})

type ChatToken = {
  readonly token: string
  readonly logprob: number | null
  readonly bytes: readonly number[] | null
  readonly top_logprobs?: readonly { readonly token: string; readonly logprob: number }[]
}
type LegacyTokens = {
  readonly tokens: readonly string[]
  readonly token_logprobs: readonly (number | null)[]
  readonly top_logprobs: readonly (Readonly<Record<string, number>> | null)[]
}
type Chunk = {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null }
    readonly text?: string
    readonly logprobs?: ({ readonly content?: readonly ChatToken[] | null } & Partial<LegacyTokens>) | null
    readonly finish_reason?: string | null
  }[]
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null
  readonly error?: ErrorFields
}

function* eventsOf(chunk: Chunk, kind: AnswerRequest['kind']): Generator<AnswerEvent> {
  if (chunk.error) throw new AnswerError(failureOfFields(chunk.error, 500))
  const choice = chunk.choices?.[0]
  if (choice) {
    const text = (kind === 'chat' ? choice.delta?.content : choice.text) ?? ''
    const tokens = choice.logprobs
      ? kind === 'chat'
        ? (choice.logprobs.content ?? []).map(chatToken)
        : legacyTokens(choice.logprobs)
      : []
    if (text !== '' || tokens.length > 0) yield { type: 'piece', text, tokens }
    if (choice.finish_reason) yield { type: 'finish', reason: choice.finish_reason === 'length' ? 'length' : 'stop' }
  }
  if (chunk.usage) {
    const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = chunk.usage
    yield { type: 'usage', promptTokens, completionTokens }
  }
}

// A logarithm of zero does not exist in JSON; the API sends null for "not known".
const certain = 0
const chatToken = ({ token, logprob, bytes, top_logprobs }: ChatToken): Token => ({
  text: token,
  logprob: logprob ?? certain,
  bytes: bytes ?? [],
  top: (top_logprobs ?? []).map(({ token: text, logprob: value }) => ({ text, logprob: value })),
})

/** The older API has no bytes: parts of characters are written out as `bytes:\xe9…`, control tokens by their name. */
function legacyTokens({ tokens = [], token_logprobs = [], top_logprobs = [] }: Partial<LegacyTokens>): Token[] {
  return tokens.map((text, index) => ({
    text,
    logprob: token_logprobs[index] ?? certain,
    bytes: bytesOf(text),
    top: Object.entries(top_logprobs[index] ?? {})
      .map(([other, logprob]): Alternative => ({ text: other, logprob }))
      .sort((one, other) => other.logprob - one.logprob),
  }))
}

const encoder = new TextEncoder()
const bytesOf = (text: string): readonly number[] =>
  text.startsWith('bytes:\\x')
    ? [...text.matchAll(/\\x([0-9a-f]{2})/g)].map(([, hex]) => Number.parseInt(hex ?? '0', 16))
    : [...encoder.encode(text)]
