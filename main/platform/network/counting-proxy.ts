import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'
import { isThisMachine } from './this-machine.ts'

export type CountingProxy = {
  /** Its address with the credential that it demands: for `HTTP_PROXY` and `HTTPS_PROXY` of a child, and nobody else. */
  readonly url: string
  /** Bytes that went through it to other machines, from the first byte of each connection on. */
  readonly bytesOut: () => number
  readonly close: () => void
}

/**
 * A forward proxy on loopback that counts what leaves: programs such as uv and pip do not tell it themselves. What is
 * encrypted stays so, end to end: it sees a tunnel. Name lookups are the system's own and are not counted. `isHere` says
 * which hosts are this machine.
 */
export async function startCountingProxy(isHere = isThisMachine): Promise<CountingProxy> {
  const open = new Set<Socket>()
  let closedBytes = 0
  const sockets = new Set<Socket>()
  /** Counts a connection from now on. A kept one that is used again is counted already. */
  const count = (socket: Socket, host: string) => {
    if (isHere(host) || open.has(socket)) return
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      closedBytes += socket.bytesWritten
    })
  }

  const password = randomBytes(32).toString('hex')
  const expected = Buffer.from(`Basic ${Buffer.from(`slipway:${password}`).toString('base64')}`)
  const isOurs = ({ headers }: IncomingMessage): boolean => {
    const shown = Buffer.from(headers['proxy-authorization'] ?? '')
    return shown.length === expected.length && timingSafeEqual(shown, expected)
  }

  const server = createServer((incoming, outgoing) => {
    if (isOurs(incoming)) forward(incoming, outgoing, count)
    else outgoing.writeHead(407, { 'proxy-authenticate': 'Basic realm="slipway"' }).end()
  })
  server.on('connect', (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    client.on('error', () => client.destroy())
    const target = /^(?<host>\[[^\]]+\]|[^:]+):(?<port>\d+)$/.exec(incoming.url ?? '')?.groups
    if (!isOurs(incoming) || !target?.host) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="slipway"\r\n\r\n')
      return
    }
    const host = target.host.replace(/^\[(.*)\]$/, '$1')
    const remote = net.connect({ host, port: Number(target.port) }, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      if (head.length > 0) remote.write(head)
      remote.pipe(client)
      client.pipe(remote)
    })
    count(remote, host)
    remote.on('error', error => {
      if (remote.connecting || remote.bytesRead === 0)
        client.end(`HTTP/1.1 502 ${error.message.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, 200)}\r\n\r\n`)
      else client.destroy()
    })
    client.on('close', () => remote.destroy())
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return {
    url: `http://slipway:${password}@127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytesOut: () => [...open].reduce((sum, socket) => sum + socket.bytesWritten, closedBytes),
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

const hopByHop = /^(proxy-.*|connection|keep-alive|te|trailer|transfer-encoding|upgrade)$/i

/** A request for an unencrypted address: passed on as it is, but for what concerns only the way to the proxy. */
function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  count: (socket: Socket, host: string) => void,
): void {
  const target = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : undefined
  if (target?.protocol !== 'http:') return void outgoing.writeHead(400).end()
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1')
  const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !hopByHop.test(name)))
  const asked = httpRequest(
    {
      host,
      port: target.port || 80,
      path: target.pathname + target.search,
      method: incoming.method,
      headers,
      agent: false,
    },
    answer => {
      const kept = Object.entries(answer.headers).filter(([name]) => !hopByHop.test(name))
      outgoing.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept) as Record<string, string | string[]>)
      answer.pipe(outgoing)
    },
  )
  asked.on('socket', socket => count(socket, host))
  asked.on('error', error => {
    if (outgoing.headersSent) outgoing.destroy()
    else outgoing.writeHead(502, { 'content-type': 'text/plain' }).end(error.message)
  })
  incoming.pipe(asked)
  outgoing.on('close', () => asked.destroy())
}
