import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const guard = new URL('./refuse-outside.ts', import.meta.url).href
// TEST-NET-1 (RFC 5737) and names under .invalid (RFC 2606) belong to nobody: should a guard fail, nobody is asked.
const outside = '192.0.2.1'
const name = 'slipway.invalid'

/** Runs attempts in a process of their own, because a guard stays for good, and says how each ended. */
async function attempts(code: Record<string, string>): Promise<Record<string, string>> {
  const program = `
    import { lookup as importedLookup, resolve4 as importedResolve } from 'node:dns'
    import { connect as importedConnect } from 'node:net'
    import dgram from 'node:dgram'
    import dns from 'node:dns'
    import http from 'node:http'
    import https from 'node:https'
    import { once } from 'node:events'
    import net from 'node:net'
    import { tmpdir } from 'node:os'
    import tls from 'node:tls'
    const { refuseOutside } = await import(${JSON.stringify(guard)})
    refuseOutside()
    const opened = socket => once(socket, 'connect').then(() => { socket.destroy(); return 'open' })
    const called = start => new Promise((resolve, reject) => start((error, value) => error ? reject(error) : resolve(value)))
    const server = http.createServer((request, response) => response.end('here'))
    const port = await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
    const attempts = {${Object.entries(code)
      .map(([key, text]) => `${JSON.stringify(key)}: async () => ${text}`)
      .join(',')}}
    const results = {}
    for (const [key, attempt] of Object.entries(attempts)) {
      const late = new Promise(resolve => setTimeout(resolve, 2_000, 'LATE').unref())
      results[key] = await Promise.race([late, attempt().then(String, error => error.code ?? error.cause?.code ?? String(error))])
    }
    console.log(JSON.stringify(results))
    process.exit(0)
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  return JSON.parse(stdout)
}

const everyWayOut = {
  'net, by options': `opened(net.connect({ host: '${outside}', port: 9 }))`,
  'net, by port and host': `opened(new net.Socket().connect(9, '${outside}'))`,
  'net, imported by name': `opened(importedConnect(9, '${outside}'))`,
  'net, port as text': `opened(net.connect({ host: '${name}', port: '9' }))`,
  IPv6: `opened(net.connect({ host: '2001:db8::1', port: 9 }))`,
  'IPv4 inside IPv6': `opened(net.connect({ host: '::ffff:${outside}', port: 9 }))`,
  'an address that is spelt as a number': `opened(net.connect({ host: '3221225985', port: 9 }))`,
  tls: `opened(tls.connect({ host: '${outside}', port: 9 }))`,
  http: `once(http.get('http://${outside}:9/'), 'response')`,
  https: `once(https.get('https://${name}/'), 'response')`,
  fetch: `fetch('https://${outside}/')`,
  'fetch, by name': `fetch('http://${name}/')`,
  'a datagram': `called(done => dgram.createSocket('udp4').send('x', 9, '${outside}', done))`,
  'a datagram in parts': `called(done => dgram.createSocket('udp4').send(Buffer.from('xyz'), 0, 2, 9, '${outside}', done))`,
  'a connected datagram': `called(done => dgram.createSocket('udp4').connect(9, '${outside}', done))`,
  'a datagram without a callback': `(() => { const socket = dgram.createSocket('udp4'); socket.send('x', 9, '${outside}'); return once(socket, 'message') })()`,
  'dns.lookup': `called(done => dns.lookup('${name}', done))`,
  'dns.lookup, imported by name': `called(done => importedLookup('${name}', { all: true }, done))`,
  'dns.resolve, imported by name': `called(done => importedResolve('${name}', done))`,
  'dns.promises.lookup': `dns.promises.lookup('${name}')`,
  'dns.promises.resolveMx': `dns.promises.resolveMx('${name}')`,
  'a resolver': `called(done => new dns.Resolver().resolve4('${name}', done))`,
  'a resolver of promises': `new dns.promises.Resolver().resolveTxt('${name}')`,
  'dns.reverse': `called(done => dns.reverse('${outside}', done))`,
}

test('every way out of a guarded process is refused before anything is sent', async () => {
  const results = await attempts(everyWayOut)
  expect(results).toEqual(Object.fromEntries(Object.keys(everyWayOut).map(key => [key, 'forbidden'])))
})

test('a refusal names the target and what to do, and nothing was sent', async () => {
  const [message] = Object.values(
    await attempts({
      refusal: `new Promise(resolve => net.connect(9, '${outside}').once('error', error => resolve(error.message + ' ' + error.hint)))`,
    }),
  )
  expect(message).toContain(`a connection to ${outside}:9 was refused`)
  expect(message).toContain('SLIPWAY_OFFLINE')
})

test('this machine stays within reach, by address, by name, by socket file, by datagram', async () => {
  const results = await attempts({
    'net by address': `opened(net.connect({ host: '127.0.0.1', port }))`,
    'net by port alone': `opened(net.connect(port))`,
    'net by name': `opened(net.connect(port, 'localhost'))`,
    'IPv4 inside IPv6': `opened(net.connect(port, '::ffff:127.0.0.1'))`,
    'http by name': `once(http.get('http://localhost:' + port), 'response').then(([{ statusCode }]) => statusCode)`,
    fetch: `fetch('http://localhost:' + port).then(response => response.text())`,
    'a socket file': `(async () => {
      const path = tmpdir() + '/slipway-guard-' + process.pid
      const here = net.createServer(socket => socket.end()).listen(path)
      await once(here, 'listening')
      const answer = await opened(net.connect(path))
      here.close()
      return answer
    })()`,
    'a datagram': `(async () => {
      const receiver = dgram.createSocket('udp4')
      await new Promise(resolve => receiver.bind(0, '127.0.0.1', resolve))
      dgram.createSocket('udp4').send('hello', receiver.address().port, '127.0.0.1')
      const [message] = await once(receiver, 'message')
      return message
    })()`,
    'lookup of localhost': `called(done => dns.lookup('localhost', done))`,
    'lookup of all of localhost': `dns.promises.lookup('localhost', { all: true, family: 4 }).then(JSON.stringify)`,
    'lookup of an address': `dns.promises.lookup('${outside}').then(({ address }) => address)`,
  })
  expect(results).toEqual({
    'net by address': 'open',
    'net by port alone': 'open',
    'net by name': 'open',
    'IPv4 inside IPv6': 'open',
    'http by name': '200',
    fetch: 'here',
    'a socket file': 'open',
    'a datagram': 'hello',
    'lookup of localhost': '127.0.0.1',
    'lookup of all of localhost': '[{"address":"127.0.0.1","family":4}]',
    'lookup of an address': outside,
  })
})
