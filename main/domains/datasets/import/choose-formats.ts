import type { Detection } from '../../../contract/dataset-rows.ts'
import { AppError } from '../../../contract/errors.ts'
import { type DetectOptions, detect } from './detect.ts'
import type { InputFile } from './inputs.ts'
import type { IssueLog } from './issue-log.ts'
import type { SampledRow } from './preview-sample.ts'
import { openRegularFile } from './regular-file.ts'

const sampleRows = 200
const sampleTotalBytes = 4 * 1024 * 1024

/** How to read each file, from a sample of its rows; all must be of one kind. Throws `invalid_input`. */
export async function chooseFormats(
  files: readonly InputFile[],
  options: DetectOptions,
  log?: IssueLog,
  onFirstSample?: (sample: readonly SampledRow[]) => void,
): Promise<Detection[]> {
  const choices: Detection[] = []
  let firstError: unknown
  const failed = new Set<number>()
  for (const [index, file] of files.entries()) {
    try {
      const sample = await sampleOf(file, log)
      if (index === 0) onFirstSample?.(sample)
      const rows = sample.map(row => row.bytes)
      choices[index] = detect(rows, file.name, options)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      failed.add(index)
      firstError ??= error
    }
  }
  const [first] = choices.filter(choice => choice !== undefined)
  if (!first) throw firstError
  // An empty file or one of bad rows only beside good ones is read like those: its rows are then reported one by one.
  for (const index of failed) choices[index] = first
  const other = choices.findIndex(choice => choice.kind !== first.kind)
  if (other >= 0)
    throw new AppError(
      'invalid_input',
      `${files[0]?.name} holds rows for ${first.kind}, ${files[other]?.name} rows for ${choices[other]?.kind}.`,
      { hint: 'Import them on their own, or say with --format how to read all of them.' },
    )
  return choices
}

async function sampleOf(file: InputFile, log?: IssueLog): Promise<SampledRow[]> {
  const sample: SampledRow[] = []
  let bytes = 0
  let seen = 0
  const goOn = () => sample.length < sampleRows && bytes < sampleTotalBytes && seen < sampleRows * 5
  const source = openRegularFile(file.path, { isHashed: false })
  try {
    await file.read(
      source,
      {
        row: (row, start, end, { line }) => {
          sample.push({ bytes: Buffer.from(row.subarray(start, end)), line })
          bytes += end - start
          return goOn()
        },
        bad: (at, reason, message, text) => {
          seen += 1
          log?.add({ file: file.name, ...at, reason, message }, text)
          return goOn()
        },
      },
      async () => undefined,
    )
  } finally {
    source.close()
  }
  return sample
}
