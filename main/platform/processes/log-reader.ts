import { isAscii } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { AppError } from '../../contract/errors.ts'
import type { LogLine, LogPage } from '../../contract/jobs.ts'
import { countLines, droppedBytesIn, type Segment, type StoredLine, segmentsOf } from './log-segments.ts'

export type LogRequest = {
  readonly limit: number
  /** The page ends before this line. */
  readonly before?: number | undefined
  /** The page begins after this line; -1 is the beginning. */
  readonly after?: number | undefined
  /** Only lines that contain this text, in any case. */
  readonly search?: string | undefined
}

/** What a job that has not said anything has. */
export const noLog: LogPage = { lines: [], total: 0, truncatedBytes: 0 }

/** A search that finds little answers with what it has after this time, and where it got to. */
const searchBudgetMs = 150

/**
 * One page of a log: the last lines, those before a line, or those after one. Costs one or two files of the log, however
 * long it is; a search reads file after file, for a while.
 */
export async function readLog(folder: string, request: LogRequest, signal?: AbortSignal): Promise<LogPage> {
  const { limit, before, after, search } = request
  if (before !== undefined && after !== undefined)
    throw new AppError('invalid_input', 'A page of a log lies before a line or after one, not both.', {
      hint: 'Leave one of them out.',
    })
  const segments = segmentsOf(folder)
  const end = await endOf(segments.at(-1))
  const found: LogLine[] = []
  const needle = search?.toLowerCase()
  const isForward = after !== undefined
  const from = isForward ? after + 1 : 0
  const until = isForward ? end.total : Math.min(before ?? end.total, end.total)
  const startedMs = performance.now()
  let reached: number | undefined
  for (const [index, segment] of inOrder(segments, isForward)) {
    const next = segments[index + 1]?.firstLine ?? end.total
    if (next <= from || segment.firstLine >= until) continue
    if (found.length >= limit) break
    signal?.throwIfAborted()
    const bytes = await readIfThere(segment)
    const lines = linesOf(bytes, segment.firstLine, { from, until, needle, isForward, limit: limit - found.length })
    found.push(...lines)
    const isFull = found.length >= limit
    reached = isFull ? (found.at(-1)?.line ?? 0) : isForward ? next - 1 : segment.firstLine
    if (needle !== undefined && performance.now() - startedMs > searchBudgetMs) break
  }
  const isAtEnd = reached === undefined || (isForward ? reached >= until - 1 : reached <= from)
  const gap = gapOf(segments, await lineCountOf(segments[0], segments[1]))
  return {
    lines: isForward ? found : found.reverse(),
    total: end.total,
    truncatedBytes: end.droppedBytes,
    ...(gap && { gap }),
    ...(!isAtEnd && { next: reached }),
  }
}

function inOrder(segments: readonly Segment[], isForward: boolean): [number, Segment][] {
  const entries = [...segments.entries()]
  return isForward ? entries : entries.reverse()
}

type Wanted = {
  readonly from: number
  readonly until: number
  readonly needle: string | undefined
  readonly isForward: boolean
  readonly limit: number
}

/** The wanted lines of one file; going backwards, the last ones, newest first. */
function linesOf(bytes: Buffer, firstLine: number, { from, until, needle, isForward, limit }: Wanted): LogLine[] {
  // Where each whole line begins. A torn last line, after a crash, has no end and is left out.
  const starts: number[] = [0]
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1)
  const count = starts.length - 1
  const low = Math.max(0, from - firstLine)
  const high = Math.min(count, until - firstLine)
  const lines: LogLine[] = []
  const mayHold = needle === undefined ? undefined : candidates(bytes, starts, needle)
  for (let step = 0; step < high - low && lines.length < limit; step += 1) {
    const index = isForward ? low + step : high - 1 - step
    if (mayHold && !mayHold.has(index)) continue
    const line = parsed(bytes.toString('utf8', starts[index], (starts[index + 1] ?? 1) - 1), firstLine + index)
    if (needle === undefined || line.text.toLowerCase().includes(needle)) lines.push(line)
  }
  return lines
}

/** Lines whose stored form contains the text as it would be stored: few are left to be read properly. */
function candidates(bytes: Buffer, starts: readonly number[], needle: string): ReadonlySet<number> {
  const stored = JSON.stringify(needle).slice(1, -1).toLowerCase()
  const found = new Set<number>()
  if (isAscii(bytes)) {
    // Characters are bytes here, so positions in the lowered text are positions in the file.
    const text = bytes.toString('latin1').toLowerCase()
    for (let at = text.indexOf(stored); at >= 0; at = text.indexOf(stored, at + 1)) found.add(lineAt(starts, at))
    return found
  }
  const lines = bytes.toString('utf8').toLowerCase().split('\n')
  for (const [index, line] of lines.entries()) if (line.includes(stored)) found.add(index)
  return found
}

function lineAt(starts: readonly number[], position: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= position) low = middle
    else high = middle - 1
  }
  return low
}

function parsed(text: string, line: number): LogLine {
  try {
    const { t, s, x } = JSON.parse(text) as StoredLine // our own file
    return { line, at: new Date(t).toISOString(), stream: s, text: x }
  } catch {
    // A power cut may leave bytes that never were written: the line keeps its number, and says so.
    return { line, at: new Date(0).toISOString(), stream: 'runner', text: '(this line of the log is damaged)' }
  }
}

/** A file that fell out since the folder was listed is empty now. */
async function readIfThere(segment: Segment): Promise<Buffer> {
  try {
    return await readFile(segment.path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

async function endOf(last: Segment | undefined): Promise<{ total: number; droppedBytes: number }> {
  if (!last) return { total: 0, droppedBytes: 0 }
  const bytes = await readIfThere(last)
  return { total: last.firstLine + countLines(bytes), droppedBytes: droppedBytesIn(bytes) }
}

/** How many lines the first file has, where that says what follows it is missing. */
async function lineCountOf(first: Segment | undefined, second: Segment | undefined): Promise<number> {
  return first && second ? first.firstLine + countLines(await readIfThere(first)) : 0
}

/** The lines that have fallen out: only between the first file and the second. */
function gapOf(segments: readonly Segment[], firstEnds: number): { from: number; to: number } | undefined {
  const second = segments[1]
  return second && second.firstLine > firstEnds ? { from: firstEnds, to: second.firstLine - 1 } : undefined
}
