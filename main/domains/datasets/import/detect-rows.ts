import type { Detection, RowIssue, SamplePreview } from '../../../contract/dataset-rows.ts'
import { AppError } from '../../../contract/errors.ts'
import { chooseFormats } from './choose-formats.ts'
import type { DetectOptions } from './detect.ts'
import { findInputs, type InputFile } from './inputs.ts'
import { IssueLog, nothingGood } from './issue-log.ts'
import { previewSample, type SampledRow } from './preview-sample.ts'
import { parquetTypes } from './read-parquet.ts'

const previewRows = 20
/** A sample shows what is wrong; the import lists all of it. */
const boundsOfSample = { rows: 0, bytes: 0 }
/** Of a file whose shape is not known, enough to say which column is which. */
const previewRowsOfUnknown = 5

export type DetectInput = DetectOptions & {
  readonly path: string
  /** A folder of the caller's for what is needed on the way. */
  readonly workDir: string
  readonly split?: string | undefined
}
export type Detected = {
  readonly detection: Detection
  readonly files: readonly { readonly path: string; readonly sizeBytes: number; readonly format: string }[]
  readonly issues: readonly RowIssue[]
  readonly preview: SamplePreview
}

/**
 * What an import would do, from a sample of each file, with the first rows before and after. Throws as `importRows` does;
 * where no format fits, `details.preview` shows the first rows, so that a person can map the columns.
 */
export async function detectRows(input: DetectInput, signal?: AbortSignal): Promise<Detected> {
  const { files } = await findInputs(input.path, input.workDir, { split: input.split, signal })
  const log = new IssueLog(boundsOfSample)
  let sample: readonly SampledRow[] = []
  const show = (rows: number, detection?: Detection) => previewOf(files[0], sample, rows, detection)
  const choices = await chooseFormats(files, input, log, first => {
    sample = first
  }).catch(async (error: unknown) => {
    throw sample.length > 0 ? withPreview(error, await show(previewRowsOfUnknown)) : error
  })
  const [detection] = choices
  if (!detection) throw nothingGood(input.path, log)
  return {
    detection,
    files: files.map(({ name, sizeBytes, type }) => ({ path: name, sizeBytes, format: type })),
    issues: log.kept,
    preview: await show(previewRows, detection),
  }
}

async function previewOf(
  file: InputFile | undefined,
  sample: readonly SampledRow[],
  rows: number,
  detection: Detection | undefined,
): Promise<SamplePreview> {
  const declared = file?.type === 'parquet' ? await parquetTypes(file.path) : undefined
  return previewSample(sample, { rows, detection, declared, isText: file?.type === 'csv' })
}

function withPreview(error: unknown, preview: SamplePreview): unknown {
  if (!(error instanceof AppError)) return error
  const { code, message, hint, details, cause } = error
  return new AppError(code, message, { ...(hint !== undefined && { hint }), cause, details: { ...details, preview } })
}
