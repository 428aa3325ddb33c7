import { connect } from 'node:net'
import { assertOurFolder } from './socket-folder.ts'

/**
 * Whether anyone listens on a Unix socket (or named pipe) of ours. A socket file that a crash left behind does not answer.
 * Throws `forbidden` where whoever answers could be another user.
 */
export async function answers(socketPath: string): Promise<boolean> {
  assertOurFolder(socketPath)
  return new Promise(resolve => {
    const socket = connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
