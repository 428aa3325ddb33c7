import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createSocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { meterOutside } from './meter.ts'

// Both meters stand in one process: for the first this machine is another one, so that no packet has to leave it.
const elsewhere = meterOutside(() => false)
const meter = meterOutside()

test('bytes to other machines are counted on both ends, while a connection is open and after it', async () => {
  const server = createSocketServer(socket => socket.resume().write('12345')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'data')
  expect(elsewhere.bytesOut(), 'what the accepting end wrote').toBe(5)
  await new Promise(resolve => socket.write('123', resolve))
  expect(elsewhere.bytesOut(), 'and what the connecting end wrote').toBe(8)
  socket.end()
  server.close()
  await once(socket, 'close')
  expect(elsewhere.bytesOut()).toBe(8)
  expect(meter.bytesOut()).toBe(0)
})

test('what fetch sends is counted', async () => {
  const before = elsewhere.bytesOut()
  const server = createServer((request, response) => request.resume().on('end', () => response.end())).listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x'.repeat(10_000) })).text()
  expect(elsewhere.bytesOut() - before).toBeGreaterThan(10_000)
  server.closeAllConnections()
  server.close()
})

test('a socket file never leads outside', async () => {
  const before = elsewhere.bytesOut()
  const path = join(tmpdir(), `slipway-meter-${process.pid}`)
  const server = createSocketServer(socket => socket.end('12345')).listen(path)
  await once(server, 'listening')
  const socket = connect(path).resume()
  await once(socket, 'close')
  server.close()
  expect(elsewhere.bytesOut()).toBe(before)
})
