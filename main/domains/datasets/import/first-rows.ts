import type { Detection, SampledRow } from '../../../contract/datasets.ts'
import { plainRow } from '../queries/plain-row.ts'
import { formatNamed } from './formats.ts'
import type { InputFile } from './inputs.ts'
import { JsonTape } from './json-tape.ts'
import { openRegularFile } from './regular-file.ts'
import { RowProblem } from './row-problem.ts'
import { RowView } from './row-view.ts'
import { RowWriter } from './row-writer.ts'

/** Characters of a row as it is written; what is longer is cut. */
const mostRaw = 2_000

/** The first rows of a file, each as it is written and as it is read, or with why it would be left out. */
export async function firstRows(file: InputFile, choice: Detection, count: number): Promise<SampledRow[]> {
  const format = formatNamed(choice.format)
  const tape = new JsonTape()
  const view = new RowView(tape, choice.columns)
  const out = new RowWriter(-1)
  const rows: SampledRow[] = []
  const source = openRegularFile(file.path)
  try {
    await file.read(
      source,
      {
        row: (bytes, start, end, { line }) => {
          const raw = bytes.toString('utf8', start, Math.min(end, start + 4 * mostRaw)).slice(0, mostRaw)
          if (!tape.read(bytes, start, end))
            rows.push({ line, raw, problem: { reason: tape.fault, message: tape.faultMessage } })
          else
            try {
              format.write(view, out)
              rows.push({ line, raw, data: plainRow(out.current()) })
            } catch (error) {
              if (!(error instanceof RowProblem)) throw error
              rows.push({ line, raw, problem: { reason: error.reason, message: error.message } })
            }
          out.rollback()
          return rows.length < count
        },
        bad: ({ line }, reason, message, sample) => {
          rows.push({ line, raw: sample.toString('utf8').slice(0, mostRaw), problem: { reason, message } })
          return rows.length < count
        },
      },
      async () => undefined,
    )
  } finally {
    source.close()
  }
  return rows
}
