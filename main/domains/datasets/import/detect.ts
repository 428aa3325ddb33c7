import type { Buffer } from 'node:buffer'
import type { DatasetField, DatasetFormat, Detection } from '../../../contract/dataset-rows.ts'
import { AppError } from '../../../contract/errors.ts'
import { type Format, formatNamed, formats } from './formats.ts'
import { JsonTape, Kind } from './json-tape.ts'
import { isMessages } from './messages.ts'
import { isTurns } from './qianfan.ts'
import { RowProblem } from './row-problem.ts'
import { type ColumnMap, RowView } from './row-view.ts'
import { RowWriter } from './row-writer.ts'

export type Choice = Detection
export type DetectOptions = { readonly format?: DatasetFormat | undefined; readonly map?: ColumnMap | undefined }

/** A format must read at least this share of the sample to be chosen before less telling ones. */
const enough = 0.5

type Candidate = {
  readonly format: Format
  readonly columns: ColumnMap
  readonly share: number
  readonly firstProblem: RowProblem | undefined
  readonly unclear: string | undefined
}

/**
 * Chooses the format of a sample of rows by trying: the most telling format that can read most of them. Throws
 * `invalid_input` with the columns that were seen when none can, or when two meanings are equally likely.
 */
export function detect(sample: readonly Buffer[], file: string, { format, map = {} }: DetectOptions = {}): Choice {
  if (sample.length === 0)
    throw new AppError('invalid_input', `${file} holds no rows.`, { hint: 'Check that this is the file you mean.' })
  const seen = columnsOf(sample)
  const unknown = Object.values(map).find(column => column !== undefined && !seen.has(column))
  if (unknown !== undefined)
    throw new AppError('invalid_input', `${file} has no column "${unknown}".`, { hint: `It has ${listed(seen)}.` })

  const candidates = (format === undefined ? formats : [formatNamed(format)])
    .filter(one => Object.keys(map).every(field => one.takes.includes(field as DatasetField)) || format !== undefined)
    .map(one => attempt(one, sample, seen, map, format !== undefined))
    .filter(one => one !== undefined)
  const best =
    candidates.find(one => one.share >= enough) ??
    candidates.toSorted((a, b) => b.share - a.share).find(one => one.share > 0)
  if (!best) throw nothingFits(file, seen, candidates, format)

  // A set of prompts has no answers; one whose answers cannot be read is something else.
  const unread = best.format.weak && candidates.find(isAnswered)
  if (unread) throw nothingFits(file, seen, [unread], format)
  // The messages of one conversation, a row each: as texts they would lose who said them.
  const isTorn = best.format.name === 'text' && seen.has('role') && best.columns.text === 'content'
  if (isTorn && format === undefined && map.text === undefined) throw nothingFits(file, seen, [], format)
  const rivals = candidates.filter(one => one !== best && one.share >= enough && one.format.weak && best.format.weak)
  const [rival] = rivals
  const isBare = seen.size === 0
  if (best.unclear !== undefined || (rival && !isBare))
    throw new AppError(
      'invalid_input',
      best.unclear !== undefined
        ? `${file} can be read in more than one way: ${best.unclear}.`
        : `${file} can be read as ${best.format.name} or as ${rival?.format.name}.`,
      { hint: `Say which: --format ${best.format.name}, or --map field=column. The columns are ${listed(seen)}.` },
    )
  const used = new Set(Object.values(best.columns))
  return {
    kind: best.format.kind,
    format: best.format.name,
    confidence: best.share,
    columns: best.columns,
    ignoredColumns: [...seen.keys()]
      .filter(column => !used.has(column))
      .slice(0, 100)
      .map(column => column.slice(0, 200)),
    sampledRows: sample.length,
  }
}

/** Whether the rows have an answer, only of a kind that cannot be read. */
const isAnswered = ({ format, share, firstProblem }: Candidate): boolean =>
  format.kind === 'sft' && format.needs.length > 1 && share < enough && firstProblem?.reason === 'wrong_type'

/** Tries a format on the sample; undefined when the rows lack what it needs. */
function attempt(
  format: Format,
  sample: readonly Buffer[],
  seen: Columns,
  map: ColumnMap,
  isForced: boolean,
): Candidate | undefined {
  const { columns, unclear } = assign(format, seen, map)
  const complete =
    format.needs.length > 0 && format.needs.every(group => group.some(field => columns[field] !== undefined))
  const takesBare = (tape: JsonTape) =>
    (format.bare?.includes('turns') && isTurns(tape)) ||
    (format.bare?.includes('messages') && isMessages(tape)) ||
    (format.bare?.includes('string') && tape.isString(0))
  // A single turn without its array is only read as such when the format was given: it looks like prompt and response.
  const takesTurn = isForced && format.needs.length === 0
  const tape = new JsonTape()
  const view = new RowView(tape, columns)
  const out = new RowWriter(-1)
  let read = 0
  let tried = 0
  let firstProblem: RowProblem | undefined
  for (const row of sample) {
    if (!tape.read(row, 0, row.length)) continue
    if (!takesBare(tape) && !(complete && tape.kinds[0] === Kind.object) && !takesTurn) continue
    tried += 1
    try {
      format.write(view, out)
      read += 1
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error
      firstProblem ??= error
    }
    out.rollback()
  }
  return tried === 0 ? undefined : { format, columns, share: read / sample.length, firstProblem, unclear }
}

/** What may stand beside a prompt, if it is text: a column of that name with anything else in it is none. */
const besideText: ReadonlySet<DatasetField> = new Set(['input', 'system'])

/** Finds the column of each field of a format: the mapped one, the usual one, or the only one of its other names. */
function assign(format: Format, seen: Columns, map: ColumnMap): { columns: ColumnMap; unclear: string | undefined } {
  const columns: { [F in DatasetField]?: string } = {}
  const mapped = new Set(Object.values(map))
  let unclear: string | undefined
  /** Of several columns that a prompt could come from, one that is called as its input is meant for that. */
  const own = (field: DatasetField, found: readonly string[]) => {
    const rest = found.filter(name => field !== 'prompt' || !format.columns.input?.includes(name.toLowerCase()))
    return rest.length > 0 ? rest : found
  }
  // Tables for people begin their columns with capitals: Question, Answer.
  const asWritten = (name: string): string =>
    seen.has(name) ? name : ([...seen.keys()].find(each => each.toLowerCase() === name.toLowerCase()) ?? name)
  for (const field of format.takes) {
    const given = map[field]
    const fits = (name: string) =>
      seen.has(name) && !mapped.has(name) && (!besideText.has(field) || ['text', 'null'].includes(seen.get(name) ?? ''))
    const found = given === undefined ? own(field, (format.columns[field] ?? []).map(asWritten).filter(fits)) : [given]
    const free = found.filter(name => !Object.values(columns).includes(name))
    const [first, second] = free
    if (first === undefined) continue
    columns[field] = first
    const isNeeded = format.needs.some(group => group.includes(field))
    if (second !== undefined && isNeeded && first.toLowerCase() !== format.columns[field]?.[0] && given === undefined)
      unclear ??= `${field} could be ${free.map(name => `"${name}"`).join(' or ')}`
  }
  return { columns, unclear }
}

export type Columns = ReadonlyMap<string, string>

/** The columns of a sample with the kind of value that each holds. */
export function columnsOf(sample: readonly Buffer[]): Columns {
  const seen = new Map<string, string>()
  const tape = new JsonTape()
  for (const row of sample) {
    if (!tape.read(row, 0, row.length) || tape.kinds[0] !== Kind.object) continue
    for (let at = 1; at < (tape.next[0] ?? 0); at = tape.next[at + 1] ?? 0) {
      if (seen.size >= 1000) break
      const name = tape.text(at)
      const kind = kindNames.get(tape.kinds[at + 1] ?? 0) ?? 'text'
      // A null says nothing of what the column holds in other rows.
      const known = seen.get(name)
      if (known === undefined || known === 'null') seen.set(name, kind)
    }
  }
  return seen
}

const kindNames = new Map<number, string>([
  [Kind.object, 'object'],
  [Kind.array, 'array'],
  [Kind.number, 'number'],
  [Kind.true, 'boolean'],
  [Kind.false, 'boolean'],
  [Kind.null, 'null'],
])

const listed = (seen: Columns): string =>
  seen.size === 0
    ? 'none (the rows are not objects)'
    : [...seen]
        .slice(0, 30)
        .map(([name, kind]) => `${JSON.stringify(name.slice(0, 60))} (${kind})`)
        .join(', ')

/** How many fields have the column name that is usual for them: how much the rows look like the format. */
const usualColumns = ({ format, columns }: Candidate): number =>
  format.takes.filter(field => columns[field] !== undefined && columns[field] === format.columns[field]?.[0]).length

function nothingFits(
  file: string,
  seen: Columns,
  candidates: readonly Candidate[],
  format: DatasetFormat | undefined,
): AppError {
  const problem = candidates
    .filter(one => one.firstProblem !== undefined)
    .toSorted((a, b) => usualColumns(b) - usualColumns(a))[0]
  const columns = Object.fromEntries([...seen].slice(0, 100).map(([name, kind]) => [name.slice(0, 200), kind]))
  if (problem)
    return new AppError(
      'invalid_input',
      `${file} looks like ${problem.format.name}, but no sampled row can be read: ${problem.firstProblem?.message}.`,
      { hint: `The columns are ${listed(seen)}. Map others with --map field=column.`, details: { columns } },
    )
  const wanted = format === undefined ? undefined : formatNamed(format)
  return new AppError(
    'invalid_input',
    wanted
      ? `${file} lacks what ${wanted.name} needs: ${wanted.needs.map(group => group.join(' or ')).join(', ') || 'arrays of turns'}.`
      : `The shape of the rows in ${file} is not known. Its columns are ${listed(seen)}.`,
    {
      hint: 'Say which column is which, such as --map prompt=COLUMN --map response=COLUMN, or --map text=COLUMN.',
      details: { columns },
    },
  )
}
