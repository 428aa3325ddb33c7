import { connect } from 'node:net'

/** Whether anyone listens on a Unix socket (or named pipe). A socket file that a crash left behind does not answer. */
export const answers = (socketPath: string): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
