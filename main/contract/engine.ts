import * as z from 'zod'
import { type AppError, errorCodes } from './errors.ts'

/**
 * What an engine child speaks. An engine holds one loaded model and listens on a Unix socket (mode 0600) with HTTP:
 *
 * - `POST /generate` {@link GenerateRequest} → `application/x-ndjson`, one {@link GenerateLine} per line: first
 *   `prompt`, then `tokens`, at last `done` or `error`. A request that cannot begin answers `error` as its first line.
 *   Closing the connection cancels the request after the token in flight.
 * - `POST /embed`, `POST /tokenize`, `POST /detokenize`, `GET /health` → JSON; failures carry `{error}` and the
 *   status of their code.
 *
 * On standard output it prints one JSON event per line ({@link EngineEvent}); `{"command":"stop"}` on standard input, or
 * its end, lets running requests finish (at most `drainMs` of the configuration) and ends the child.
 * The GGUF engine (main/entry/llama-engine.ts) and the Python one (slipway_worker.serve) both speak exactly this.
 */

const count = z.number().int().nonnegative()
const figure = z.number()

/** A chat message as chat templates read it. Content is text; tool calls carry their arguments as an object. */
export const ChatMessage = z.object({
  role: z.string().min(1).max(64),
  content: z.string().nullable().optional(),
  name: z.string().optional(),
  tool_calls: z
    .array(
      z.object({
        id: z.string().optional(),
        type: z.literal('function').default('function'),
        function: z.object({ name: z.string(), arguments: z.unknown() }),
      }),
    )
    .optional(),
  tool_call_id: z.string().optional(),
  reasoning_content: z.string().optional(),
})
export type ChatMessage = z.output<typeof ChatMessage>

export const ToolDefinition = z.object({
  type: z.literal('function'),
  function: z.object({
    name: z.string().min(1).max(128),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    strict: z.boolean().nullish(),
  }),
})
export type ToolDefinition = z.output<typeof ToolDefinition>

/** The most alternatives per position that a request may ask for. */
export const maxTopLogprobs = 20

/** Exactly one of `tokens`, `prompt` and `messages`. Sampling: temperature 0 is greedy; the order is bias, penalties, top-k, top-p, min-p, temperature. */
export const GenerateRequest = z
  .strictObject({
    tokens: z.array(count).min(1).optional().meta({ description: 'ids, used as they are' }),
    prompt: z
      .string()
      .optional()
      .meta({ description: 'text; a beginning-of-sequence token is added where the model wants one' }),
    messages: z.array(ChatMessage).min(1).optional().meta({ description: 'rendered by the model’s chat template' }),
    tools: z.array(ToolDefinition).max(128).optional(),
    maxTokens: count
      .optional()
      .meta({ description: 'absent: what the context leaves; more than it leaves is cut to it' }),
    temperature: figure.min(0).max(10).default(1),
    topP: figure.gt(0).max(1).default(1),
    topK: count.default(0).meta({ description: '0: off' }),
    minP: figure.min(0).max(1).default(0),
    repetitionPenalty: figure.gt(0).max(10).default(1).meta({ description: 'over prompt and completion; 1: off' }),
    presencePenalty: figure.min(-2).max(2).default(0).meta({ description: 'over the completion' }),
    frequencyPenalty: figure.min(-2).max(2).default(0).meta({ description: 'over the completion' }),
    logitBias: z.record(z.string().regex(/^\d+$/), figure.min(-100).max(100)).optional(),
    seed: z
      .number()
      .int()
      .optional()
      .meta({ description: 'the same request with the same seed gives the same tokens' }),
    logprobs: count.max(maxTopLogprobs).optional().meta({
      description: 'the chosen token’s log-probability and that many alternatives, from the model’s raw distribution',
    }),
    echo: z
      .boolean()
      .default(false)
      .meta({ description: 'send the prompt’s tokens too, with log-probabilities if asked' }),
    ignoreEos: z.boolean().default(false),
    jsonSchema: z.record(z.string(), z.unknown()).optional().meta({
      description: 'the output obeys this JSON Schema; {"type":"object"} alone is any JSON object',
    }),
    grammar: z.string().max(200_000).optional().meta({ description: 'GBNF' }),
  })
  .refine(
    ({ tokens, prompt, messages }) => [tokens, prompt, messages].filter(given => given !== undefined).length === 1,
    {
      message: 'exactly one of tokens, prompt and messages is needed',
    },
  )
export type GenerateRequest = z.output<typeof GenerateRequest>
export type GenerateInput = z.input<typeof GenerateRequest>

const Alternative = z.object({ id: count, bytes: z.base64(), logprob: figure, special: z.string().optional() })

/** One token: its bytes (base64 of UTF-8, possibly a part of a character) are what it adds to the text. */
export const TokenPiece = Alternative.extend({
  logprob: figure.optional(),
  top: z.array(Alternative).optional(),
  special: z.string().optional().meta({ description: 'the name of a control token; it adds no bytes to the text' }),
})
export type TokenPiece = z.output<typeof TokenPiece>

export const PromptReport = z.object({
  count: count.meta({ description: 'tokens of the prompt' }),
  cached: count.meta({ description: 'of which were already evaluated for an earlier request' }),
  tokens: z.array(TokenPiece).optional().meta({ description: 'with echo; the first has no log-probability' }),
})
export type PromptReport = z.output<typeof PromptReport>

export const DoneReport = z.object({
  reason: z.enum(['stop', 'length', 'cancelled']),
  promptTokens: count,
  completionTokens: count,
})
export type DoneReport = z.output<typeof DoneReport>

/** A failure as an engine says it: the same envelope as everywhere. */
export const EngineFailure = z.object({
  code: z.enum(errorCodes as [string, ...string[]]),
  message: z.string(),
  hint: z.string().optional(),
})
export type EngineFailure = z.output<typeof EngineFailure>

export const GenerateLine = z.union([
  z.object({ prompt: PromptReport }),
  z.object({ tokens: z.array(TokenPiece).min(1) }),
  z.object({ done: DoneReport }),
  z.object({ error: EngineFailure }),
])
export type GenerateLine = z.output<typeof GenerateLine>

export const EmbedRequest = z.strictObject({
  inputs: z
    .array(z.union([z.string().min(1), z.array(count).min(1)]))
    .min(1)
    .max(2048),
})
export type EmbedRequest = z.output<typeof EmbedRequest>
/** Vectors of unit length (L2), one per input; `tokens` counts each input. */
export const EmbedAnswer = z.object({ vectors: z.array(z.array(figure)), tokens: z.array(count) })
export type EmbedAnswer = z.output<typeof EmbedAnswer>

export const TokenizeRequest = z
  .strictObject({
    text: z.string().optional(),
    messages: z.array(ChatMessage).min(1).optional(),
    tools: z.array(ToolDefinition).max(128).optional(),
  })
  .refine(({ text, messages }) => (text === undefined) !== (messages === undefined), {
    message: 'exactly one of text and messages is needed',
  })
export type TokenizeRequest = z.output<typeof TokenizeRequest>
export const TokenizeAnswer = z.object({ tokens: z.array(count) })
export const DetokenizeRequest = z.strictObject({ tokens: z.array(count) })
export type DetokenizeRequest = z.output<typeof DetokenizeRequest>
export const DetokenizeAnswer = z.object({ text: z.string() })

export const EngineHealth = z.object({ status: z.literal('ok'), active: count, queued: count })

/** `config.json` in the child's folder. */
export const EngineConfig = z.object({
  modelPath: z.string().min(1),
  adapterPath: z.string().min(1).optional(),
  /** Unix socket to listen on (fewer than 100 bytes), or a named pipe on Windows. */
  socket: z.string().min(1),
  contextLength: z
    .number()
    .int()
    .min(16)
    .optional()
    .meta({ description: 'per request; absent: the model’s own, at most 8192' }),
  parallel: z.number().int().min(1).max(64).default(4).meta({ description: 'requests that run at once; more wait' }),
  maxQueue: z.number().int().min(0).max(10_000).default(256).meta({ description: 'waiting requests before busy' }),
  device: z.string().default('cpu').meta({ description: 'cpu, cuda, cuda:N, vulkan or metal' }),
  threads: z.number().int().min(1).optional().meta({ description: 'absent: measured at start' }),
  chatTemplate: z.string().max(1_000_000).optional().meta({ description: 'instead of the model’s own' }),
  drainMs: z.number().int().min(0).default(10_000),
})
export type EngineConfig = z.output<typeof EngineConfig>

/** What an engine prints. Fields that only some engines know are optional; unknown ones are ignored. */
export const EngineEvent = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('ready'),
    socket: z.string().min(1),
    contextLength: z.number().int().positive(),
    hasChatTemplate: z.boolean(),
    device: z.string(),
    loadSeconds: z.number().nonnegative(),
    engine: z.string().optional(),
    dtype: z.string().optional(),
    threads: z.number().int().optional(),
    parallel: z.number().int().positive().optional(),
    can: z.array(z.enum(['generate', 'embed'])).default(['generate', 'embed']),
  }),
  z.object({
    event: z.literal('heartbeat'),
    active: count.default(0),
    queued: count.default(0),
    tokensPerSecond: z.number().default(0),
    memoryBytes: count.optional(),
  }),
  EngineFailure.extend({ event: z.literal('failed') }),
])
export type EngineEvent = z.output<typeof EngineEvent>
export type EngineReady = Extract<EngineEvent, { event: 'ready' }>

/** What a surface knows of a served model. */
export type EngineFacts = {
  readonly name: string
  readonly createdAtMs: number
  readonly contextLength: number
  readonly hasChatTemplate: boolean
  readonly can: readonly ('generate' | 'embed')[]
  /** Requests that run at once. */
  readonly parallel: number
}

export type GenerateCallbacks = {
  readonly signal?: AbortSignal
  readonly onPrompt?: (prompt: PromptReport) => void
  readonly onTokens: (pieces: readonly TokenPiece[]) => void
}

/** A served model, as surfaces and other domains use it. Every call rejects with an `AppError`; `worker_lost` when the engine went away. */
export type EngineClient = {
  readonly facts: EngineFacts
  readonly generate: (request: GenerateInput, callbacks: GenerateCallbacks) => Promise<DoneReport>
  readonly embed: (request: EmbedRequest, signal?: AbortSignal) => Promise<EmbedAnswer>
  readonly tokenize: (request: TokenizeRequest, signal?: AbortSignal) => Promise<readonly number[]>
  readonly detokenize: (tokens: readonly number[], signal?: AbortSignal) => Promise<string>
}

/** Served models by name. `resolve` gives the reason when a name cannot be used now. */
export type Engines = {
  readonly list: () => readonly EngineFacts[]
  readonly resolve: (name: string) => EngineClient | AppError
}
