import type { EngineClient, GenerateInput, TokenPiece } from '../../contract/engine.ts'
import { AppError } from '../../contract/errors.ts'
import { invalid } from './errors.ts'
import { streamEvents } from './event-stream.ts'
import { runChoice, runLimited, samplingOf, totalOf, type Usage, usageBody } from './generation.ts'
import { chatLogprobs } from './logprobs.ts'
import { type ChatRequest, templateMessages } from './requests.ts'
import { createToolCallReader, parseToolCall, type ToolCall } from './tool-calls.ts'

export type Stamp = { readonly id: string; readonly created: number; readonly model: string }

type Finish = 'stop' | 'length' | 'tool_calls'
type NumberedCall = ToolCall & { readonly id: string }
type ChoiceListener = {
  readonly onBegin: () => void
  readonly onContent: (text: string, pieces: readonly TokenPiece[]) => void
  readonly onCall: (call: NumberedCall, index: number) => void
}

/** `POST /v1/chat/completions`. `newId` makes the ids of tool calls. */
export async function chatCompletion(
  request: Request,
  body: ChatRequest,
  client: EngineClient,
  stamp: Stamp,
  newId: () => string,
): Promise<Response> {
  const plan = planOf(body, newId)
  return body.stream ? streamed(request, body, client, stamp, plan) : whole(body, client, stamp, plan, request.signal)
}

type Plan = {
  readonly input: (i: number) => GenerateInput
  readonly run: (
    client: EngineClient,
    i: number,
    signal: AbortSignal,
    listener: ChoiceListener,
  ) => Promise<Usage & { readonly finish: Finish }>
}

function planOf(body: ChatRequest, newId: () => string): Plan {
  const forced = forcedTools(body)
  const tools = body.tool_choice === 'none' || forced ? undefined : body.tools
  const wantsLogprobs = body.logprobs === true || body.top_logprobs !== undefined
  if (forced && body.response_format && body.response_format.type !== 'text')
    throw invalid('response_format', 'A forced tool call and a response format exclude each other.')
  const maxTokens = body.max_completion_tokens ?? body.max_tokens
  const messages = templateMessages(body.messages)

  const input = (i: number): GenerateInput => ({
    messages,
    ...samplingOf(body, i),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(wantsLogprobs && { logprobs: body.top_logprobs ?? 0 }),
    ...(tools && tools.length > 0 && { tools }),
    ...(forced && { jsonSchema: forced.schema }),
  })

  const run: Plan['run'] = async (client, i, signal, { onBegin, onContent, onCall }) => {
    const reader = tools && tools.length > 0 ? createToolCallReader() : undefined
    const onlyOne = body.parallel_tool_calls === false
    let calls = 0
    let json = ''
    const call = (found: ToolCall) => {
      if (onlyOne && calls > 0) return
      onCall({ ...found, id: newId() }, calls)
      calls += 1
    }
    const take = (
      { content, calls: found }: { content: string; calls: readonly ToolCall[] },
      pieces: readonly TokenPiece[],
    ) => {
      if (content !== '' || pieces.length > 0) onContent(content, pieces)
      for (const one of found) call(one)
    }
    const outcome = await runChoice(
      client,
      input(i),
      { stops: body.stop, signal, withPieces: wantsLogprobs },
      {
        onPrompt: onBegin,
        onText: (text, pieces) => {
          if (forced) json += text
          else if (reader) take(reader.push(text), pieces)
          else onContent(text, pieces)
        },
        isEnough: () => onlyOne && calls > 0,
      },
    )
    if (reader) take(reader.flush(), [])
    if (forced) {
      const found = parseToolCall(json)
      if (found) call(found)
      else if (json !== '') onContent(json, []) // cut short by the token limit: shown, not hidden
    }
    const finish: Finish = calls > 0 && outcome.finish === 'stop' && !forced?.isNamed ? 'tool_calls' : outcome.finish
    return { ...outcome, finish }
  }
  return { input, run }
}

// A call that the client demands is written under a grammar that allows nothing else.
function forcedTools({
  tools,
  tool_choice,
}: ChatRequest): { schema: Record<string, unknown>; isNamed: boolean } | undefined {
  if (tool_choice === undefined || tool_choice === 'none' || tool_choice === 'auto') return undefined
  const isNamed = tool_choice !== 'required'
  const chosen = (tools ?? []).filter(({ function: { name } }) => !isNamed || name === tool_choice.function.name)
  if (chosen.length === 0) throw invalid('tool_choice', 'tool_choice names no tool of this request.')
  const options = chosen.map(({ function: { name, parameters } }) => ({
    type: 'object',
    properties: { name: { const: name }, arguments: parameters ?? { type: 'object' } },
    required: ['name', 'arguments'],
  }))
  return { isNamed, schema: options.length === 1 && options[0] ? options[0] : { oneOf: options } }
}

async function whole(
  body: ChatRequest,
  client: EngineClient,
  stamp: Stamp,
  plan: Plan,
  signal: AbortSignal,
): Promise<Response> {
  const hasLogprobs = body.logprobs === true || body.top_logprobs !== undefined
  const one = async (index: number) => {
    const pieces: TokenPiece[] = []
    const calls: NumberedCall[] = []
    let content = ''
    const outcome = await plan.run(client, index, signal, {
      onBegin: () => undefined,
      onContent: (text, tokens) => {
        content += text
        pieces.push(...tokens)
      },
      onCall: call => void calls.push(call),
    })
    const choice = {
      index,
      message: {
        role: 'assistant',
        content: calls.length > 0 && content.trim() === '' ? null : content,
        refusal: null,
        ...(calls.length > 0 && { tool_calls: calls.map(callBody) }),
      },
      logprobs: hasLogprobs ? chatLogprobs(pieces) : null,
      finish_reason: outcome.finish,
    }
    return { choice, outcome }
  }
  const results = await runLimited(
    Array.from({ length: body.n }, (_, i) => () => one(i)),
    client.facts.parallel,
  )
  return Response.json({
    id: stamp.id,
    object: 'chat.completion',
    created: stamp.created,
    model: stamp.model,
    choices: results.map(({ choice }) => choice),
    // The choices share one prompt.
    usage: usageBody({
      ...totalOf(results.map(({ outcome }) => outcome)),
      promptTokens: results[0]?.outcome.promptTokens ?? 0,
      cachedTokens: results[0]?.outcome.cachedTokens ?? 0,
    }),
  })
}

const callBody = ({ id, name, arguments: text }: NumberedCall) => ({
  id,
  type: 'function',
  function: { name, arguments: text },
})

async function streamed(
  request: Request,
  body: ChatRequest,
  client: EngineClient,
  stamp: Stamp,
  plan: Plan,
): Promise<Response> {
  const withUsage = body.stream_options?.include_usage === true
  const head = `{"id":${JSON.stringify(stamp.id)},"object":"chat.completion.chunk","created":${stamp.created},"model":${JSON.stringify(stamp.model)},"choices":[`
  const tail = withUsage ? '],"usage":null}' : ']}'
  // One token, one string: what does not change in an answer is written only once.
  const chunk = (index: number, delta: string, finish: Finish | null, logprobs?: string) =>
    `${head}{"index":${index},"delta":${delta},"logprobs":${logprobs ?? 'null'},"finish_reason":${finish === null ? 'null' : `"${finish}"`}}${tail}`

  return streamEvents(request, async ({ send }, begun, signal) => {
    const one = async (index: number) => {
      const outcome = await plan.run(client, index, signal, {
        onBegin: () => {
          begun()
          send(chunk(index, '{"role":"assistant","content":""}', null))
        },
        onContent: (text, pieces) =>
          send(
            chunk(
              index,
              `{"content":${JSON.stringify(text)}}`,
              null,
              pieces.length > 0 ? JSON.stringify(chatLogprobs(pieces)) : undefined,
            ),
          ),
        onCall: ({ id, name, arguments: text }, at) => {
          const first = { tool_calls: [{ index: at, id, type: 'function', function: { name, arguments: '' } }] }
          const rest = { tool_calls: [{ index: at, function: { arguments: text } }] }
          send(chunk(index, JSON.stringify(first), null))
          send(chunk(index, JSON.stringify(rest), null))
        },
      })
      send(chunk(index, '{}', outcome.finish))
      return outcome
    }
    const outcomes = await runLimited(
      Array.from({ length: body.n }, (_, i) => () => one(i)),
      client.facts.parallel,
    )
    if (!withUsage) return
    const [first] = outcomes
    if (!first) throw new AppError('internal', 'An answer has at least one choice.')
    const total = totalOf(outcomes)
    const usage = usageBody({ ...total, promptTokens: first.promptTokens, cachedTokens: first.cachedTokens })
    send(`${head}],"usage":${JSON.stringify(usage)}}`)
  })
}
