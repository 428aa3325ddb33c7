import type { Failure } from '../../lib/failure.ts'
import type { Answer } from './conversation.ts'
import { AnswerError, type AnswerEvent } from './stream-answer.ts'
import type { Token } from './tokens.ts'

type Pen = {
  readonly show: (answer: Answer) => void
  readonly clockMs: () => number
  readonly soon: (work: () => void) => void
}

const shortestMs = 100

/** Follows one answer from its first piece to its end. Never rejects: a failure is a part of the answer. */
export async function writeAnswer(
  fresh: Answer,
  events: AsyncIterable<AnswerEvent>,
  signal: AbortSignal,
  { show, clockMs, soon }: Pen,
): Promise<void> {
  let answer = fresh
  const tokens: Token[] = []
  const whole = (): Answer => (tokens.length > 0 ? { ...answer, tokens: [...tokens] } : answer)
  let isShowing = false
  let isOver = false
  const askedMs = clockMs()
  let firstMs: number | undefined
  let lastMs = askedMs
  const next = (change: Partial<Answer>) => {
    answer = { ...answer, ...change }
    if (isShowing) return
    isShowing = true
    soon(() => {
      isShowing = false
      if (!isOver) show(whole())
    })
  }
  // The first token's time is waiting, not writing: the rate counts those after it. Tokens that arrived together, in one
  // packet, say nothing of how fast they were written.
  const rate = (tokens: number) =>
    firstMs !== undefined && lastMs - firstMs >= shortestMs && tokens > 1
      ? { tokensPerSecond: ((tokens - 1) * 1000) / (lastMs - firstMs) }
      : {}
  const end = (change: Partial<Answer>) => {
    isOver = true
    show({ ...whole(), ...change })
  }
  try {
    for await (const event of events) {
      switch (event.type) {
        case 'begun':
          break
        case 'piece': {
          lastMs = clockMs()
          firstMs ??= lastMs
          const completionTokens = answer.completionTokens + Math.max(1, event.tokens.length)
          tokens.push(...event.tokens)
          next({
            state: 'streaming',
            text: answer.text + event.text,
            completionTokens,
            ttftMs: firstMs - askedMs,
            ...rate(completionTokens),
          })
          break
        }
        case 'finish':
          next({ finish: event.reason })
          break
        case 'usage':
          next({
            promptTokens: event.promptTokens,
            completionTokens: event.completionTokens,
            ...rate(event.completionTokens),
          })
          break
        default:
          event satisfies never
      }
    }
    end({ state: 'done' })
  } catch (error) {
    if (signal.aborted) end({ state: 'stopped' })
    else end({ state: 'failed', failure: failureOfAnswer(error) })
  }
}

const failureOfAnswer = (error: unknown): Failure =>
  error instanceof AnswerError
    ? error.failure
    : { code: 'internal', message: error instanceof Error ? error.message : String(error) }
