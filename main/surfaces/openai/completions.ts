import type { EngineClient, GenerateInput, PromptReport, TokenPiece } from '../../contract/engine.ts'
import type { Stamp } from './chat.ts'
import { invalid } from './errors.ts'
import { streamEvents } from './event-stream.ts'
import { type Outcome, runChoice, runLimited, samplingOf, totalOf, type Usage, usageBody } from './generation.ts'
import { createLegacyLogprobs, type LegacyLogprobs } from './logprobs.ts'
import type { CompletionRequest } from './requests.ts'

/** What OpenAI's legacy completions give when nobody says how much. */
const defaultMaxTokens = 16

type Prompt = string | readonly number[]
type Listener = {
  readonly onBegin?: () => void
  readonly onText: (text: string, pieces: readonly TokenPiece[]) => void
}

/** `POST /v1/completions`: text or token ids, one prompt or many, with echo and log-probabilities. */
export async function completion(
  request: Request,
  body: CompletionRequest,
  client: EngineClient,
  stamp: Stamp,
): Promise<Response> {
  const bestOf = body.best_of ?? body.n
  if (bestOf < body.n) throw invalid('best_of', 'best_of must be at least n.')
  if (bestOf > body.n && body.stream)
    throw invalid('best_of', 'Only whole answers can be ranked: leave out stream or best_of.')
  return body.stream ? streamed(request, body, client, stamp) : whole(body, client, stamp, bestOf, request.signal)
}

const promptsOf = ({ prompt }: CompletionRequest): readonly Prompt[] => {
  if (typeof prompt === 'string') return [prompt]
  return typeof prompt[0] === 'number' ? [prompt as number[]] : (prompt as (string | number[])[])
}

const inputOf = (body: CompletionRequest, prompt: Prompt, i: number, logprobs: number | undefined): GenerateInput => ({
  ...(typeof prompt === 'string' ? { prompt } : { tokens: [...prompt] }),
  ...samplingOf(body, i),
  maxTokens: body.max_tokens ?? defaultMaxTokens,
  echo: body.echo,
  ...(logprobs !== undefined && { logprobs }),
})

async function run(
  body: CompletionRequest,
  client: EngineClient,
  prompt: Prompt,
  i: number,
  logprobs: number | undefined,
  signal: AbortSignal,
  { onBegin, onText }: Listener,
): Promise<Outcome> {
  return runChoice(
    client,
    inputOf(body, prompt, i, logprobs),
    { stops: body.stop, signal, withPieces: logprobs !== undefined },
    {
      onText,
      onPrompt: report => {
        onBegin?.()
        if (body.echo) onText(echoText(prompt, report), logprobs === undefined ? [] : (report.tokens ?? []))
      },
    },
  )
}

// A text prompt comes back as it was sent; ids come back as what they say.
const echoText = (prompt: Prompt, { tokens }: PromptReport): string =>
  typeof prompt === 'string'
    ? prompt
    : Buffer.concat((tokens ?? []).map(({ bytes }) => Buffer.from(bytes, 'base64'))).toString()

async function whole(
  body: CompletionRequest,
  client: EngineClient,
  stamp: Stamp,
  bestOf: number,
  signal: AbortSignal,
): Promise<Response> {
  const isRanked = bestOf > body.n
  const one = async (prompt: Prompt, i: number) => {
    const pieces: TokenPiece[] = []
    let text = ''
    let echoed = 0
    const outcome = await run(body, client, prompt, i, isRanked ? (body.logprobs ?? 0) : body.logprobs, signal, {
      onText: (part, tokens) => {
        text += part
        pieces.push(...tokens)
        if (body.echo && echoed === 0) echoed = tokens.length
      },
    })
    return { text, pieces, outcome, score: isRanked ? meanLogprob(pieces.slice(echoed)) : 0 }
  }
  const prompts = promptsOf(body)
  const tasks = prompts.flatMap(prompt => Array.from({ length: bestOf }, (_, i) => () => one(prompt, i)))
  const results = await runLimited(tasks, client.facts.parallel)
  const chosen = prompts.flatMap((_, p) => {
    const candidates = results.slice(p * bestOf, (p + 1) * bestOf)
    return isRanked ? candidates.toSorted((a, b) => b.score - a.score).slice(0, body.n) : candidates
  })
  return Response.json({
    id: stamp.id,
    object: 'text_completion',
    created: stamp.created,
    model: stamp.model,
    choices: chosen.map(({ text, pieces, outcome }, index) => ({
      index,
      text,
      logprobs: body.logprobs === undefined ? null : createLegacyLogprobs()(pieces),
      finish_reason: outcome.finish,
    })),
    usage: usageBody(
      usageOf(
        results.map(({ outcome }) => outcome),
        bestOf,
      ),
    ),
  })
}

// Every candidate of a prompt reports the prompt again; it is counted once, as the hosted API does.
function usageOf(outcomes: readonly Outcome[], perPrompt: number): Usage {
  const firsts = totalOf(outcomes.filter((_, i) => i % perPrompt === 0))
  return { ...firsts, completionTokens: totalOf(outcomes).completionTokens }
}

const meanLogprob = (pieces: readonly TokenPiece[]): number =>
  pieces.length === 0
    ? Number.NEGATIVE_INFINITY
    : pieces.reduce((sum, { logprob }) => sum + (logprob ?? 0), 0) / pieces.length

async function streamed(
  request: Request,
  body: CompletionRequest,
  client: EngineClient,
  stamp: Stamp,
): Promise<Response> {
  const withUsage = body.stream_options?.include_usage === true
  const head = `{"id":${JSON.stringify(stamp.id)},"object":"text_completion","created":${stamp.created},"model":${JSON.stringify(stamp.model)},"choices":[`
  const tail = withUsage ? '],"usage":null}' : ']}'
  const chunk = (index: number, text: string, finish: string | null, logprobs?: LegacyLogprobs) =>
    `${head}{"index":${index},"text":${JSON.stringify(text)},"logprobs":${logprobs ? JSON.stringify(logprobs) : 'null'},"finish_reason":${finish === null ? 'null' : `"${finish}"`}}${tail}`

  return streamEvents(request, async ({ send }, begun, signal) => {
    const one = async (prompt: Prompt, i: number, index: number) => {
      const legacy = createLegacyLogprobs()
      const outcome = await run(body, client, prompt, i, body.logprobs, signal, {
        onBegin: begun,
        onText: (text, pieces) => send(chunk(index, text, null, pieces.length > 0 ? legacy(pieces) : undefined)),
      })
      send(chunk(index, '', outcome.finish))
      return outcome
    }
    const tasks = promptsOf(body).flatMap((prompt, p) =>
      Array.from({ length: body.n }, (_, i) => () => one(prompt, i, p * body.n + i)),
    )
    const outcomes = await runLimited(tasks, client.facts.parallel)
    if (withUsage) send(`${head}],"usage":${JSON.stringify(usageBody(usageOf(outcomes, body.n)))}}`)
  })
}
