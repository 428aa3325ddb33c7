import { createWriteStream, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from './make-folder.ts'

type Fields = Readonly<Record<string, unknown>>

/** Log lines are fields. Never a secret, a prompt or a token. */
export type Log = {
  readonly debug: (message: string, fields?: Fields) => void
  readonly info: (message: string, fields?: Fields) => void
  readonly warn: (message: string, fields?: Fields) => void
  readonly error: (message: string, fields?: Fields) => void
}

const plain = (value: unknown): unknown =>
  value instanceof Error
    ? {
        name: value.name,
        message: value.message,
        stack: value.stack,
        ...(value.cause !== undefined && { cause: plain(value.cause) }),
      }
    : value

/** Writes JSON lines to a sink. Errors keep their stack and cause: the log is the one place where they belong. */
export function createLog(write: (line: string) => void, { debug = false } = {}): Log {
  const at =
    (level: string) =>
    (message: string, fields: Fields = {}) => {
      const values = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plain(value)]))
      write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...values })}\n`)
    }
  return { debug: debug ? at('debug') : () => undefined, info: at('info'), warn: at('warn'), error: at('error') }
}

const rotateAtBytes = 20 * 1024 * 1024

/** A log file that keeps one predecessor: at most 40 MB of a data directory go to the backend's log. */
export function openLogFile(path: string, options: { debug?: boolean } = {}): Log {
  makeFolder(dirname(path))
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > rotateAtBytes) renameSync(path, `${path}.1`)
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 })
  // A full disk must not end the backend; the next start says so through `doctor`.
  stream.on('error', () => stream.destroy())
  return createLog(line => stream.destroyed || stream.write(line), options)
}

export const silentLog: Log = createLog(() => undefined)
