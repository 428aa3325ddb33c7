import * as z from 'zod'
import { type ChatMessage, maxTopLogprobs } from '../../contract/engine.ts'
import { invalid, unsupported } from './errors.ts'

/**
 * What clients send. Parameters that change nothing here (user, metadata, store …) are ignored, as other servers do;
 * those that would change the answer and are not supported are refused by name. `null` means "not given".
 */

const count = z.number().int().nonnegative()
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform(value => value ?? undefined)

const Stop = optional(z.union([z.string(), z.array(z.string()).max(16)])).transform(stop =>
  stop === undefined ? [] : typeof stop === 'string' ? [stop] : stop,
)

const common = {
  model: z.string().min(1),
  stream: optional(z.boolean()).transform(value => value ?? false),
  stream_options: optional(z.object({ include_usage: optional(z.boolean()) })),
  n: optional(z.number().int().min(1).max(16)).transform(value => value ?? 1),
  stop: Stop,
  seed: optional(z.number().int()),
  temperature: optional(z.number().min(0).max(10)),
  top_p: optional(z.number().gt(0).max(1)),
  top_k: optional(z.number().int().min(-1)),
  min_p: optional(z.number().min(0).max(1)),
  repetition_penalty: optional(z.number().gt(0).max(10)),
  presence_penalty: optional(z.number().min(-2).max(2)),
  frequency_penalty: optional(z.number().min(-2).max(2)),
  logit_bias: optional(z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100))),
  ignore_eos: optional(z.boolean()),
  max_tokens: optional(count),
  grammar: optional(z.string().max(200_000)),
}

const Part = z.object({ type: z.string(), text: z.string().optional() })
const Content = z.union([z.string(), z.array(Part)]).nullish()
const Message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: Content,
  name: z.string().optional(),
  tool_calls: z
    .array(
      z.object({
        id: z.string().optional(),
        type: z.literal('function').default('function'),
        function: z.object({ name: z.string(), arguments: z.string() }),
      }),
    )
    .nullish(),
  tool_call_id: z.string().optional(),
  reasoning_content: z.string().nullish(),
})

const Tool = z.object({
  type: z.literal('function'),
  function: z.object({
    name: z.string().regex(/^[\w.-]{1,128}$/),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    strict: z.boolean().nullish(),
  }),
})

const ResponseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      name: z.string().optional(),
      schema: z.record(z.string(), z.unknown()),
      strict: z.boolean().nullish(),
    }),
  }),
])

export const ChatRequest = z.object({
  ...common,
  messages: z.array(Message).min(1),
  max_completion_tokens: optional(count),
  logprobs: optional(z.boolean()),
  top_logprobs: optional(count.max(maxTopLogprobs)),
  response_format: optional(ResponseFormat),
  tools: optional(z.array(Tool).max(128)),
  tool_choice: optional(
    z.union([
      z.enum(['none', 'auto', 'required']),
      z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }),
    ]),
  ),
  parallel_tool_calls: optional(z.boolean()),
})
export type ChatRequest = z.output<typeof ChatRequest>

export const CompletionRequest = z.object({
  ...common,
  prompt: z.union([
    z.string(),
    z.array(count).min(1),
    z
      .array(z.union([z.string(), z.array(count).min(1)]))
      .min(1)
      .max(2048),
  ]),
  best_of: optional(z.number().int().min(1).max(16)),
  echo: optional(z.boolean()).transform(value => value ?? false),
  logprobs: optional(count.max(maxTopLogprobs)),
  response_format: optional(ResponseFormat),
})
export type CompletionRequest = z.output<typeof CompletionRequest>

export const EmbeddingRequest = z.object({
  model: z.string().min(1),
  input: z.union([
    z.string().min(1),
    z.array(count).min(1),
    z
      .array(z.union([z.string().min(1), z.array(count).min(1)]))
      .min(1)
      .max(2048),
  ]),
  encoding_format: optional(z.enum(['float', 'base64'])).transform(value => value ?? 'float'),
  dimensions: optional(z.number().int().positive()),
})
export type EmbeddingRequest = z.output<typeof EmbeddingRequest>

const refused: Readonly<Record<string, string>> = {
  functions: 'Use tools.',
  function_call: 'Use tool_choice.',
  audio: 'Answers are text.',
  suffix: 'Fill-in-the-middle is not offered yet.',
  web_search_options: 'There is no web search here.',
}

/** Parses a body, naming the first parameter that does not fit. Throws `invalid_input` or `unsupported`. */
export function parseRequest<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalid('body', 'The request body must be a JSON object.')
  for (const [param, hint] of Object.entries(refused)) {
    if (Object.hasOwn(body, param) && (body as Record<string, unknown>)[param] != null)
      throw unsupported(param, `The parameter "${param}" is not supported.`, hint)
  }
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const param = issue?.path.join('.') || 'body'
  throw invalid(param, `${param}: ${issue?.message ?? 'not understood'}.`)
}

/** Messages as chat templates know them: text instead of parts, system instead of developer, arguments as objects. */
export const templateMessages = (messages: ChatRequest['messages']): ChatMessage[] =>
  messages.map(({ role, content, tool_calls, reasoning_content, ...rest }, i) => ({
    ...rest,
    role: role === 'developer' ? 'system' : role,
    content: textOf(content, `messages.${i}.content`),
    ...(tool_calls && {
      tool_calls: tool_calls.map(({ function: { name, arguments: text }, ...call }) => ({
        ...call,
        function: { name, arguments: objectOf(text) },
      })),
    }),
    ...(reasoning_content != null && { reasoning_content }),
  }))

function textOf(content: ChatRequest['messages'][number]['content'], param: string): string {
  if (content == null) return ''
  if (typeof content === 'string') return content
  return content
    .map(part => {
      if (part.type !== 'text' || part.text === undefined)
        throw unsupported(param, `Content of type "${part.type}" is not supported.`, 'Send text.')
      return part.text
    })
    .join('')
}

// Clients send arguments as JSON text; templates want to walk through them.
function objectOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // a model may have written arguments that are no JSON: the template then shows them as they were
  }
}
