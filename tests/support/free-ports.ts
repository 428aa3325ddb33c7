import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'

/** Holds a port of this machine; 0: one that the system chooses among the free ones. Rejects where somebody has it. */
export async function holdPort(port = 0): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** Two ports that nobody has at this moment. Both are held until both are known: they are never the same one. */
export async function twoFreePorts(): Promise<readonly [first: number, second: number]> {
  const [first, second] = [await holdPort(), await holdPort()]
  const ports = [portOf(first), portOf(second)] as const
  for (const server of [first, second]) {
    server.close()
    await once(server, 'close')
  }
  return ports
}
