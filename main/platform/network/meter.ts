import diagnostics from 'node:diagnostics_channel'
import net from 'node:net'
import { isThisMachine, targetOf } from './this-machine.ts'

export type Meter = {
  /** Bytes that this process has written to sockets whose other end is another machine. */
  readonly bytesOut: () => number
}

/**
 * Counts, from now on, what this process sends to other machines: over connections that it opens and over those that it
 * accepts. Only bytes of this very process: what its children send is theirs to tell. `isHere` says which hosts are this
 * machine.
 */
export function meterOutside(isHere = isThisMachine): Meter {
  const open = new Set<net.Socket>()
  let closedBytes = 0
  const watch = (socket: net.Socket) => {
    if (open.has(socket)) return
    open.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      closedBytes += socket.bytesWritten
    })
  }

  const { connect } = net.Socket.prototype
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]): net.Socket {
    if (!targetOf(args, isHere).isHere) watch(this)
    return Reflect.apply(connect, this, args)
  }
  diagnostics.subscribe('net.server.socket', message => {
    const { socket } = message as { readonly socket: net.Socket } // as Node documents this channel
    // A Unix socket has no remote address: its other end is here.
    if (socket.remoteAddress !== undefined && !isHere(socket.remoteAddress)) watch(socket)
  })

  return {
    bytesOut: () => [...open].reduce((sum, socket) => sum + socket.bytesWritten, closedBytes),
  }
}
