import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import type { LogLine } from '../../contract/jobs.ts'
import type { EventBudget } from './event-budget.ts'
import { isDiskTrouble } from './journal.ts'
import { countLines, droppedBytesIn, type Segment, type StoredLine, segmentPath, segmentsOf } from './log-segments.ts'

export type LogLimits = { readonly segmentBytes: number; readonly maxBytes: number }

/** Ten million ordinary lines. A file is small enough to be read whole for a page. */
const logLimits: LogLimits = { segmentBytes: 1 << 20, maxBytes: 1 << 30 }

export type LogWriter = {
  readonly write: (stream: LogLine['stream'], lines: readonly string[]) => void
  /** Writes the last lines of a flood that were held back. Call it now and then, and at the end. */
  readonly flush: () => void
  /** Everything that was dropped: fallen out of the middle, held back in a flood, or refused by a full disk. */
  readonly droppedBytes: () => number
}

type Batch = { readonly t: number; readonly stream: LogLine['stream']; readonly lines: readonly string[] }

/**
 * Opens a job's log for appending, also one that an earlier attempt wrote. A full disk drops lines and counts them: a log
 * must never stop the work. Nor must a flood cost more than it is worth: beyond `budget` only the latest lines are held,
 * and written when there is time. Lines that were never written have no number.
 */
export function createLogWriter(
  folder: string,
  nowMs: () => number,
  { limits = logLimits, budget }: { readonly limits?: LogLimits; readonly budget?: EventBudget } = {},
): LogWriter {
  let held: Batch | undefined
  const known = segmentsOf(folder).map(segment => ({ ...segment, sizeBytes: statSync(segment.path).size }))
  let totalBytes = known.reduce((sum, segment) => sum + segment.sizeBytes, 0)
  const last = lastOf(known.at(-1))
  let { nextLine, droppedBytes } = last
  let toldDropped = droppedBytes
  let file: number | undefined

  /** Starts the next file. Of a file that a crash cut in mid-line nothing is appended to the stump. */
  const rotate = (): void => {
    if (file !== undefined) closeSync(file)
    const path = segmentPath(folder, nextLine)
    file = openSync(path, 'a', 0o600)
    known.push({ path, firstLine: nextLine, sizeBytes: 0 })
    while (totalBytes > limits.maxBytes && known.length > 2) {
      const [oldest] = known.splice(1, 1)
      if (!oldest) break
      rmSync(oldest.path, { force: true })
      totalBytes -= oldest.sizeBytes
      droppedBytes += oldest.sizeBytes
    }
  }

  const appendTo = (): (typeof known)[number] => {
    const current = known.at(-1)
    if (file === undefined && current && last.isWhole && current.sizeBytes < limits.segmentBytes) {
      file = openSync(current.path, 'a', 0o600)
      return current
    }
    if (file === undefined || !current || current.sizeBytes >= limits.segmentBytes) rotate()
    return known.at(-1) ?? { path: '', firstLine: 0, sizeBytes: 0 } // there is one: it was just made
  }

  const store = ({ t, stream, lines }: Batch): void => {
    if (lines.length === 0) return
    let lost = 0
    try {
      const segment = appendTo()
      const isTold = toldDropped === droppedBytes && segment.sizeBytes > 0
      const text = lines
        .map((x, i) => {
          const line: StoredLine = i === 0 && !isTold ? { t, s: stream, x, d: droppedBytes } : { t, s: stream, x }
          return `${JSON.stringify(line)}\n`
        })
        .join('')
      const bytes = Buffer.from(text)
      lost = bytes.length
      const written = writeSync(file ?? -1, bytes)
      segment.sizeBytes += written
      totalBytes += written
      toldDropped = droppedBytes
      // A disk that took only a part of it: the whole lines count, and the stump ends its file.
      nextLine += written === bytes.length ? lines.length : countLines(bytes.subarray(0, written))
      if (written < bytes.length) {
        droppedBytes += bytes.length - written
        rotate()
      }
    } catch (error) {
      if (!isDiskTrouble(error)) throw error
      droppedBytes += lost || sizeOfLines(lines)
    }
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

/** Where the last file of a log ends: the number of the next line, and whether the last one is whole. */
function lastOf(segment: Segment | undefined): {
  readonly nextLine: number
  readonly droppedBytes: number
  readonly isWhole: boolean
} {
  if (!segment) return { nextLine: 0, droppedBytes: 0, isWhole: true }
  const bytes = readFileSync(segment.path)
  return {
    nextLine: segment.firstLine + countLines(bytes),
    droppedBytes: droppedBytesIn(bytes),
    isWhole: bytes.length === 0 || bytes.at(-1) === 10,
  }
}
