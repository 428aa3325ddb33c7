import type { Buffer } from 'node:buffer'
import type { DatasetField, Detection, SampleColumn, SamplePreview } from '../../../contract/dataset-rows.ts'
import { columnsOf } from './detect.ts'
import { formatNamed } from './formats.ts'
import { JsonTape, Kind } from './json-tape.ts'
import { RowProblem } from './row-problem.ts'
import { RowView } from './row-view.ts'
import { RowWriter } from './row-writer.ts'

/** A row of a file as its reader gives it, and the line on which it starts. */
export type SampledRow = { readonly bytes: Buffer; readonly line: number }

type Options = {
  readonly rows: number
  /** Undefined where no format fits: then the preview is what a person maps the columns by. */
  readonly detection?: Detection | undefined
  /** Whether every value is text by nature, as in CSV. */
  readonly isText: boolean
  /** The columns' types as the file itself declares them. */
  readonly declared?: ReadonlyMap<string, string> | undefined
}

const maxColumns = 100
const maxCellCharacters = 300
const maxItems = 50
/** Rows that are not objects have one nameless column. */
const bare = ''

/** The first rows of a sample, as they are in the file and as the import would make them. */
export function previewSample(sample: readonly SampledRow[], options: Options): SamplePreview {
  const shown = sample.slice(0, options.rows)
  return {
    columns: describeColumns(sample, options),
    rows: shown.map(row => ({
      line: row.line,
      cells: cellsOf(row),
      ...(options.detection && mappedRow(row, options.detection)),
    })),
  }
}

function describeColumns(sample: readonly SampledRow[], { detection, isText, declared }: Options): SampleColumn[] {
  const fieldOf = new Map(
    Object.entries(detection?.columns ?? {}).map(([field, column]) => [column, field as DatasetField]), // keys of a column map are fields
  )
  const kinds = columnsOf(sample.map(row => row.bytes))
  return [...kinds].slice(0, maxColumns).map(([name, kind]) => {
    const sourceType = declared?.get(name)
    const field = fieldOf.get(name)
    return {
      name: name.slice(0, 200),
      type: isText ? typeOfTexts(sample, name) : (kind as SampleColumn['type']), // the names that columnsOf gives
      ...(sourceType !== undefined && { sourceType: sourceType.slice(0, 500) }),
      ...(field && { field }),
    }
  })
}

/** What a column of texts holds, by all of its values that are not blank. */
function typeOfTexts(sample: readonly SampledRow[], name: string): SampleColumn['type'] {
  const values = sample
    .map(row => (JSON.parse(row.bytes.toString('utf8')) as Record<string, unknown>)[name]) // the CSV reader wrote these objects
    .filter((value): value is string => typeof value === 'string' && value.trim() !== '')
  const all = (test: (value: string) => boolean) => values.length > 0 && values.every(test)
  if (all(value => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value.trim()))) return 'number'
  if (all(value => /^(true|false)$/i.test(value.trim()))) return 'boolean'
  return all(value => /^\s*[[{]/.test(value) && isJson(value)) ? 'json' : 'text'
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Each value as text: texts as they are, everything else as JSON; long ones cut. */
function cellsOf({ bytes }: SampledRow): Record<string, string> {
  const tape = new JsonTape()
  if (!tape.read(bytes, 0, bytes.length)) return { [bare]: cut(bytes.toString('utf8', 0, maxCellCharacters * 4)) }
  const textOf = (node: number): string => cut(tape.isString(node) ? tape.text(node) : tape.raw(node))
  if (tape.kinds[0] !== Kind.object) return { [bare]: textOf(0) }
  const cells: [string, string][] = []
  for (let at = 1; at < (tape.next[0] ?? 0) && cells.length < maxColumns; at = tape.next[at + 1] ?? 0)
    cells.push([tape.text(at).slice(0, 200), textOf(at + 1)])
  return Object.fromEntries(cells)
}

function mappedRow(
  { bytes }: SampledRow,
  { format, columns }: Detection,
): Pick<SamplePreview['rows'][number], 'mapped' | 'problem'> {
  const tape = new JsonTape()
  if (!tape.read(bytes, 0, bytes.length)) return { problem: { reason: tape.fault, message: tape.faultMessage } }
  const out = new RowWriter(-1)
  try {
    formatNamed(format).write(new RowView(tape, columns), out)
    return { mapped: shortened(JSON.parse(out.current())) as Record<string, unknown> } // a canonical row is an object
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error
    return { problem: { reason: error.reason, message: error.message } }
  }
}

const cut = (text: string): string => (text.length > maxCellCharacters ? `${text.slice(0, maxCellCharacters)}…` : text)

/** The same value with long texts and long lists cut: a preview of a book is not the book. */
function shortened(value: unknown): unknown {
  if (typeof value === 'string') return cut(value)
  if (Array.isArray(value)) return value.slice(0, maxItems).map(shortened)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]))
}
