import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { ResultRow, type RowFilter } from '../../contract/evaluation.ts'

/** Where an object's answers are stored, one JSON line per row. */
export type ResultSource = { readonly object: string; readonly path: string }

/** What filters and sorting need of an answer, and where its line stands in the file. */
type IndexedAnswer = {
  readonly offset: number
  readonly lengthBytes: number
  /** Equal for equal answers; undefined where there is none. */
  readonly textHash: string | undefined
  readonly scores: Readonly<Record<string, number>>
}

export type ResultIndex = {
  /** Row numbers, ascending: every row that any object has come to. */
  readonly rows: readonly number[]
  /** By object, then by row. */
  readonly answers: ReadonlyMap<string, ReadonlyMap<number, IndexedAnswer>>
}

export type RowQuery = {
  readonly metric: string
  /** Which of two scores is better. */
  readonly direction: 'higher' | 'lower'
  readonly first: string
  /** Undefined where only one object was evaluated. */
  readonly second: string | undefined
  readonly filter: RowFilter
  readonly sort: 'row' | 'difference'
  /** Rows that hold the searched text; undefined: all. */
  readonly matching: ReadonlySet<number> | undefined
}

export type RowSelection = {
  readonly rows: readonly number[]
  readonly counts: Readonly<Record<RowFilter, number>>
}

/** Reads every line once and keeps some hundred bytes of each: texts are read again when a page shows them. */
async function indexResults(sources: readonly ResultSource[]): Promise<ResultIndex> {
  const answers = new Map<string, ReadonlyMap<number, IndexedAnswer>>()
  const rows = new Set<number>()
  for (const { object, path } of sources) {
    const byRow = new Map<number, IndexedAnswer>()
    for await (const { offset, bytes } of linesOf(path)) {
      const result = parsedRow(bytes)
      // A line that is being written, or was cut by a crash.
      if (!result) continue
      rows.add(result.row)
      byRow.set(result.row, {
        offset,
        lengthBytes: bytes.length,
        textHash: result.prediction === null ? undefined : shortHash(result.prediction),
        scores: result.scores ?? {},
      })
    }
    answers.set(object, byRow)
  }
  return { rows: [...rows].sort((a, b) => a - b), answers }
}

/** Rows in which a text occurs: in the prompt, the reference or any answer; case does not count. */
async function searchResults(sources: readonly ResultSource[], q: string): Promise<ReadonlySet<number>> {
  const wanted = q.toLowerCase()
  const found = new Set<number>()
  for (const { path } of sources)
    for await (const { bytes } of linesOf(path)) {
      const result = parsedRow(bytes)
      if (!result || found.has(result.row)) continue
      const texts = [result.prompt, result.reference, result.prediction ?? result.error ?? '']
      if (texts.some(text => text.toLowerCase().includes(wanted))) found.add(result.row)
    }
  return found
}

/** The rows that a query wants, in its order, and how many there would be under each filter. */
export function selectRows(index: ResultIndex, query: RowQuery): RowSelection {
  const { metric, direction, first, second, filter, sort, matching } = query
  const firsts = index.answers.get(first)
  const seconds = second === undefined ? undefined : index.answers.get(second)
  const sign = direction === 'higher' ? 1 : -1
  /** How much better the second is; undefined where one of the two has no score. */
  const gain = (row: number): number | undefined => {
    const before = firsts?.get(row)?.scores[metric]
    const after = seconds?.get(row)?.scores[metric]
    return before === undefined || after === undefined ? undefined : (after - before) * sign
  }
  const everyone = [...index.answers.values()]
  const tests: Record<RowFilter, (row: number) => boolean> = {
    all: () => true,
    differ: row => {
      const before = firsts?.get(row)
      const after = seconds?.get(row)
      return before !== undefined && after !== undefined && before.textHash !== after.textHash
    },
    first: row => (gain(row) ?? 0) < 0,
    second: row => (gain(row) ?? 0) > 0,
    errors: row =>
      everyone.some(answers => {
        const answer = answers.get(row)
        return answer !== undefined && answer.textHash === undefined
      }),
  }
  const rows = matching ? index.rows.filter(row => matching.has(row)) : index.rows
  const count = (name: RowFilter) => rows.filter(tests[name]).length
  const wanted = rows.filter(tests[filter])
  return {
    rows: sort === 'row' ? wanted : wanted.toSorted((a, b) => Math.abs(gain(b) ?? 0) - Math.abs(gain(a) ?? 0) || a - b),
    counts: {
      all: rows.length,
      differ: count('differ'),
      first: count('first'),
      second: count('second'),
      errors: count('errors'),
    },
  }
}

/** Reads some rows in full: by row, each object's answer that there is. */
export async function readRows(
  sources: readonly ResultSource[],
  index: ResultIndex,
  rows: readonly number[],
): Promise<ReadonlyMap<number, readonly { readonly object: string; readonly result: ResultRow }[]>> {
  const found = new Map<number, { object: string; result: ResultRow }[]>(rows.map(row => [row, []]))
  for (const { object, path } of sources) {
    const answers = index.answers.get(object)
    if (!answers || answers.size === 0) continue
    const file = await open(path)
    try {
      for (const row of rows) {
        const answer = answers.get(row)
        const result = answer && parsedRow(await bytesAt(file, answer))
        if (result) found.get(row)?.push({ object, result })
      }
    } finally {
      await file.close()
    }
  }
  return found
}

/**
 * Indexes of the evaluations that were looked at last. An index is made anew when one of its files has changed: an
 * object's answers are appended while it is asked, and replaced once when they are scored.
 */
export function createResultIndexes(most = 4) {
  const known = new Map<string, { readonly version: string; readonly index: Promise<ResultIndex> }>()
  const searches = new Map<string, Promise<ReadonlySet<number>>>()
  // A list that is scrolled asks for one page after the other of the same selection.
  const selections = new WeakMap<ResultIndex, Map<string, RowSelection>>()
  const remember = <T>(cache: Map<string, T>, key: string, value: T): T => {
    cache.delete(key)
    cache.set(key, value)
    for (const oldest of cache.keys()) {
      if (cache.size <= most) break
      cache.delete(oldest)
    }
    return value
  }
  return {
    /** @param id of the evaluation that the sources belong to */
    open: async (id: string, all: readonly ResultSource[], q: string | undefined) => {
      const { sources, version } = await existing(all)
      const before = known.get(id)
      const { index } =
        before?.version === version
          ? remember(known, id, before)
          : remember(known, id, { version, index: indexResults(sources) })
      const key = `${id}\n${version}\n${q}`
      const matching =
        q === undefined || q === ''
          ? undefined
          : remember(searches, key, searches.get(key) ?? searchResults(sources, q))
      return { sources, index: await index, matching: await matching }
    },
    /** The same as `selectRows`, remembered for as long as the index is. @param q what `matching` was searched by */
    select: (index: ResultIndex, query: RowQuery, q: string | undefined): RowSelection => {
      const { matching: _matching, ...rest } = query
      const key = JSON.stringify([rest, q])
      const made = selections.get(index) ?? new Map<string, RowSelection>()
      selections.set(index, made)
      return remember(made, key, made.get(key) ?? selectRows(index, query))
    },
  }
}

/** Which files are there, and what tells that one of them has changed. */
async function existing(all: readonly ResultSource[]) {
  const sources: ResultSource[] = []
  const versions: string[] = []
  for (const source of all) {
    try {
      const { ino, size, mtimeMs } = await stat(source.path)
      sources.push(source)
      versions.push(`${ino} ${size} ${mtimeMs}`)
    } catch (error) {
      // The object's turn has not come, or its result set was removed.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return { sources, version: versions.join('\n') }
}

const newline = 0x0a

/** Lines with the byte at which each begins; the last one also without its line end. */
async function* linesOf(path: string): AsyncGenerator<{ readonly offset: number; readonly bytes: Buffer }> {
  let rest: Buffer = Buffer.alloc(0)
  let offset = 0
  for await (const chunk of createReadStream(path)) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      yield { offset: offset + start, bytes: bytes.subarray(start, end) }
      start = end + 1
    }
    rest = bytes.subarray(start)
    offset += start
  }
  if (rest.length > 0) yield { offset, bytes: rest }
}

async function bytesAt(file: FileHandle, { offset, lengthBytes }: IndexedAnswer): Promise<Buffer> {
  const bytes = Buffer.alloc(lengthBytes)
  await file.read(bytes, 0, lengthBytes, offset)
  return bytes
}

function parsedRow(bytes: Buffer): ResultRow | undefined {
  try {
    return ResultRow.safeParse(JSON.parse(bytes.toString('utf8'))).data
  } catch {
    return undefined // half a line
  }
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16)
