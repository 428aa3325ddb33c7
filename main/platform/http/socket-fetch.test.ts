import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { socketFetch } from './socket-fetch.ts'

let folder: string
let server: Server
let socket: string
let isWhole = true
const unhandled: unknown[] = []
const note = (error: unknown) => void unhandled.push(error)

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sw-fetch-'))
  socket = join(folder, 's')
  server = createServer((_request, response) => {
    response.write('some of it')
    if (isWhole) response.end()
  })
  await new Promise<void>(resolve => server.listen(socket, resolve))
  process.on('uncaughtException', note)
})
afterEach(() => {
  process.off('uncaughtException', note)
  unhandled.length = 0
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const turns = async () => {
  for (let n = 0; n < 20; n += 1) await new Promise(resolve => setImmediate(resolve))
}

test.each([true, false])(
  'who goes away with an answer half read ends nothing but that request (whole: %s)',
  async whole => {
    isWhole = whole
    for (let n = 0; n < 20; n += 1) {
      const leave = new AbortController()
      const response = await socketFetch(socket)(new Request('http://slipway/', { signal: leave.signal }))
      const reader = response.body?.getReader()
      if (n % 2 === 0) await turns()
      if (n % 3 > 0) await reader?.read()
      if (n % 3 > 1) await turns()
      leave.abort()
      await reader?.read().catch(() => 'cut')
    }
    await turns()
    expect(unhandled).toEqual([])
  },
)

test('who goes away before there is an answer hears the reason', async () => {
  const leave = new AbortController()
  server.removeAllListeners('request').on('request', () => leave.abort(new Error('enough')))
  await expect(socketFetch(socket)(new Request('http://slipway/', { signal: leave.signal }))).rejects.toThrow('enough')
  await expect(socketFetch(socket)(new Request('http://slipway/', { signal: leave.signal }))).rejects.toThrow('enough')
})

test('who goes away in the middle of an answer hears the reason, and the other end that nobody listens', async () => {
  isWhole = false
  const gone = new Promise<void>(resolve => server.on('request', (_, response) => response.once('close', resolve)))
  const leave = new AbortController()
  const response = await socketFetch(socket)(new Request('http://slipway/', { signal: leave.signal }))
  const reader = response.body?.getReader()
  await reader?.read()
  leave.abort(new Error('enough'))
  await expect(reader?.read()).rejects.toThrow('enough')
  await gone
})
