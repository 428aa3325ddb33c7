import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import type { ProcessIdentity } from './process-table.ts'

/** How a job's child came to its end, as its runner saw it. */
export type EndFacts = {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Why the runner ended it; absent when the child ended on its own. */
  readonly stop?: 'asked' | 'runner_signalled' | 'memory_limit' | 'journal_limit'
  /** The strongest means that was needed. */
  readonly rung?: 'polite' | 'SIGTERM' | 'SIGKILL'
  /** The child could not be started at all. */
  readonly spawnError?: { readonly code: string; readonly message: string }
  /** Highest resident memory of the whole tree that was seen. */
  readonly peakMemoryBytes: number
  /** Kills by the kernel's out-of-memory killer, machine-wide, while the child ran. */
  readonly oomKills: number
  /** Processes of the tree that would not die. */
  readonly leftovers: readonly number[]
}

/** What a runner writes down, one JSON object per line. `n` counts from 1; `at` is the wall clock in milliseconds. */
export type JournalEntry = { readonly n: number; readonly at: number } & (
  | { readonly type: 'runner'; readonly jobId: string; readonly attempt: number; readonly runner: ProcessIdentity }
  | { readonly type: 'child'; readonly child: ProcessIdentity }
  | { readonly type: 'event'; readonly event: { readonly event: string; readonly [field: string]: unknown } }
  | { readonly type: 'health'; readonly health: 'ok' | 'unresponsive' }
  | ({ readonly type: 'end' } & EndFacts)
)

export type JournalWriter = {
  /** Appends one entry; `body` is the JSON text of its fields after `n` and `at`, without the braces. */
  readonly append: (body: string) => void
  /** True while the disk refuses what was appended: read no more from the child until `onDrained`. */
  readonly isBlocked: () => boolean
  readonly bytes: () => number
  /** Resolves when everything appended so far has been handed to the disk and flushed. */
  readonly flush: () => Promise<void>
}

const retryMs = 500

/**
 * Opens a new journal; throws EEXIST when this attempt has one already (a second runner must not run the same job).
 * A full disk loses nothing: the entry is kept, completed as soon as there is room, and only then followed by others.
 */
export function createJournal(path: string, nowMs: () => number, onProgress: () => void): JournalWriter {
  const file = openSync(path, 'wx', 0o600)
  let count = 0
  let writtenBytes = 0
  const pending: Buffer[] = []
  let retry: NodeJS.Timeout | undefined
  const waiting: (() => void)[] = []

  const drain = (): void => {
    retry = undefined
    try {
      for (let buffer = pending[0]; buffer; buffer = pending[0]) {
        // A short write is possible just before ENOSPC; the rest of the entry follows later.
        const done = writeSync(file, buffer)
        writtenBytes += done
        if (done < buffer.length) pending[0] = buffer.subarray(done)
        else pending.shift()
      }
      if (waiting.length > 0) fsyncSync(file)
    } catch (error) {
      if (!isDiskTrouble(error)) throw error
      retry = setTimeout(drain, retryMs)
      return
    }
    for (const resolve of waiting.splice(0)) resolve()
    onProgress()
  }

  return {
    append: body => {
      count += 1
      pending.push(Buffer.from(`{"n":${count},"at":${nowMs()},${body}}\n`))
      if (retry === undefined) drain()
    },
    isBlocked: () => retry !== undefined,
    bytes: () => writtenBytes,
    flush: () =>
      new Promise(resolve => {
        waiting.push(resolve)
        if (retry === undefined) drain()
      }),
  }
}

/** Failures of the disk that can pass: it is full, over quota, or answers with an input/output error. */
export const isDiskTrouble = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')

export type JournalRead = {
  /** Each with the position (in bytes) after it. */
  readonly entries: readonly { readonly entry: JournalEntry; readonly end: number }[]
  /** Lines that are no entries: after a power cut a file may hold bytes that never were written. */
  readonly damagedLines: number
  /** Where to read on. */
  readonly position: number
  readonly isAtEnd: boolean
}

const chunkBytes = 1 << 18
const longestEntryBytes = 1 << 22

/** Reads complete entries from a byte position on: about a quarter of a megabyte at a time, or nothing when there is no file. */
export function readJournal(path: string, position: number): JournalRead {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { entries: [], damagedLines: 0, position, isAtEnd: true }
  }
  try {
    const { size } = fstatSync(file)
    let wanted = chunkBytes
    for (;;) {
      const buffer = Buffer.alloc(Math.max(0, Math.min(wanted, size - position)))
      const text = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, position))
      const complete = text.lastIndexOf(0x0a) + 1
      // An entry longer than the chunk: read again with more room.
      if (complete === 0 && position + text.length < size && wanted < longestEntryBytes) {
        wanted *= 4
        continue
      }
      return {
        ...parseLines(text.subarray(0, complete), position),
        isAtEnd: position + complete >= size || complete === 0,
      }
    }
  } finally {
    closeSync(file)
  }
}

function parseLines(text: Buffer, start: number): Omit<JournalRead, 'isAtEnd'> {
  const entries: { entry: JournalEntry; end: number }[] = []
  let damagedLines = 0
  let from = 0
  for (let at = text.indexOf(0x0a); at !== -1; at = text.indexOf(0x0a, from)) {
    const entry = parseEntry(text.toString('utf8', from, at))
    from = at + 1
    if (entry) entries.push({ entry, end: start + from })
    else damagedLines += 1
  }
  return { entries, damagedLines, position: start + from }
}

function parseEntry(line: string): JournalEntry | undefined {
  try {
    const value: unknown = JSON.parse(line)
    const isEntry = typeof value === 'object' && value !== null && 'type' in value && 'n' in value
    return isEntry ? (value as JournalEntry) : undefined // our own file, typed where it is written
  } catch {
    return undefined
  }
}
