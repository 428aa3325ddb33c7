import type { Readable } from 'node:stream'
import { createLineSplitter, type SplitLine } from './line-splitter.ts'

type Deps = {
  /** A wire event: its name, and its JSON text as the child wrote it. Returns for how long to read nothing, in milliseconds. */
  readonly onEvent: (name: string, text: string) => number
  /** Lines that are no events. */
  readonly onLines: (stream: 'stdout' | 'stderr', lines: readonly string[]) => void
  /** Whether what was heard so far still waits for the disk. */
  readonly isBlocked: () => boolean
}

const maxEventBytes = 1 << 20
const maxLogLineBytes = 16 << 10
const openBrace = 0x7b
const blockedCheckMs = 100

/**
 * Reads what a child says: events on its standard output, everything else as log lines. One chunk at a time, written
 * down before the next is read; what the child says faster than that stays in its own pipe, and the child waits.
 */
export function followOutput(stdout: Readable | null, stderr: Readable | null, deps: Deps): void {
  let waitMs = 0
  if (stdout) {
    consume(stdout, { maxLineBytes: maxEventBytes }, (line, other) => {
      // Cheap first: most of what is no event does not even begin like one.
      const text = line.cutBytes === 0 && line.bytes[0] === openBrace ? line.bytes.toString('utf8') : ''
      const name = eventName(text)
      if (name === undefined) other(textOf(shortened(line)))
      else waitMs = Math.max(waitMs, deps.onEvent(name, text))
    })
  }
  if (stderr)
    consume(stderr, { maxLineBytes: maxLogLineBytes, breakAtReturn: true }, (line, other) => other(textOf(line)))

  function consume(
    source: Readable,
    limits: { maxLineBytes: number; breakAtReturn?: boolean },
    onLine: (line: SplitLine, other: (text: string) => void) => void,
  ): void {
    let lines: string[] = []
    const splitter = createLineSplitter(limits, line => onLine(line, text => void lines.push(text)))
    const flush = () => {
      if (lines.length > 0) deps.onLines(source === stdout ? 'stdout' : 'stderr', lines)
      lines = []
    }
    const resumeAfter = (pauseMs: number) => {
      source.pause()
      setTimeout(() => (deps.isBlocked() ? resumeAfter(blockedCheckMs) : source.resume()), pauseMs)
    }
    source.on('data', (chunk: Buffer) => {
      splitter.push(chunk)
      flush()
      if (source === stdout && (waitMs > 0 || deps.isBlocked())) resumeAfter(waitMs)
      waitMs = 0
    })
    source.on('end', () => {
      splitter.end()
      flush()
    })
    // A pipe that breaks has ended; the exit of the child tells the rest.
    source.on('error', () => undefined)
  }
}

const shortened = ({ bytes, cutBytes }: SplitLine): SplitLine => ({
  bytes: bytes.subarray(0, maxLogLineBytes),
  cutBytes: cutBytes + Math.max(0, bytes.length - maxLogLineBytes),
})

const textOf = ({ bytes, cutBytes }: SplitLine): string =>
  cutBytes === 0 ? bytes.toString('utf8') : `${bytes.toString('utf8')} … (${cutBytes} bytes cut)`

/** The name of a wire event, or undefined for any other text. */
function eventName(text: string): string | undefined {
  if (text === '') return undefined
  try {
    const value: unknown = JSON.parse(text)
    const isEvent = typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string'
    return isEvent ? (value.event as string) : undefined
  } catch {
    return undefined
  }
}
