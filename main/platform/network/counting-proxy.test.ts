import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { type AddressInfo, connect, createServer as createSocketServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts'

// For the first this machine is another one, so that no packet has to leave it.
let elsewhere: CountingProxy
let proxy: CountingProxy
const closers: (() => void)[] = []
beforeEach(async () => {
  elsewhere = await startCountingProxy(() => false)
  proxy = await startCountingProxy()
})
afterEach(() => {
  for (const close of closers.splice(0)) close()
  elsewhere.close()
  proxy.close()
})

const portOf = (server: { address: () => AddressInfo | string | null }) => (server.address() as AddressInfo).port

async function echo(): Promise<number> {
  const server = createSocketServer(socket => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  return portOf(server)
}

const authorization = ({ url }: CountingProxy) => {
  const { username, password } = new URL(url)
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** Asks a proxy for a tunnel; resolves with the first line that it says. */
async function tunnel(
  through: CountingProxy,
  target: string,
  header?: string,
): Promise<{ socket: Socket; said: string }> {
  const socket = connect(Number(new URL(through.url).port), '127.0.0.1')
  closers.push(() => socket.destroy())
  socket.write(
    `CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${header ? `proxy-authorization: ${header}\r\n` : ''}\r\n`,
  )
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return { socket, said: chunk.toString().split('\r\n')[0] ?? '' }
}

test('what goes through a tunnel is counted to the byte, while it is open and after it', async () => {
  const target = `127.0.0.1:${await echo()}`
  const { socket, said } = await tunnel(elsewhere, target, authorization(elsewhere))
  expect(said).toMatch(/ 200 /)
  socket.write('x'.repeat(100_000))
  let back = 0
  socket.on('data', (chunk: Buffer) => {
    back += chunk.length
  })
  await expect.poll(() => back).toBe(100_000)
  expect(elsewhere.bytesOut()).toBe(100_000)
  socket.destroy()
  await expect.poll(() => elsewhere.bytesOut()).toBe(100_000)
})

test('what stays on this machine is no byte that left', async () => {
  const { socket } = await tunnel(proxy, `127.0.0.1:${await echo()}`, authorization(proxy))
  socket.write('here')
  await once(socket, 'data')
  expect(proxy.bytesOut()).toBe(0)
})

test('whoever does not know its credential gets no tunnel and no page', async () => {
  const target = `127.0.0.1:${await echo()}`
  for (const header of [undefined, 'Basic x', authorization(elsewhere)])
    expect((await tunnel(proxy, target, header)).said).toMatch(/ 407 /)
  const { port } = new URL(proxy.url)
  const answer = (await once(request({ port, path: `http://${target}/` }).end(), 'response')) as [
    { statusCode: number },
  ]
  expect(answer[0].statusCode).toBe(407)
})

test('an unencrypted request is passed on without what concerns the proxy, and counted with its head', async () => {
  const heard: { url?: string | undefined; headers?: object; body: string }[] = []
  const server = createServer(async (incoming, outgoing) => {
    let body = ''
    for await (const chunk of incoming) body += chunk
    heard.push({ url: incoming.url, headers: incoming.headers, body })
    outgoing.end('the page')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  const asked = request({
    port: new URL(elsewhere.url).port,
    method: 'POST',
    path: `http://127.0.0.1:${portOf(server)}/simple/?page=2`,
    headers: { 'proxy-authorization': authorization(elsewhere), 'x-of-mine': 'kept' },
  })
  asked.end('y'.repeat(5_000))
  const [answer] = (await once(asked, 'response')) as [AsyncIterable<Buffer>]
  let page = ''
  for await (const chunk of answer) page += chunk
  expect(page).toBe('the page')
  expect(heard).toMatchObject([{ url: '/simple/?page=2', headers: { 'x-of-mine': 'kept' } }])
  expect(heard[0]?.headers).not.toHaveProperty('proxy-authorization')
  expect(heard[0]?.body).toHaveLength(5_000)
  expect(elsewhere.bytesOut()).toBeGreaterThan(5_000)
  expect(elsewhere.bytesOut()).toBeLessThan(5_500)
})

test('a machine that does not answer is said as such', async () => {
  const { said } = await tunnel(proxy, '127.0.0.1:9', authorization(proxy))
  expect(said).toMatch(/ 502 .*ECONNREFUSED/)
})
