import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { AppError, errorKinds } from '../../contract/errors.ts'
import type { Client } from '../rpc/client.ts'
import type { Output } from './follow.ts'
import { harmless } from './print.ts'

type Turn = { role: 'user' | 'assistant'; content: string }

/** The one message that was piped in. Throws `invalid_input` when there is none. */
export async function pipedMessage(): Promise<string> {
  const message = (await text(process.stdin)).trim()
  if (message !== '') return message
  throw new AppError('invalid_input', 'There is no message.', {
    hint: 'slipway inference chat NAME "message", or pipe one in.',
  })
}

/** Where a conversation is typed and its prompt is shown. */
type Terminal = { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream }

/**
 * `slipway inference chat NAME` without a message: a conversation in the terminal. An empty line does nothing; Ctrl-C ends
 * an answer that is being written, and at the prompt the conversation (130); so does Ctrl-D (0).
 */
export async function talk(
  client: Pick<Client, 'inference'>,
  id: string,
  options: Readonly<Record<string, unknown>>,
  output: Output,
  { input, output: shown }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<number> {
  const terminal = createInterface({ input, output: shown, terminal: true })
  const history: Turn[] = []
  let answering: AbortController | undefined
  const interrupted = new AbortController()
  terminal.on('SIGINT', () => (answering ?? interrupted).abort())
  try {
    for (;;) {
      const message = (await terminal.question('> ', { signal: interrupted.signal })).trim()
      if (message === '') continue
      answering = new AbortController()
      const said = await answer(client, { ...options, id, message, history: [...history] }, output, answering.signal)
      answering = undefined
      if (said !== '') history.push({ role: 'user', content: message }, { role: 'assistant', content: said })
    }
  } catch (error) {
    // The line editor says "aborted" when its input ends, too.
    if (error instanceof Error && error.name === 'AbortError')
      return interrupted.signal.aborted ? errorKinds.cancelled.exit : 0
    throw error
  } finally {
    terminal.close()
  }
}

/** Writes an answer as it comes and resolves with what was said, to its end or until the signal. */
async function answer(
  client: Pick<Client, 'inference'>,
  input: Readonly<Record<string, unknown>> & { id: string; message: string; history: Turn[] },
  output: Output,
  signal: AbortSignal,
): Promise<string> {
  let said = ''
  try {
    for await (const event of await client.inference.chat(input, { signal })) {
      if (event.type === 'text') {
        output.write(harmless(event.text))
        said += event.text
        continue
      }
      said = event.text
      output.out('')
      output.err(
        `${event.completionTokens} tokens, ${event.tokensPerSecond.toFixed(1)} a second, first after ${Math.round(event.ttftMs)} ms`,
      )
    }
  } catch (error) {
    if (!signal.aborted) throw error
    output.out('')
    output.err('(stopped)')
  }
  return said
}
