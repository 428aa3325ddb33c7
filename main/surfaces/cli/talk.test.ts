import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Client } from '../rpc/client.ts'
import { talk } from './talk.ts'

const controlC = String.fromCharCode(3)
const controlD = String.fromCharCode(4)

type Asked = { readonly message: string; readonly history: readonly { role: string; content: string }[] }
let asked: Asked[]
let said: string
let seen: string
let typed: PassThrough
let screen: PassThrough
let end: Promise<number>

beforeEach(() => {
  asked = []
  said = ''
  typed = new PassThrough()
  screen = new PassThrough()
  seen = ''
  screen.on('data', chunk => {
    seen += String(chunk)
  })
  const write = (text: string): void => {
    said += text
    screen.write(text)
  }
  const output = { write, out: (text: string) => write(`${text}\n`), err: (text: string) => write(`[${text}]\n`) }
  end = talk({ inference: { chat } } as unknown as Client, 'model', {}, output, { input: typed, output: screen })
})
afterEach(() => typed.end())

/** Answers with two words; to "for ever" it goes on until it is stopped. */
async function chat(input: Asked, { signal }: { signal: AbortSignal }) {
  asked.push(input)
  return (async function* () {
    yield { type: 'text', text: 'first ' }
    if (input.message === 'for ever') {
      await once(signal, 'abort')
      throw signal.reason
    }
    yield { type: 'text', text: 'second' }
    yield { type: 'done', text: 'first second', completionTokens: 2, tokensPerSecond: 9, ttftMs: 3 }
  })()
}

/** Resolves when the terminal has shown this since the last call. */
async function shows(text: string): Promise<void> {
  while (!seen.includes(text)) await once(screen, 'data')
  seen = seen.slice(seen.indexOf(text) + text.length)
}

test('a conversation carries its history, and Ctrl-D ends it with 0', async () => {
  await shows('> ')
  typed.write('one\r')
  await shows('> ')
  typed.write('two\r')
  await shows('> ')
  typed.write(controlD)
  expect(await end).toBe(0)
  expect(asked.map(each => each.message)).toEqual(['one', 'two'])
  expect(asked[1]?.history).toEqual([
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'first second' },
  ])
})

test('Ctrl-C ends an answer that is being written, not the conversation; at the prompt it ends that with 130', async () => {
  await shows('> ')
  typed.write('for ever\r')
  await shows('first ')
  typed.write(controlC)
  await shows('> ')
  expect(said).toContain('[(stopped)]')
  typed.write('and now\r')
  await shows('> ')
  expect(asked[1]?.history.at(-1)).toEqual({ role: 'assistant', content: 'first ' })
  typed.write(controlC)
  expect(await end).toBe(130)
})
