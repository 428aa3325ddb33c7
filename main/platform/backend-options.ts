import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { AppError } from '../contract/errors.ts'

export type BackendOptions = {
  /** The loopback port to listen on from the start (0: any free one); undefined: what the settings say. */
  readonly port: number | undefined
  readonly host: string
  readonly dataDir: string | undefined
  /** How long to stay when nobody asks anything, in milliseconds; 0: until stopped. */
  readonly idleExitMs: number
}

/** Reads the backend's own flags. Throws `invalid_input` for what they cannot be, `forbidden` for a host beyond this machine. */
export function backendOptions(argv: readonly string[]): BackendOptions {
  const values = parsed(argv)
  return {
    port: values.port === undefined ? undefined : wholeNumber('--port', values.port, 65_535),
    host: loopback(values.host),
    dataDir: values['data-dir'],
    idleExitMs: wholeNumber('--idle-exit-ms', values['idle-exit-ms'], 2 ** 31 - 1),
  }
}

const usage = 'slipway serve [--port N] [--host H]'

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        'data-dir': { type: 'string' },
        'idle-exit-ms': { type: 'string', default: '0' },
        // Ways to open a window, which this process has none of: accepted, because `npm start` hands its flags on.
        browser: { type: 'boolean' },
        'no-open': { type: 'boolean' },
      },
    }).values
  } catch (error) {
    const what = error instanceof Error ? error.message : 'The flags cannot be read.'
    throw new AppError('invalid_input', what, { cause: error, hint: usage })
  }
}

function wholeNumber(flag: string, text: string, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value <= max) return value
  throw new AppError('invalid_input', `${flag} takes a whole number from 0 to ${max}, not "${text}".`, { hint: usage })
}

/** Plain HTTP never leaves the machine: a cookie or a key on the network would be anybody's. */
function loopback(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  const isOurs = bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
  if (isOurs) return bare
  throw new AppError('forbidden', `Slipway listens on this machine's loopback address only, not on ${host}.`, {
    hint: 'From another machine, forward the port: ssh -L 7878:127.0.0.1:7878 THIS_MACHINE.',
  })
}
