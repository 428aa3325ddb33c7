import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LogLine } from '../../contract/jobs.ts'
import type { EventBudget } from './event-budget.ts'
import { isDiskTrouble } from './journal.ts'

/**
 * A job's log: the first lines for ever, the last lines, and a count of what fell out between. Three files at most:
 * `log-head`, then `log-tail` which is renamed to `log-before` when it is full and replaces the one before.
 */
export type LogLimits = { readonly headBytes: number; readonly tailBytes: number }
export const logLimits: LogLimits = { headBytes: 1 << 20, tailBytes: 4 << 20 }

const headFile = (folder: string) => join(folder, 'log-head.jsonl')
const tailFile = (folder: string) => join(folder, 'log-tail.jsonl')
const beforeFile = (folder: string) => join(folder, 'log-before.jsonl')

// `d`: bytes of log that had been dropped when this line was written. Only on the first line of a tail file.
type StoredLine = { readonly t: number; readonly s: LogLine['stream']; readonly x: string; readonly d?: number }

export type LogWriter = {
  readonly write: (stream: LogLine['stream'], lines: readonly string[]) => void
  /** Writes the last lines of a flood that were held back. Call it now and then, and at the end. */
  readonly flush: () => void
  /** Everything that was dropped: fallen out of the middle, or refused by a full disk. */
  readonly droppedBytes: () => number
}

type Batch = { readonly t: number; readonly stream: LogLine['stream']; readonly lines: readonly string[] }

/**
 * Opens a job's log for appending. A full disk drops lines and counts them: a log must never stop the work. Nor must a
 * flood cost more than it is worth: beyond `budget` only the latest lines are held, and written when there is time.
 */
export function createLogWriter(
  folder: string,
  nowMs: () => number,
  { limits = logLimits, budget }: { readonly limits?: LogLimits; readonly budget?: EventBudget } = {},
): LogWriter {
  let held: Batch | undefined
  let { headBytes, tailBytes, beforeBytes, droppedBytes } = measure(folder)
  let tail = openSync(tailFile(folder), 'a', 0o600)
  let isHeadFull = tailBytes + beforeBytes > 0 || headBytes >= limits.headBytes

  const rotate = () => {
    closeSync(tail)
    droppedBytes += beforeBytes
    renameSync(tailFile(folder), beforeFile(folder))
    tail = openSync(tailFile(folder), 'a', 0o600)
    beforeBytes = tailBytes
    tailBytes = 0
  }

  const append = (text: string): void => {
    const bytes = Buffer.from(text)
    try {
      if (!isHeadFull) {
        appendFileSync(headFile(folder), bytes, { mode: 0o600 })
        headBytes += bytes.length
        isHeadFull = headBytes >= limits.headBytes
        return
      }
      if (tailBytes > 0 && tailBytes + bytes.length > limits.tailBytes) rotate()
      writeSync(tail, bytes)
      tailBytes += bytes.length
    } catch (error) {
      if (!isDiskTrouble(error)) throw error
      droppedBytes += bytes.length
    }
  }

  const store = ({ t, stream, lines }: Batch): void => {
    let text = ''
    for (const x of lines) {
      // The count travels in the file itself, so that a reader (or the next attempt's runner) knows it.
      const line: StoredLine = isHeadFull && text === '' ? { t, s: stream, x, d: droppedBytes } : { t, s: stream, x }
      text += `${JSON.stringify(line)}\n`
    }
    if (text) append(text)
  }

  const flush = (): void => {
    const batch = held
    held = undefined
    if (batch) store(batch)
  }

  return {
    write: (stream, lines) => {
      const batch = { t: nowMs(), stream, lines }
      const waitMs = budget?.spend(sizeOfLines(lines)) ?? 0
      if (waitMs === 0) {
        flush()
        store(batch)
        return
      }
      if (held) {
        droppedBytes += sizeOfLines(held.lines)
        budget?.giveBack(sizeOfLines(held.lines))
      }
      held = batch
    },
    flush,
    droppedBytes: () => droppedBytes,
  }
}

const sizeOfLines = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0)

/** The last `limit` lines, oldest first, and how many bytes of the log are gone. */
export function readLog(folder: string, limit: number): { lines: LogLine[]; truncatedBytes: number } {
  const newestFirst: StoredLine[] = []
  let truncatedBytes = 0
  for (const path of [tailFile(folder), beforeFile(folder), headFile(folder)]) {
    const stored = existsSync(path) ? parse(readEnd(path, limit)) : []
    truncatedBytes = Math.max(truncatedBytes, ...stored.map(line => line.d ?? 0))
    for (const line of stored.reverse()) if (newestFirst.length < limit) newestFirst.push(line)
    if (newestFirst.length >= limit) break
  }
  const lines = newestFirst.reverse().map(({ t, s, x }) => ({ at: new Date(t).toISOString(), stream: s, text: x }))
  return { lines, truncatedBytes }
}

// The end of a file that surely holds `limit` lines of ordinary length, and at least a megabyte.
function readEnd(path: string, limit: number): string {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const wanted = Math.min(size, Math.max(1 << 20, limit * 4096))
    const buffer = Buffer.alloc(wanted)
    const text = buffer.toString('utf8', 0, readSync(file, buffer, 0, wanted, size - wanted))
    return wanted < size ? text.slice(text.indexOf('\n') + 1) : text
  } finally {
    closeSync(file)
  }
}

const parse = (text: string): StoredLine[] =>
  text.split('\n').flatMap(line => {
    if (!line) return []
    try {
      return JSON.parse(line) as StoredLine // our own file; a torn last line is left out
    } catch {
      return []
    }
  })

function measure(folder: string) {
  const sizeOf = (path: string): number => {
    if (!existsSync(path)) return 0
    const file = openSync(path, 'r')
    try {
      return fstatSync(file).size
    } finally {
      closeSync(file)
    }
  }
  return {
    headBytes: sizeOf(headFile(folder)),
    tailBytes: sizeOf(tailFile(folder)),
    beforeBytes: sizeOf(beforeFile(folder)),
    droppedBytes: readLog(folder, 10_000).truncatedBytes,
  }
}
