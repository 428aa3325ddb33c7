import type { EngineClient, GenerateInput, PromptReport, TokenPiece } from '../../contract/engine.ts'
import { AppError } from '../../contract/errors.ts'
import type { ChatRequest, CompletionRequest } from './requests.ts'
import { createTextAssembler } from './text-assembler.ts'

export type Usage = { readonly promptTokens: number; readonly completionTokens: number; readonly cachedTokens: number }
export type Outcome = Usage & { readonly finish: 'stop' | 'length' }

export type Listener = {
  readonly onPrompt?: (prompt: PromptReport) => void
  /** Text that is certain, and the tokens whose text is out with it. Either may be empty, not both. */
  readonly onText: (text: string, pieces: readonly TokenPiece[]) => void
  /** Asked after every piece of text: whether nothing more is wanted. */
  readonly isEnough?: () => boolean
}

type Options = {
  readonly stops: readonly string[]
  readonly signal: AbortSignal
  /** Whether the listener reads tokens; without, the hot path does not keep them. */
  readonly withPieces: boolean
}

type Waiting = { readonly piece: TokenPiece; readonly start: number; readonly readyAt: number }

/**
 * One choice of an answer: runs it on the engine, cuts it at stop strings and ends the engine's work there. Rejects
 * with the engine's `AppError`, or with the signal's when the client went away.
 */
export async function runChoice(
  client: EngineClient,
  request: GenerateInput,
  { stops, signal, withPieces }: Options,
  { onPrompt, onText, isEnough }: Listener,
): Promise<Outcome> {
  const assembler = createTextAssembler(stops)
  const enough = new AbortController()
  const waiting: Waiting[] = []
  let usage: Usage = { promptTokens: 0, completionTokens: 0, cachedTokens: 0 }
  let completionTokens = 0
  let isEnded = false

  const released = (isLast: boolean): TokenPiece[] => {
    const pieces: TokenPiece[] = []
    const given = assembler.givenOut()
    while (waiting.length > 0) {
      const [next] = waiting
      if (!next || !(isLast ? next.start < given || !assembler.isStopped() : next.readyAt <= given)) break
      pieces.push(next.piece)
      waiting.shift()
    }
    return pieces
  }

  const take = (pieces: readonly TokenPiece[]) => {
    let text = ''
    for (const piece of pieces) {
      if (isEnded) return
      completionTokens += 1
      const start = assembler.decoded()
      text += piece.bytes === '' ? '' : assembler.push(Buffer.from(piece.bytes, 'base64'))
      if (withPieces)
        waiting.push({ piece, start, readyAt: assembler.decoded() + (assembler.isInsideCharacter() ? 1 : 0) })
      if (assembler.isStopped()) isEnded = true
    }
    const out = withPieces ? released(isEnded) : []
    if (text !== '' || out.length > 0) onText(text, out)
    if (isEnough?.()) isEnded = true
    if (isEnded) enough.abort(new AppError('cancelled', 'A stop string was reached.'))
  }

  try {
    const done = await client.generate(request, {
      signal: AbortSignal.any([signal, enough.signal]),
      onTokens: take,
      onPrompt: prompt => {
        usage = { promptTokens: prompt.count, completionTokens: 0, cachedTokens: prompt.cached }
        onPrompt?.(prompt)
      },
    })
    if (!isEnded) {
      const rest = assembler.flush()
      const out = withPieces ? released(true) : []
      if (rest !== '' || out.length > 0) onText(rest, out)
    }
    return {
      ...usage,
      completionTokens,
      finish: done.reason === 'length' && !assembler.isStopped() && !isEnded ? 'length' : 'stop',
    }
  } catch (error) {
    if (isEnded && !signal.aborted) return { ...usage, completionTokens, finish: 'stop' }
    throw error
  }
}

/** The sampling that both kinds of completion share. The seed of choice `i` differs, or all choices would be one. */
export function samplingOf(request: ChatRequest | CompletionRequest, i: number): Partial<GenerateInput> {
  const given: Partial<GenerateInput> = {
    temperature: request.temperature,
    topP: request.top_p,
    topK: request.top_k === undefined ? undefined : Math.max(0, request.top_k),
    minP: request.min_p,
    repetitionPenalty: request.repetition_penalty,
    presencePenalty: request.presence_penalty,
    frequencyPenalty: request.frequency_penalty,
    logitBias: request.logit_bias,
    seed: request.seed === undefined ? undefined : request.seed + i,
    ignoreEos: request.ignore_eos,
    grammar: request.grammar,
    ...schemaOf(request.response_format),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function schemaOf(format: ChatRequest['response_format']): Partial<GenerateInput> {
  if (format?.type === 'json_object') return { jsonSchema: { type: 'object' } }
  return format?.type === 'json_schema' ? { jsonSchema: format.json_schema.schema } : {}
}

/** Runs tasks with at most `limit` at once, so that one request with many prompts does not fill the engine's line. */
export async function runLimited<T>(tasks: readonly (() => Promise<T>)[], limit: number): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    while (next < tasks.length) {
      const at = next
      next += 1
      const task = tasks[at]
      if (task) results[at] = await task()
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, tasks.length) }, worker))
  return results
}

export function totalOf(outcomes: readonly Usage[]): Usage {
  return outcomes.reduce(
    (sum, { promptTokens, completionTokens, cachedTokens }) => ({
      promptTokens: sum.promptTokens + promptTokens,
      completionTokens: sum.completionTokens + completionTokens,
      cachedTokens: sum.cachedTokens + cachedTokens,
    }),
    { promptTokens: 0, completionTokens: 0, cachedTokens: 0 },
  )
}

export const usageBody = ({ promptTokens, completionTokens, cachedTokens }: Usage) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
  prompt_tokens_details: { cached_tokens: cachedTokens },
})
