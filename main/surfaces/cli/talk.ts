import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { AppError } from '../../contract/errors.ts'
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

/**
 * `slipway inference chat NAME` without a message: a conversation in the terminal.
 * An empty line does nothing; Ctrl-C ends an answer that is being written, Ctrl-D the conversation.
 */
export async function talk(
  client: Client,
  id: string,
  options: Readonly<Record<string, unknown>>,
  output: Output,
): Promise<number> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const history: Turn[] = []
  try {
    for (;;) {
      const message = (await terminal.question('> ')).trim()
      if (message === '') continue
      const said = await answer(client, { ...options, id, message, history: [...history] }, output)
      history.push({ role: 'user', content: message }, { role: 'assistant', content: said })
    }
  } catch (error) {
    // The line editor says "aborted" when its input ends.
    if (error instanceof Error && error.name === 'AbortError') return 0
    throw error
  } finally {
    terminal.close()
  }
}

async function answer(
  client: Client,
  input: Readonly<Record<string, unknown>> & { id: string; message: string; history: Turn[] },
  output: Output,
): Promise<string> {
  let said = ''
  for await (const event of await client.inference.chat(input)) {
    if (event.type === 'text') output.write(harmless(event.text))
    else {
      said = event.text
      output.out('')
      output.err(
        `${event.completionTokens} tokens, ${event.tokensPerSecond.toFixed(1)} a second, first after ${Math.round(event.ttftMs)} ms`,
      )
    }
  }
  return said
}
