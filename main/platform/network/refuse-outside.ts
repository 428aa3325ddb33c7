import dgram from 'node:dgram'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { refused, replace } from './refusal.ts'
import { refuseNames } from './refuse-names.ts'
import { isThisMachine, targetOf } from './this-machine.ts'

let isInstalled = false

/**
 * From now on this process (this thread, for workers) reaches nothing but this machine: a connection, a datagram or a
 * question to a name server fails before the first packet, as a network error would, with a `forbidden` that names it.
 * It covers everything that goes through Node: net, tls, http, fetch, dgram, dns. It cannot be taken back.
 */
export function refuseOutside(): void {
  if (isInstalled) return
  isInstalled = true
  replace(
    net.Socket.prototype,
    'connect',
    original =>
      function (...args) {
        const { isHere, name } = targetOf(args)
        if (isHere) return Reflect.apply(original, this, args)
        const socket = this as net.Socket & { connecting: boolean }
        // As with a real failure, the error comes when whoever asked has had the time to listen, and writes wait until then.
        socket.connecting = true
        setImmediate(() => socket.destroy(refused(`a connection to ${name}`)))
        return socket
      },
  )
  for (const method of ['send', 'connect']) replace(dgram.Socket.prototype, method, guardedDatagram)
  refuseNames()
  // Modules that import `lookup` by name would keep the old one.
  syncBuiltinESMExports()
}

const guardedDatagram: Parameters<typeof replace>[2] = original =>
  function (...args) {
    // What is sent may be a text itself; the address is the only one after it.
    const address = args.slice(1).find(arg => typeof arg === 'string') ?? 'localhost'
    if (isThisMachine(address)) return Reflect.apply(original, this, args)
    const socket = this as dgram.Socket
    const error = refused(`a datagram to ${address}`)
    const callback = args.at(-1)
    process.nextTick(() => (typeof callback === 'function' ? callback(error) : socket.emit('error', error)))
    return undefined
  }
