import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../contract/errors.ts'
import { createEngineClient } from './engine-client.ts'

const facts = { name: 'tiny', createdAtMs: 0, contextLength: 8, can: [], hasChatTemplate: false, parallel: 1 }
const tokens = { tokens: [{ id: 1, bytes: 'YQ==' }] }
const done = { done: { reason: 'length', promptTokens: 1, completionTokens: 1 } }
const line = (value: object) => `${JSON.stringify(value)}\n`

let folder: string
let server: Server
let answer: (write: (text: string) => void, end: () => void) => void
let client: ReturnType<typeof createEngineClient>
const unhandled: unknown[] = []
const note = (error: unknown) => void unhandled.push(error)

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sw-client-'))
  server = createServer((_request, response) =>
    answer(
      text => void response.write(text),
      () => void response.end(),
    ),
  )
  const socket = join(folder, 's')
  await new Promise<void>(resolve => server.listen(socket, resolve))
  client = createEngineClient(socket, facts as never) // facts are handed on, not read
  process.on('uncaughtException', note)
})
afterEach(() => {
  process.off('uncaughtException', note)
  unhandled.length = 0
  client.close()
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const enough = new AppError('cancelled', 'A stop string was reached.')
const generateUntil = async (when: 'tokens' | 'prompt') => {
  const stop = new AbortController()
  const generating = client.generate({ prompt: 'x' } as never, {
    signal: stop.signal,
    onTokens: () => when === 'tokens' && stop.abort(enough),
    onPrompt: () => when === 'prompt' && stop.abort(enough),
  })
  return generating.then(
    () => 'answered',
    (error: unknown) => error,
  )
}
/** Long enough for what an aborted request leaves behind to come out. */
const turns = async () => {
  for (let n = 0; n < 20; n += 1) await new Promise(resolve => setImmediate(resolve))
}

describe('a caller who has enough', () => {
  test.each([
    ['whose answer is here as a whole already', line(tokens) + line(done), true],
    ['whose answer is still being written', line(tokens), false],
  ])('%s is told so, and nothing else of the program hears of it', async (_, text, isWhole) => {
    answer = (write, end) => {
      write(text)
      if (isWhole) end()
    }
    const outcomes: unknown[] = []
    for (let n = 0; n < 30; n += 1) outcomes.push(await generateUntil('tokens'))
    await turns()
    expect(unhandled).toEqual([])
    expect(new Set(outcomes)).toEqual(new Set([enough]))
  })

  test('before anything was answered is told so at once', async () => {
    const stop = new AbortController()
    answer = () => stop.abort(enough)
    const asked = client.tokenize({ text: 'x' } as never, stop.signal)
    await expect(asked).rejects.toBe(enough)
    await expect(client.tokenize({ text: 'x' } as never, stop.signal)).rejects.toBe(enough)
    await turns()
    expect(unhandled).toEqual([])
  })

  test('in the middle of a short answer is told so', async () => {
    const stop = new AbortController()
    answer = write => {
      write('{"tokens":')
      setImmediate(() => stop.abort(enough))
    }
    await expect(client.tokenize({ text: 'x' } as never, stop.signal)).rejects.toBe(enough)
    await turns()
    expect(unhandled).toEqual([])
  })
})

test('an engine that ends in the middle is lost, not cancelled', async () => {
  answer = write => {
    write(line(tokens))
    setImmediate(() => server.closeAllConnections())
  }
  expect(await generateUntil('prompt')).toMatchObject({ code: 'worker_lost' })
})
