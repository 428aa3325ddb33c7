import type { ChatMessage, EngineClient } from '../../contract/engine.ts'
import { AppError } from '../../contract/errors.ts'
import type { ChatDone, ChatEvent, ChatInput } from '../../contract/inference.ts'
import type { Clock } from '../../platform/clock.ts'

/** One turn of a conversation, as it is written. Ending the iteration early cancels the engine's work. */
export async function* chat(
  client: EngineClient,
  input: ChatInput,
  clock: Clock,
  signal: AbortSignal | undefined,
): AsyncGenerator<ChatEvent, void> {
  const messages = messagesOf(input)
  const left = new AbortController()
  const pending: string[] = []
  let wake: () => void = () => undefined
  const beganMs = clock.monotonicMs()
  let firstMs: number | undefined
  let isOver = false
  // Tokens may end inside a character; the decoder keeps the part.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let text = ''
  const show = (part: string) => {
    if (part === '') return
    text += part
    pending.push(part)
    wake()
  }
  const work = client
    .generate(
      {
        messages,
        temperature: input.temperature,
        topP: input.topP,
        ...(input.maxTokens !== undefined && { maxTokens: input.maxTokens }),
        ...(input.seed !== undefined && { seed: input.seed }),
      },
      {
        signal: signal ? AbortSignal.any([signal, left.signal]) : left.signal,
        onTokens: pieces => {
          firstMs ??= clock.monotonicMs()
          for (const { bytes } of pieces) show(decoder.decode(Buffer.from(bytes, 'base64'), { stream: true }))
        },
      },
    )
    .finally(() => {
      isOver = true
      wake()
    })
  work.catch(() => undefined) // awaited below; until then the failure must not count as unhandled
  try {
    while (!isOver || pending.length > 0) {
      const parts = pending.splice(0)
      if (parts.length > 0) yield { type: 'text', text: parts.join('') }
      else
        await new Promise<void>(resolve => {
          wake = resolve
          if (isOver) resolve()
        })
    }
    const { reason, promptTokens, completionTokens } = await work
    const rest = decoder.decode()
    if (rest !== '') yield { type: 'text', text: rest }
    const nowMs = clock.monotonicMs()
    const writingMs = nowMs - (firstMs ?? nowMs)
    yield {
      type: 'done',
      text: text + rest,
      reason,
      promptTokens,
      completionTokens,
      ttftMs: (firstMs ?? nowMs) - beganMs,
      tokensPerSecond: writingMs > 0 ? ((completionTokens - 1) * 1_000) / writingMs : 0,
    }
  } finally {
    if (!isOver) left.abort(new AppError('cancelled', 'Nobody reads the answer any more.'))
  }
}

/** The same, whole. */
export async function ask(
  client: EngineClient,
  input: ChatInput,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<ChatDone> {
  for await (const event of chat(client, input, clock, signal)) if (event.type === 'done') return event
  throw new AppError('internal', 'A conversation ended without an end.')
}

function messagesOf({ system, history, message }: ChatInput): ChatMessage[] {
  const messages = [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    ...history,
    ...(message === undefined ? [] : [{ role: 'user', content: message }]),
  ]
  if (messages.length === 0 || messages.at(-1)?.role === 'assistant')
    throw new AppError('invalid_input', 'There is nothing to answer.', {
      hint: 'Give a message: slipway inference chat NAME "Hello"',
    })
  return messages
}
