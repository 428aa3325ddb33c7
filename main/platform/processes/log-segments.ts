import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LogLine } from '../../contract/jobs.ts'

/**
 * A job's log is a row of files, each named by the number of its first line (from 0): `log-000000040960.jsonl`. So the
 * file of any line is known without opening one. When the whole grows too large the oldest file but the first falls out:
 * how a job began and how it ended are what people ask about.
 */
export type Segment = { readonly path: string; readonly firstLine: number }

/** `d`: bytes of log that were missing when this line was written; on the first line of a file, and when it has grown. */
export type StoredLine = { readonly t: number; readonly s: LogLine['stream']; readonly x: string; readonly d?: number }

const namePattern = /^log-(\d{12})\.jsonl$/

export const segmentPath = (folder: string, firstLine: number): string =>
  join(folder, `log-${String(firstLine).padStart(12, '0')}.jsonl`)

/** The files of a log in their order; none when nothing was said yet. */
export function segmentsOf(folder: string): Segment[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return names
    .flatMap(name => {
      const digits = namePattern.exec(name)?.[1]
      return digits === undefined ? [] : [{ path: join(folder, name), firstLine: Number(digits) }]
    })
    .sort((a, b) => a.firstLine - b.firstLine)
}

/** How many whole lines some bytes hold. */
export function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1
  return count
}

/** The last count of missing bytes that a file tells; in the text of a line the quotes would be escaped. */
export function droppedBytesIn(bytes: Buffer): number {
  const at = bytes.lastIndexOf(',"d":')
  return at < 0 ? 0 : Number.parseInt(bytes.toString('latin1', at + 5, at + 25), 10) || 0
}
