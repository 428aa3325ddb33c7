import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

const server = '/usr/bin/Xvfb'

/** Why there is no display to open windows on; undefined where one can be had. */
export const noDisplayReason: string | undefined =
  process.platform === 'linux' && !existsSync(server) ? 'Xvfb is not installed (apt-get install xvfb)' : undefined

export type Display = { readonly env: Readonly<Record<string, string>>; readonly close: () => Promise<void> }

/** A screen of its own for one test file, on the first free number: nothing of the user's display is used. */
export async function openDisplay(): Promise<Display> {
  if (process.platform !== 'linux') return { env: {}, close: async () => undefined }
  const child = spawn(server, ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await numberOf(child)
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  return {
    env: { DISPLAY: `:${number}` },
    close: async () => {
      child.kill()
      await ended
    },
  }
}

function numberOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('\n')) resolve(said.trim())
    })
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`Xvfb ended with ${code} before it had a display`)))
  })
}
